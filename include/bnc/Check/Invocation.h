// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// One call of a compiled function: its C parameters and their memory.

#ifndef BNC_CHECK_INVOCATION_H
#define BNC_CHECK_INVOCATION_H

#include "bnc/Check/Buffer.h"
#include "bnc/Emit/Signature.h"

#include "llvm/ADT/StringMap.h"

#include <functional>

namespace bnc {

/// Elements of a tensor in its own type, dense and row-major; of a scalar,
/// its 4 or 8 bytes.
using Bytes = llvm::SmallVector<char, 0>;

/// The extent of every dynamic dim, by name.
using Extents = llvm::StringMap<int64_t>;

/// A compiled function, as something that can be called. Who compiles it
/// (lib/Execution, a test with its own object) fills this in.
struct Callee {
  Signature signature;
  /// Runs the function once. `slots` has 64 bits for every parameter after
  /// ctx, in the order of the signature: a pointer, an int64_t, a size_t, the
  /// bits of a double, or the bits of a float in the low half. The callee adds
  /// its own ctx. Returns the status of the call.
  std::function<int32_t(llvm::ArrayRef<uint64_t> slots)> call;
  /// `<f>_workspace_size`: called if and only if the signature has a
  /// workspace, with the extents in the order of the signature.
  std::function<size_t(llvm::ArrayRef<int64_t> extents)> workspaceSize;
};

/// How the buffers of an invocation are laid out.
struct InvocationOptions {
  Placement placement;
  /// Elements added to each run of a `strided` port.
  int64_t padding = 3;
};

/// The memory and the slots of one call.
class Invocation {
public:
  /// Lays out the parameters of `callee` for `func` (as spec or as kernels:
  /// only its ports are read): `arguments` has one entry per argument port.
  /// Empty if the system has no memory for it.
  static std::optional<Invocation>
  create(norm::FuncOp func, const Callee &callee, const Extents &extents,
         llvm::ArrayRef<Bytes> arguments, const InvocationOptions &options);

  /// Calls once more with the memory as it is.
  int32_t call(const Callee &callee) const { return callee.call(slots); }

  llvm::ArrayRef<uint64_t> getSlots() const { return slots; }

  /// The elements of result port `index`, from its own memory or from that of
  /// the argument it ties.
  Bytes readResult(unsigned index) const;

  /// The name of the first parameter with a byte changed that the function may
  /// not write: an untied input, or the padding between the runs of a port.
  std::optional<std::string> findStrayWrite() const;

private:
  /// One tensor in memory.
  struct View {
    std::string name;
    Buffer buffer;
    llvm::SmallVector<int64_t> shape;
    /// In elements.
    llvm::SmallVector<int64_t> strides;
    unsigned elementBytes = 0;
    bool writable = false;
    /// What the buffer held before the first call.
    Bytes before;

    /// Calls `visit(byte offset, bytes)` for each contiguous run, in order.
    void forEachRun(llvm::function_ref<void(size_t, size_t)> visit) const;
  };

  /// Views of the pointer parameters, by parameter index.
  llvm::SmallVector<std::optional<View>> views;
  /// The pointer parameter of each result port.
  llvm::SmallVector<unsigned> resultParameters;
  llvm::SmallVector<uint64_t> slots;
  Buffer workspace;
};

/// The extents of `port` where its dynamic dims have `extents`.
llvm::SmallVector<int64_t> getShape(norm::PortAttr port,
                                    const Extents &extents);

} // namespace bnc

#endif // BNC_CHECK_INVOCATION_H
