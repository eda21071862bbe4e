//===- Map.cpp - Elementwise kernels --------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Neighbouring dimensions along which every operand is either whole or broadcast
// are one; the last of what remains is the vector loop. Where a dynamic extent
// leaves open whether an operand broadcasts, both forms are emitted: a loop over
// vectors that assumes it does not, and a scalar loop for when it does.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// Elements of a work item where all dimensions are one.
static constexpr int64_t flatItem = 1024;

namespace {
enum class Access { Whole, Broadcast, Unknown };

/// Dimensions of the result that are walked as one.
struct Group {
  Value extent;
  SmallVector<bool> whole; // per operand; else it broadcasts
};

/// How a map walks its result.
class MapLoops {
public:
  MapLoops(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(cast<qnn::MapOp>(ctx.op)) {
    buildGroups();
  }

  std::pair<Value, Value> getGrid();
  void emit();

private:
  KernelContext &ctx;
  CodeBuilder code;
  qnn::MapOp op;
  SmallVector<Group> groups;
  /// Operand and dimension of the result that may broadcast after all.
  SmallVector<std::pair<unsigned, int64_t>> unknown;

  Access getAccess(unsigned operand, int64_t d);
  void buildGroups();
  bool isFlat() const { return groups.size() == 1; }
  Value extentOf(Value operand, int64_t d);
  ValueList getGroupExtents();
  void emitVectors(ArrayRef<Value> offsets, Value n);
  void emitRows();
  void emitFlat();
  void emitScalars();
};
} // namespace

static int64_t getAlignedDim(Value operand, Value result, int64_t d) {
  return d - (getRank(result) - getRank(operand));
}

static int64_t getStaticDim(Value tensor, int64_t d) {
  return cast<RankedTensorType>(tensor.getType()).getDimSize(d);
}

Access MapLoops::getAccess(unsigned operand, int64_t d) {
  Value result = op.getResult(0), input = op.getInputs()[operand];
  int64_t aligned = getAlignedDim(input, result, d);
  int64_t extent = aligned < 0 ? 1 : getStaticDim(input, aligned);
  if (extent == 1)
    return Access::Broadcast;
  return ShapedType::isDynamic(extent) ? Access::Unknown : Access::Whole;
}

void MapLoops::buildGroups() {
  Value result = op.getResult(0);
  for (int64_t d = 0; d < getRank(result); ++d) {
    if (getStaticDim(result, d) == 1)
      continue;
    Group group{ctx.dim(result, d), {}};
    SmallVector<unsigned> open;
    bool someWhole = false;
    for (unsigned i = 0; i < op.getInputs().size(); ++i) {
      Access access = getAccess(i, d);
      group.whole.push_back(access != Access::Broadcast);
      someWhole |= access == Access::Whole;
      if (access == Access::Unknown)
        open.push_back(i);
    }
    // An extent that only one operand can have given is that operand's.
    if (someWhole || open.size() > 1)
      for (unsigned i : open)
        unknown.push_back({i, d});
    if (!groups.empty() && groups.back().whole == group.whole)
      groups.back().extent = code.mul(groups.back().extent, group.extent);
    else
      groups.push_back(std::move(group));
  }
  if (groups.empty())
    groups.push_back(
        {code.i64(1), SmallVector<bool>(op.getInputs().size(), true)});
}

ValueList MapLoops::getGroupExtents() {
  ValueList extents;
  for (Group &group : groups)
    extents.push_back(group.extent);
  return extents;
}

std::pair<Value, Value> MapLoops::getGrid() {
  int64_t cost = std::distance(op.getBody().front().begin(),
                               op.getBody().front().end());
  if (isFlat())
    return {code.ceilDiv(groups[0].extent, flatItem), code.i64(flatItem * cost)};
  ValueList extents = getGroupExtents();
  return {product(code, ArrayRef<Value>(extents).drop_back()),
          code.mul(extents.back(), code.i64(cost))};
}

/// `n` elements from `offsets` (one per operand, then one for the results).
void MapLoops::emitVectors(ArrayRef<Value> offsets, Value n) {
  ValueList scalars(op.getInputs().size());
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    if (!groups.back().whole[i])
      scalars[i] = code.splat(
          code.load(ctx.buffer(input), getElement(input), offsets[i]));
  code.chunks(n, [&](Value i, Value mask) {
    ValueList elements;
    for (auto [k, input] : llvm::enumerate(op.getInputs()))
      elements.push_back(
          scalars[k] ? scalars[k]
                     : code.loadVector(ctx.buffer(input), getElement(input),
                                       code.add(offsets[k], i), mask));
    ValueList results =
        emitRegion(ctx.builder, *ctx.isa, op.getBody(), elements, rowLanes);
    for (auto [result, value] : llvm::zip_equal(op.getResults(), results))
      code.store(value, ctx.buffer(result), getElement(result),
                 code.add(offsets.back(), i), mask);
  });
}

void MapLoops::emitFlat() {
  Value first = code.mul(ctx.begin, code.i64(flatItem));
  Value last =
      code.min(code.mul(ctx.end, code.i64(flatItem)), groups[0].extent);
  ValueList offsets;
  for (bool whole : groups[0].whole)
    offsets.push_back(whole ? first : code.i64(0));
  offsets.push_back(first);
  emitVectors(offsets, code.sub(last, first));
}

void MapLoops::emitRows() {
  ValueList extents = getGroupExtents();
  Value length = extents.back();
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    ValueList position =
        delinearize(code, item, ArrayRef<Value>(extents).drop_back());
    ValueList offsets;
    for (unsigned i = 0; i < op.getInputs().size(); ++i) {
      Value stride = code.i64(1), offset = code.i64(0);
      for (size_t g = groups.size(); g-- > 0;) {
        if (!groups[g].whole[i])
          continue;
        if (g + 1 < groups.size())
          offset = code.add(offset, code.mul(position[g], stride));
        stride = code.mul(stride, extents[g]);
      }
      offsets.push_back(offset);
    }
    offsets.push_back(code.mul(item, length));
    emitVectors(offsets, length);
  });
}

Value MapLoops::extentOf(Value operand, int64_t d) {
  int64_t aligned = getAlignedDim(operand, op.getResult(0), d);
  return aligned < 0 ? code.i64(1) : ctx.dim(operand, aligned);
}

/// The same elements one by one, every stride taken from the actual extents.
void MapLoops::emitScalars() {
  Value result = op.getResult(0);
  ValueList dims = getDims(ctx, result);
  Value unit = isFlat() ? code.i64(flatItem) : groups.back().extent;
  Value first = code.mul(ctx.begin, unit);
  Value last = code.min(code.mul(ctx.end, unit), product(code, dims));
  code.loop(first, last, [&](Value element) {
    ValueList position = delinearize(code, element, dims), elements;
    for (Value input : op.getInputs()) {
      Value stride = code.i64(1), offset = code.i64(0);
      for (size_t d = dims.size(); d-- > 0;) {
        Value extent = extentOf(input, d);
        Value step =
            code.select(code.eq(extent, code.i64(1)), code.i64(0), stride);
        offset = code.add(offset, code.mul(position[d], step));
        stride = code.mul(stride, extent);
      }
      elements.push_back(
          code.load(ctx.buffer(input), getElement(input), offset));
    }
    ValueList results = emitRegion(ctx.builder, *ctx.isa, op.getBody(), elements, 0);
    for (auto [to, value] : llvm::zip_equal(op.getResults(), results))
      code.store(value, ctx.buffer(to), getElement(to), element);
  });
}

void MapLoops::emit() {
  auto fast = [&] { isFlat() ? emitFlat() : emitRows(); };
  Value asAssumed;
  for (auto [i, d] : unknown) {
    Value same = code.eq(extentOf(op.getInputs()[i], d),
                         ctx.dim(op.getResult(0), d));
    asAssumed = asAssumed ? code.bitAnd(asAssumed, same) : same;
  }
  if (asAssumed)
    code.choose(asAssumed, fast, [&] { emitScalars(); });
  else
    fast();
}

static LogicalResult checkMap(Operation *op) {
  for (Value value : llvm::concat<Value>(
           llvm::to_vector(op->getOperands()), llvm::to_vector(op->getResults()))) {
    Type element = getElement(value);
    if (isa<IntegerType>(element) || element.isF16() || element.isBF16() ||
        element.isF32() || element.isF64())
      continue;
    return op->emitError("found elements of type ")
           << element << "; compiled code supports integers, f16, bf16, f32 and f64";
  }
  return success();
}

void quantc::addMapKernels(KernelRegistry &registry) {
  registry.add<qnn::MapOp>(
      {[](KernelContext &ctx) { return MapLoops(ctx).getGrid(); },
       [](KernelContext &ctx) {
         MapLoops(ctx).emit();
         return success();
       },
       nullptr, checkMap});
}
