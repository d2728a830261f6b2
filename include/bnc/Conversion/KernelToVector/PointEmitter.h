// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Emits values of a kernel's body at a point, one element or a vector of them.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_POINTEMITTER_H
#define BNC_CONVERSION_KERNELTOVECTOR_POINTEMITTER_H

#include "bnc/Conversion/KernelFrame/KernelFrame.h"
#include "bnc/Conversion/KernelToVector/Records.h"

namespace bnc {

/// Arrays of kept values that live in memory between loops: of a body value
/// and a field (of a record: MeanHigh, MeanLow; else 0).
class KeptArrays {
public:
  enum Field : unsigned { Plain = 0, MeanHigh = 1, MeanLow = 2 };

  void add(mlir::Value value, unsigned field, KernelArray array) {
    arrays[{value, field}] = std::move(array);
  }
  const KernelArray *find(mlir::Value value, unsigned field) const {
    auto it = arrays.find({value, field});
    return it == arrays.end() ? nullptr : &it->second;
  }

  /// The same arrays, whose first element is at `origin` of the last dim.
  KeptArrays movedTo(mlir::Value origin) const {
    KeptArrays moved = *this;
    for (auto &entry : moved.arrays)
      entry.second.origin = origin;
    return moved;
  }

  /// Says that what the arrays hold is in pairs; see KernelArray.
  void setInPairs(mlir::Value odds = {}) {
    for (auto &entry : arrays) {
      entry.second.inPairs = true;
      entry.second.odds = odds;
    }
  }

  /// The same arrays, at `index` of the dim in front of theirs.
  KeptArrays atLeading(mlir::Value index) const {
    KeptArrays moved = *this;
    for (auto &entry : moved.arrays)
      entry.second.leading = index;
    return moved;
  }

private:
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, KernelArray> arrays;
};

/// What the emission of a kernel's body needs to know of the target.
struct VectorTarget {
  int64_t lanes = 1;
  /// Vector registers.
  int64_t registers = 32;
  bool fma = false;
  /// Whether it has AVX512-BF16: rounding to bf16 and the dot product of pairs.
  bool bf16 = false;
  /// Storage widths whose masked accesses are instructions.
  bool masks32 = false, masks16 = false;

  /// Whether masked accesses of `storage` are instructions.
  bool canMask(mlir::Type storage) const {
    return storage.getIntOrFloatBitWidth() == 16 ? masks16 : masks32;
  }

  static VectorTarget get(norm::TargetAttr target, mlir::FloatType compute);
};

/// What all emitters of one phase share.
struct EmissionContext {
  mlir::Location loc;
  const KernelStructure &structure;
  KernelFrame &frame;
  VectorTarget target;
};

/// A vector of terms of `reduction`.
inline mlir::VectorType getVectorType(const EmissionContext &context,
                                      mlir::Operation *reduction) {
  return mlir::VectorType::get({context.target.lanes},
                               reduction->getOperand(0).getType());
}

/// A place in the iteration space: one element, or neighbouring elements
/// along the lanes.
struct Point {
  /// Per kernel dim, null where not fixed yet; of the lane dims the outer are 0
  /// and the last is the position of the first lane.
  llvm::SmallVector<mlir::Value> coordinates;
  /// Dims this point fixes that its outer emitter's point does not.
  DimSet ownDims = 0;
  /// Dims the lanes run along; none for one element.
  DimSet laneDims = 0;
  int64_t lanes = 1;
  /// How many elements are in use, an index; null if all are.
  mlir::Value count;
  /// If set, the lanes are the even (0) or odd (1) ones of twice as many
  /// elements: 32 bits hold one of each of bf16, and no lane has to move.
  std::optional<unsigned> parity = std::nullopt;
  /// If set, the lanes are half 0 or 1 (JoinVectors.h) of twice as many
  /// elements, all in use, of which bf16 is loaded at once, and without
  /// AVX512-BF16 every type: the emitters of both halves share what is loaded.
  std::optional<unsigned> half = std::nullopt;

  /// Puts the target's lanes at `position` of `laneGroup`; they are all that
  /// the point fixes itself.
  void setLanes(mlir::OpBuilder &b, const EmissionContext &context,
                DimSet laneGroup, mlir::Value position, mlir::Value count);
  /// Puts it at the one element at `position` of `laneGroup`.
  void setElement(mlir::OpBuilder &b, const EmissionContext &context,
                  DimSet laneGroup, mlir::Value position);
};

/// Emits body values at one point, each once. Values that do not vary over the
/// point's own dims come from `outer`, an emitter whose builder is outside the
/// loops over them.
class PointEmitter {
public:
  PointEmitter(mlir::OpBuilder b, const EmissionContext &context, Point point,
               PointEmitter *outer = nullptr)
      : b(b), context(context), loc(context.loc), point(std::move(point)),
        outer(outer) {}

  /// Continues at the insertion point of `builder`, before what it emits next.
  void moveTo(mlir::OpBuilder &builder);
  /// Kept values of stages up to `stage` are loaded from `arrays`.
  void useKeptArrays(const KeptArrays *arrays, unsigned stage) {
    keptArrays = arrays;
    keptStage = stage;
  }
  /// `other` emits the other halves of the same pairs, in the same place: what
  /// it has loaded is not loaded again.
  void sharePairs(const PointEmitter &other) { otherHalf = &other; }
  /// Gives the record of a reduction (a norm.moments or norm.sum_of_squares).
  void setRecord(mlir::Value reduction, Record record) {
    records[reduction] = record;
  }

  /// Gives `value` at the point, a vector if it varies over the lanes.
  void setValue(mlir::Value value, mlir::Value emitted) {
    values[value] = emitted;
  }

  /// Gives `field` of `value` at the point, where `value` may be a record.
  void setKept(mlir::Value value, unsigned field, mlir::Value emitted) {
    (field == KeptArrays::Plain ? values[value] : means[{value, field}]) =
        emitted;
  }

  const Record &getRecord(mlir::Value reduction) const {
    return *findRecord(reduction);
  }

  /// The value at the point: a vector if it varies over the lanes.
  mlir::Value emit(mlir::Value value);
  /// As emit, broadcast to a vector if the point has lanes.
  mlir::Value emitVector(mlir::Value value);
  /// The high and low half of the mean of a moments record.
  mlir::Value emitMean(mlir::Value moments, KeptArrays::Field half);

  /// Twice as many elements of an array of bf16 as the point has lanes.
  mlir::Value loadPairs(const KernelArray &array);
  /// Loads from and stores to `array` at the point; lanes out of use are 0
  /// when loaded and left alone when stored.
  mlir::Value load(const KernelArray &array);
  void store(mlir::Value value, const KernelArray &array,
             int64_t nontemporal = 0);
  /// Stores `value` of two points side by side, all in use, whose emitters are
  /// this and `next`; of bf16 as one vector.
  void storeJoined(PointEmitter &next, mlir::Value value,
                   const KernelArray &array, int64_t nontemporal = 0,
                   int64_t nontemporalNext = 0);
  /// Stores the emitted values of a point of even and one of odd elements,
  /// whose emitters are this and `odd`, to an array of bf16.
  void storePair(PointEmitter &odd, mlir::Value value, const KernelArray &array,
                 int64_t nontemporal = 0);
  /// What storePair stores: words of 16 bits, twice as many as there are lanes.
  mlir::Value emitPairs(PointEmitter &odd, mlir::Value value);
  /// What storeJoined stores to `array`, null where that is two vectors.
  mlir::Value emitJoinedFor(PointEmitter &next, mlir::Value value,
                            const KernelArray &array);
  /// Stores such words; with elements out of use, where masks leave them out.
  void storePairs(mlir::Value words, const KernelArray &array,
                  int64_t nontemporal = 0);
  /// Zeroes lanes out of use.
  mlir::Value maskOff(mlir::Value vector);

  mlir::OpBuilder &getBuilder() { return b; }
  const Point &getPoint() const { return point; }

private:
  DimSet getDims(mlir::Value value) const {
    return context.structure.getDims(value);
  }
  bool variesOverLanes(mlir::Value value) const {
    return getDims(value) & point.laneDims;
  }
  mlir::Value compute(mlir::Value value);
  mlir::Value computeElementwise(mlir::Operation *op);
  const Record *findRecord(mlir::Value reduction) const;
  const KernelArray *findKept(mlir::Value value, unsigned field) const;
  mlir::Value broadcast(mlir::Value value);
  mlir::Value getMask();
  mlir::Value computePairs(PointEmitter &odd, mlir::Value value);
  mlir::Value loadParity(const KernelArray &array);
  /// `op` if it extends an input that both halves load at once; null otherwise.
  mlir::Value extendHalf(mlir::Operation *op);
  mlir::Value loadLanes(const KernelArray &array, int64_t lanes,
                        mlir::Value laneMask);
  void storeWhole(mlir::Value vector, const KernelArray &array,
                  mlir::ValueRange indices, int64_t nontemporal);
  mlir::Value createMask(int64_t lanes, mlir::Value inUse);
  llvm::SmallVector<mlir::Value> getIndices(const KernelArray &array);
  /// Where element `index` of an array in pairs is.
  mlir::Value emitPlaceInPairs(const KernelArray &array, mlir::Value index);

  mlir::OpBuilder b;
  const EmissionContext &context;
  mlir::Location loc;
  Point point;
  PointEmitter *outer;
  const KeptArrays *keptArrays = nullptr;
  unsigned keptStage = 0;
  llvm::DenseMap<mlir::Value, Record> records;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, mlir::Value> means;
  llvm::DenseMap<const KernelArray *, mlir::Value> loadedPairs;
  /// What is stored of a value together with that of the point beside.
  llvm::DenseMap<mlir::Value, mlir::Value> joined;
  const PointEmitter *otherHalf = nullptr;
  mlir::Value mask;
};

/// The bf16 in the lower (`parity` 0) or upper halves of `pairs`, words of 32
/// bits.
mlir::Value emitParity(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::Value pairs, unsigned parity);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_POINTEMITTER_H
