// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The operands of a kernel as loops see them, read off the frame.

#ifndef BNC_CONVERSION_KERNELFRAME_KERNELFRAME_H
#define BNC_CONVERSION_KERNELFRAME_KERNELFRAME_H

#include "bnc/Conversion/KernelFrame/WorkspaceLayout.h"
#include "bnc/Emit/Signature.h"

namespace bnc {

/// An array in memory: a memref over the kernel dims it spans, in kernel
/// order. 16-bit floats are stored as i16, which every target can mask.
struct KernelArray {
  mlir::Value memref;
  /// Its first byte, and the memref's strides in elements, as index values.
  mlir::Value pointer;
  llvm::SmallVector<mlir::Value> strides;
  /// The type of its elements in the kernel.
  mlir::Type element;
  /// The index along an axis before those of `dims` (the chunk of a record
  /// array); null if there is none.
  mlir::Value leading;
  /// Position along the last dim of the array's first element; null for 0.
  mlir::Value origin;
  /// Whether even and odd elements lie apart, a table for points of one parity:
  /// the odd ones from index `odds` on, or, where that is null, of every two
  /// vectors in the second.
  bool inPairs = false;
  mlir::Value odds;
  /// The kernel dims of the memref's axes, ascending.
  llvm::SmallVector<unsigned> dims;
  /// dims[i] and dims[i + 1] are one contiguous run: stride(i) is
  /// stride(i + 1) * extent(i + 1).
  llvm::SmallVector<bool, 8> contiguousWithNext;

  DimSet getDimSet() const {
    DimSet set = 0;
    for (unsigned dim : dims)
      set |= DimSet(1) << dim;
    return set;
  }
};

/// The memory type of a float type: i16 for 16-bit floats, else itself.
mlir::Type getStorageType(mlir::Type element);

/// Reads extents, scalars and arrays of one kernel off the frame. Whatever it
/// emits goes to the insertion point of the builder it was made with, which
/// must be the top level of a function, for affine symbols live there.
class KernelFrame {
public:
  KernelFrame(mlir::OpBuilder &b, mlir::Location loc, norm::FuncOp func,
              const WorkspaceLayout &layout, norm::KernelOp kernel,
              mlir::Value frame);

  norm::KernelOp getKernel() const { return kernel; }
  /// The extent of a kernel dim, as an index (a constant where static).
  mlir::Value getExtent(unsigned dim) const { return extents[dim]; }
  /// The product of the extents of `dims`, as an index.
  mlir::Value getTotalExtent(DimSet dims);
  /// Input `i`.
  const KernelArray &getInput(unsigned i) const { return inputs[i]; }
  /// Where result `i` is stored: once, or more if it is returned twice.
  llvm::ArrayRef<KernelArray> getResult(unsigned i) const { return results[i]; }
  /// Scalar operand `i`.
  mlir::Value getScalar(unsigned i) const { return scalars[i]; }
  /// A section of the workspace that belongs to this kernel: a memref over
  /// its dims in kernel order; with chunked dims, over [chunks, dims...].
  KernelArray getSection(mlir::Value key, unsigned field = 0);
  /// Gives the phases scratch memory: f64 elements at the pointer `memory`.
  void setScratch(mlir::Value memory);
  /// Elements [begin, begin + count) of the scratch memory, as a memref.
  mlir::Value getScratch(int64_t begin, int64_t count);
  /// Bytes of all inputs and outputs, as an index: what guards compare.
  mlir::Value getBytesMoved();

  /// The sum of all sections, as an i64: what `f.workspace_bytes` returns.
  static mlir::Value emitWorkspaceBytes(mlir::OpBuilder &b, mlir::Location loc,
                                        norm::FuncOp func,
                                        const WorkspaceLayout &layout,
                                        mlir::Value frame);

private:
  mlir::Value getSectionPointer(mlir::Value key, unsigned field);
  KernelArray makePort(mlir::Value tensor, mlir::ArrayAttr view, int64_t port,
                       bool isResult);
  KernelArray makeContiguous(mlir::Value pointer, mlir::Type element,
                             llvm::ArrayRef<unsigned> dims);

  mlir::OpBuilder &b;
  mlir::Location loc;
  norm::FuncOp func;
  Signature signature;
  const WorkspaceLayout &layout;
  norm::KernelOp kernel;
  mlir::Value frame;
  llvm::SmallVector<mlir::Value> extents;
  llvm::SmallVector<KernelArray> inputs;
  llvm::SmallVector<llvm::SmallVector<KernelArray>> results;
  llvm::SmallVector<mlir::Value> scalars;
};

/// Loads element `indices` of `array` as its kernel type.
mlir::Value loadElement(mlir::OpBuilder &b, mlir::Location loc,
                        const KernelArray &array, mlir::ValueRange indices);
/// Stores a scalar of the kernel type.
void storeElement(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value,
                  const KernelArray &array, mlir::ValueRange indices);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELFRAME_KERNELFRAME_H
