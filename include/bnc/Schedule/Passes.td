// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Passes that decide: they write attributes and rewrite nothing.

#ifndef BNC_SCHEDULE_PASSES_TD
#define BNC_SCHEDULE_PASSES_TD

include "mlir/Pass/PassBase.td"

def SelectPlanPass : Pass<"bnc-select-plan", "::mlir::ModuleOp"> {
  let summary = "Fix the order of summation of every reduction";
  let description = [{
    Sets `plan` on each reduction of each `norm.kernel`: all that decides the
    bits. Of the target (the module's `norm.target`) it reads only the lane
    count and whether there is fma. A plan that is already there stays.
  }];
}

def SelectSchedulePass : Pass<"bnc-select-schedule", "::mlir::ModuleOp"> {
  let summary = "Choose how every kernel runs on the target";
  let description = [{
    Sets `schedule` on each `norm.kernel`: all that decides only the speed. A
    schedule that is already there stays.
  }];
}

#endif // BNC_SCHEDULE_PASSES_TD
