// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Added to a module whose functions have strided outputs.

// Whether two strided tensors whose byte ranges meet share no byte, because
// one lies in the gaps of the other. A tensor is an array of i64: address,
// bytes of the innermost run, then extent and stride in bytes of each of the
// `n` other axes.
//
// The axes are cut at each stride in turn (`period`): those with at least that
// stride are outer. If both tensors have the same outer strides, all of them
// multiples of the period, then both repeat with that period, and they are
// apart if what the inner axes span is disjoint modulo it. Axes along which
// neither tensor steps do not count.
llvm.func internal @bnc.interleaved(%a: !llvm.ptr, %b: !llvm.ptr, %n: i64) -> i1 attributes {no_inline, target_cpu = "x86-64"} {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c2 = arith.constant 2 : i64
  %false = arith.constant false
  %true = arith.constant true
  %run_field = llvm.getelementptr %a[1] : (!llvm.ptr) -> !llvm.ptr, i64
  %run_field_b = llvm.getelementptr %b[1] : (!llvm.ptr) -> !llvm.ptr, i64
  %base_a = llvm.load %a : !llvm.ptr -> i64
  %base_b = llvm.load %b : !llvm.ptr -> i64
  %run_a = llvm.load %run_field : !llvm.ptr -> i64
  %run_b = llvm.load %run_field_b : !llvm.ptr -> i64
  %distance = arith.subi %base_b, %base_a : i64
  %apart = scf.for %cut = %c0 to %n step %c1 iter_args(%found = %false) -> (i1) : i64 {
    %cut_twice = arith.muli %cut, %c2 : i64
    %cut_at = arith.addi %cut_twice, %c2 : i64
    %cut_extent = llvm.getelementptr %a[%cut_at] : (!llvm.ptr, i64) -> !llvm.ptr, i64
    %cut_stride = llvm.getelementptr %cut_extent[1] : (!llvm.ptr) -> !llvm.ptr, i64
    %steps = llvm.load %cut_extent : !llvm.ptr -> i64
    %stride = llvm.load %cut_stride : !llvm.ptr -> i64
    %has_steps = arith.cmpi sgt, %steps, %c1 : i64
    %has_stride = arith.cmpi sgt, %stride, %c0 : i64
    %is_cut = arith.andi %has_steps, %has_stride : i1
    %period = arith.select %is_cut, %stride, %c1 : i64
    %same, %span_a, %span_b = scf.for %i = %c0 to %n step %c1
        iter_args(%same = %is_cut, %span_a = %run_a, %span_b = %run_b) -> (i1, i64, i64) : i64 {
      %twice = arith.muli %i, %c2 : i64
      %at = arith.addi %twice, %c2 : i64
      %extent_field_a = llvm.getelementptr %a[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i64
      %extent_field_b = llvm.getelementptr %b[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i64
      %stride_field_a = llvm.getelementptr %extent_field_a[1] : (!llvm.ptr) -> !llvm.ptr, i64
      %stride_field_b = llvm.getelementptr %extent_field_b[1] : (!llvm.ptr) -> !llvm.ptr, i64
      %extent_a = llvm.load %extent_field_a : !llvm.ptr -> i64
      %extent_b = llvm.load %extent_field_b : !llvm.ptr -> i64
      %stride_a = llvm.load %stride_field_a : !llvm.ptr -> i64
      %stride_b = llvm.load %stride_field_b : !llvm.ptr -> i64
      // Axes of one element do not step, whatever their stride.
      %steps_a = arith.subi %extent_a, %c1 : i64
      %steps_b = arith.subi %extent_b, %c1 : i64
      %no_step_a = arith.cmpi eq, %steps_a, %c0 : i64
      %no_step_b = arith.cmpi eq, %steps_b, %c0 : i64
      %unused = arith.andi %no_step_a, %no_step_b : i1
      %outer_a = arith.cmpi sge, %stride_a, %period : i64
      %outer_b = arith.cmpi sge, %stride_b, %period : i64
      %equal = arith.cmpi eq, %stride_a, %stride_b : i64
      %rest = arith.remsi %stride_a, %period : i64
      %multiple = arith.cmpi eq, %rest, %c0 : i64
      %repeats = arith.andi %equal, %multiple : i1
      %both_inner = arith.cmpi eq, %outer_a, %outer_b : i1
      %fits = arith.select %outer_a, %repeats, %both_inner : i1
      %ignored = arith.ori %fits, %unused : i1
      %next_same = arith.andi %same, %ignored : i1
      %reach_a = arith.muli %steps_a, %stride_a : i64
      %reach_b = arith.muli %steps_b, %stride_b : i64
      %inner_a = arith.select %outer_a, %c0, %reach_a : i64
      %inner_b = arith.select %outer_b, %c0, %reach_b : i64
      %next_a = arith.addi %span_a, %inner_a : i64
      %next_b = arith.addi %span_b, %inner_b : i64
      scf.yield %next_same, %next_a, %next_b : i1, i64, i64
    }
    // The second's place in the period of the first, in [0, period).
    %signed = arith.remsi %distance, %period : i64
    %below = arith.cmpi slt, %signed, %c0 : i64
    %raised = arith.addi %signed, %period : i64
    %offset = arith.select %below, %raised, %signed : i64
    %end = arith.addi %offset, %span_b : i64
    %after_a = arith.cmpi sge, %offset, %span_a : i64
    %before_next = arith.cmpi sle, %end, %period : i64
    %between = arith.andi %after_a, %before_next : i1
    %here = arith.andi %same, %between : i1
    %next = arith.ori %found, %here : i1
    scf.yield %next : i1
  }
  llvm.return %apart : i1
}
