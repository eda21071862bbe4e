//===- IndexShapes.cpp - Shapes of gathers, scatters and selections -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// Constant indices into a constant dimension must be in [-size, size - 1].
static LogicalResult checkIndices(Operation *op, ShapeEnv &env, Value indices,
                                  Dim dim) {
  std::optional<int64_t> size = ShapeEnv::getConstant(dim);
  auto constants = getConstants(env, indices);
  for (int64_t index : constants.value_or(SmallVector<int64_t>()))
    // C2
    if (size && (index < -*size || index >= *size))
      return op->emitOpError("C2: index ")
             << index << " is not in [" << -*size << ", " << *size - 1 << "]";
  return success();
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::inferShapes(ShapeEnv &env) {
  const Dims *data = env.getShape(getData()),
             *indices = env.getShape(getIndices());
  int64_t axis = getAxis();
  // C1
  if (data && failed(normalizeAxis(*this, axis, data->size())))
    return failure();
  if (!data || !indices)
    return success();
  if (failed(checkIndices(*this, env, getIndices(), (*data)[axis])))
    return failure();
  Dims shape(ArrayRef<Dim>(*data).take_front(axis));
  shape.append(*indices);
  llvm::append_range(shape, ArrayRef<Dim>(*data).drop_front(axis + 1));
  env.setShape(getOutput(), shape);
  const Dims *elements = env.getContents(getData());
  auto constants = getConstants(env, getIndices());
  if (!elements || !constants || data->size() != 1)
    return success();
  Dims result;
  int64_t size = elements->size();
  for (int64_t index : *constants) {
    if (index < -size || index >= size)
      return success();
    result.push_back((*elements)[index < 0 ? index + size : index]);
  }
  env.setContents(getOutput(), std::move(result));
  return success();
}

/// Indices of the same rank as the data they select single elements of.
static LogicalResult checkElementwiseIndices(Operation *op, ShapeEnv &env,
                                             Value data, Value indices,
                                             int64_t axis) {
  const Dims *shape = env.getShape(data);
  if (!shape)
    return success();
  // C1
  if (failed(normalizeAxis(op, axis, shape->size())))
    return failure();
  // C3
  return requireRank(op, env, indices, shape->size(), "C3: indices");
}

LogicalResult GatherElementsOp::inferShapes(ShapeEnv &env) {
  if (failed(checkElementwiseIndices(*this, env, getData(), getIndices(),
                                     getAxis())))
    return failure();
  return copyShape(env, getIndices(), getOutput());
}

/// The number of dimensions an index tuple selects; none if unknown.
static FailureOr<std::optional<int64_t>>
getTupleSize(Operation *op, ShapeEnv &env, Value data, Value indices,
             int64_t batchDims) {
  // C1
  if (failed(requireMinRank(op, env, data, 1, "C1: data")) ||
      failed(requireMinRank(op, env, indices, 1, "C1: indices")))
    return failure();
  const Dims *shape = env.getShape(data), *tuples = env.getShape(indices);
  if (!shape || !tuples)
    return std::optional<int64_t>();
  // C2
  int64_t ranks = std::min(shape->size(), tuples->size());
  if (batchDims < 0 || batchDims >= ranks)
    return op->emitOpError("C2: batch_dims must be in [0, ")
           << ranks - 1 << "], found " << batchDims;
  std::optional<int64_t> size = ShapeEnv::getConstant(tuples->back());
  // C3
  if (size && (*size < 1 || *size > int64_t(shape->size()) - batchDims))
    return op->emitOpError("C3: index tuples of ")
           << *size << " do not fit data of rank " << shape->size();
  return size;
}

LogicalResult GatherNDOp::inferShapes(ShapeEnv &env) {
  int64_t batchDims = getBatchDims();
  auto size = getTupleSize(*this, env, getData(), getIndices(), batchDims);
  if (failed(size))
    return failure();
  if (!*size)
    return success();
  Dims shape(ArrayRef<Dim>(*env.getShape(getIndices())).drop_back());
  llvm::append_range(shape, ArrayRef<Dim>(*env.getShape(getData()))
                                .drop_front(batchDims + **size));
  env.setShape(getOutput(), shape);
  return success();
}

static LogicalResult checkReduction(Operation *op, StringRef reduction) {
  // C4
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return op->emitOpError("C4: reduction must be none, add, mul, max or min, "
                           "found '")
           << reduction << "'";
  return success();
}

LogicalResult ScatterElementsOp::inferShapes(ShapeEnv &env) {
  if (failed(checkReduction(*this, getReduction())) ||
      failed(checkElementwiseIndices(*this, env, getData(), getIndices(),
                                     getAxis())))
    return failure();
  // C5
  const Dims *indices = env.getShape(getIndices()),
             *updates = env.getShape(getUpdates());
  if (indices && updates) {
    if (failed(requireRank(*this, env, getUpdates(), indices->size(),
                           "C5: updates")))
      return failure();
    for (auto [a, b] : llvm::zip_equal(*indices, *updates))
      if (failed(requireEqual(*this, env, a, b,
                              "C5: dimensions of indices and updates")))
        return failure();
  }
  return copyShape(env, getData(), getOutput());
}

LogicalResult ScatterNDOp::inferShapes(ShapeEnv &env) {
  auto size = getTupleSize(*this, env, getData(), getIndices(), 0);
  if (failed(checkReduction(*this, getReduction())) || failed(size))
    return failure();
  const Dims *updates = env.getShape(getUpdates());
  if (*size && updates) {
    // C5
    Dims expected(ArrayRef<Dim>(*env.getShape(getIndices())).drop_back());
    llvm::append_range(expected, ArrayRef<Dim>(*env.getShape(getData()))
                                     .drop_front(**size));
    if (failed(requireRank(*this, env, getUpdates(), expected.size(),
                           "C5: updates")))
      return failure();
    for (auto [a, b] : llvm::zip_equal(expected, *updates))
      if (failed(requireEqual(*this, env, a, b, "C5: dimensions of updates")))
        return failure();
  }
  return copyShape(env, getData(), getOutput());
}

//===----------------------------------------------------------------------===//
// Sizes that depend on data
//===----------------------------------------------------------------------===//

LogicalResult CompressOp::inferShapes(ShapeEnv &env) {
  // C1
  if (failed(requireRank(*this, env, getCondition(), 1, "C1: condition")))
    return failure();
  if (!getAxis()) {
    env.setShape(getOutput(), Dims(1));
    return success();
  }
  const Dims *input = env.getShape(getInput());
  if (!input)
    return success();
  // C2
  int64_t axis = *getAxis();
  if (failed(normalizeAxis(*this, axis, input->size())))
    return failure();
  Dims shape(*input);
  shape[axis] = Dim();
  env.setShape(getOutput(), shape);
  return success();
}

LogicalResult NonZeroOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getX());
  env.setShape(getY(), {input ? env.constant(input->size()) : Dim(), Dim()});
  return success();
}

LogicalResult OneHotOp::inferShapes(ShapeEnv &env) {
  const Dims *indices = env.getShape(getIndices());
  if (!indices)
    return success();
  // C1: the new dimension may also come last.
  int64_t axis = getAxis();
  if (failed(normalizeAxis(*this, axis, indices->size() + 1)))
    return failure();
  // C2
  Dim depth = getScalar(env, getDepth());
  if (ShapeEnv::getConstant(depth).value_or(0) < 0)
    return emitOpError("C2: depth must not be negative, found ")
           << *ShapeEnv::getConstant(depth);
  Dims shape(*indices);
  shape.insert(shape.begin() + axis, depth);
  env.setShape(getOutput(), shape);
  return success();
}

LogicalResult TopKOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getX());
  if (!input)
    return success();
  // C1
  int64_t axis = getAxis();
  if (failed(normalizeAxis(*this, axis, input->size())))
    return failure();
  // C2
  Dim count = getScalar(env, getK());
  std::optional<int64_t> k = ShapeEnv::getConstant(count),
                         size = ShapeEnv::getConstant((*input)[axis]);
  if (k && (*k < 0 || (size && *k > *size)))
    return emitOpError("C2: K must be between 0 and the dimension, found ")
           << *k;
  if (count)
    env.assume(dims::sub((*input)[axis], count));
  Dims shape(*input);
  shape[axis] = count;
  env.setShape(getValues(), shape);
  env.setShape(getIndices(), *env.getShape(getValues()));
  return success();
}
