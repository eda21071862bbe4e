//===- ReshapeShapes.cpp - Shapes of operators that keep every element ----===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Reshape and its relatives, and Transpose. Contents of vectors and scalars
// pass through those that keep the order.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// The same elements in the same order, if the result is small enough.
static void passContents(ShapeEnv &env, Value from, Value to) {
  const Dims *elements = env.getContents(from), *shape = env.getShape(to);
  if (elements && shape && shape->size() <= 1)
    env.setContents(to, *elements);
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

namespace {
/// The target shape as written, with 0 already replaced.
struct ReshapeTarget {
  Dims shape;
  /// The position of -1.
  std::optional<size_t> inferred;
  /// The dimensions of the operand that are copied to the same position, out of
  /// both products: they cancel even if they are zero.
  SmallVector<size_t> copied;
};
} // namespace

static FailureOr<ReshapeTarget> getTarget(ReshapeOp op, ShapeEnv &env,
                                          const Dims *input,
                                          ArrayRef<Dim> contents) {
  ReshapeTarget target;
  bool hasZero = false;
  for (auto [i, element] : llvm::enumerate(contents)) {
    std::optional<int64_t> size = ShapeEnv::getConstant(element);
    // C1
    if (size && *size < -1)
      return op.emitOpError("C1: a dimension of ")
             << *size << " is neither a size nor -1";
    if (size == -1) {
      if (target.inferred)
        return op.emitOpError("C1: more than one dimension is -1");
      target.inferred = i;
    }
    hasZero |= size == 0;
    bool copies = size == 0 && op.getAllowzero() == 0;
    // C2
    if (copies && input && i >= input->size())
      return op.emitOpError("C2: dimension ")
             << i << " is copied from an operand of rank " << input->size();
    if (copies && input)
      target.copied.push_back(i);
    target.shape.push_back(copies ? (input ? (*input)[i] : Dim()) : element);
  }
  // C3
  if (target.inferred && hasZero && op.getAllowzero() != 0)
    return op.emitOpError("C3: with allowzero, -1 and 0 exclude each other");
  return target;
}

/// The dimensions of `shape` at other places than `without`.
static Dims dropPositions(ArrayRef<Dim> shape, ArrayRef<size_t> without) {
  Dims result;
  for (auto [i, dim] : llvm::enumerate(shape))
    if (!llvm::is_contained(without, i))
      result.push_back(dim);
  return result;
}

LogicalResult ReshapeOp::inferShapes(ShapeEnv &env) {
  // C4
  if (failed(requireRank(*this, env, getShape(), 1, "C4: shape")))
    return failure();
  const Dims *input = env.getShape(getData());
  const Dims *contents = env.getContents(getShape());
  const Dims *length = env.getShape(getShape());
  std::optional<int64_t> rank =
      length ? ShapeEnv::getConstant(length->front()) : std::nullopt;
  if (!contents) {
    if (rank && *rank <= 64)
      env.setShape(getReshaped(), Dims(*rank));
    return success();
  }
  FailureOr<ReshapeTarget> target = getTarget(*this, env, input, *contents);
  if (failed(target))
    return failure();
  if (!input) {
    if (target->inferred)
      target->shape[*target->inferred] = Dim();
    env.setShape(getReshaped(), target->shape);
    return success();
  }
  Dim total = env.product(dropPositions(*input, target->copied));
  SmallVector<size_t> without = target->copied;
  if (target->inferred)
    without.push_back(*target->inferred);
  Dim given = env.product(dropPositions(target->shape, without));
  std::optional<int64_t> totalSize = ShapeEnv::getConstant(total),
                         givenSize = ShapeEnv::getConstant(given);
  // C5
  if (totalSize && givenSize &&
      (target->inferred ? *givenSize == 0 || *totalSize % *givenSize
                        : *totalSize != *givenSize))
    return emitOpError("C5: ") << *totalSize << " elements do not fit "
                               << *givenSize
                               << (target->inferred ? " times a dimension"
                                                    : " elements");
  if (target->inferred)
    target->shape[*target->inferred] = dims::divideExactly(total, given);
  else if (total && given)
    env.assumeEqual(total, given);
  env.setShape(getReshaped(), target->shape);
  passContents(env, getData(), getReshaped());
  return success();
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

LogicalResult FlattenOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getInput());
  if (!input) {
    env.setShape(getOutput(), Dims(2));
    return success();
  }
  int64_t rank = input->size(), axis = getAxis();
  // C1: unlike other axes, the rank itself is allowed.
  if (axis < -rank || axis > rank)
    return emitOpError("C1: axis ") << axis << " is not in [" << -rank << ", "
                                    << rank << "]";
  axis += axis < 0 ? rank : 0;
  ArrayRef<Dim> dims(*input);
  env.setShape(getOutput(), {env.product(dims.take_front(axis)),
                             env.product(dims.drop_front(axis))});
  return success();
}

LogicalResult SqueezeOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getData());
  if (!input)
    return success();
  SmallVector<int64_t> axes;
  if (getAxes()) {
    auto constants = getConstants(env, getAxes());
    if (!constants)
      return success();
    axes = *constants;
  } else {
    for (auto [i, dim] : llvm::enumerate(*input)) {
      std::optional<int64_t> size = ShapeEnv::getConstant(dim);
      // Whether it goes is only known when the model runs.
      if (!size)
        return success();
      if (size == 1)
        axes.push_back(i);
    }
  }
  // C1
  if (failed(normalizeAxes(*this, axes, input->size())))
    return failure();
  Dims shape;
  for (auto [i, dim] : llvm::enumerate(*input)) {
    if (!llvm::is_contained(axes, int64_t(i))) {
      shape.push_back(dim);
      continue;
    }
    // C2
    std::optional<int64_t> size = ShapeEnv::getConstant(dim);
    if (size && *size != 1)
      return emitOpError("C2: dimension ") << i << " of size " << *size
                                           << " cannot be removed";
    env.assumeEqual(dim, env.constant(1));
  }
  env.setShape(getSqueezed(), shape);
  passContents(env, getData(), getSqueezed());
  return success();
}

LogicalResult UnsqueezeOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getData());
  auto axes = getConstants(env, getAxes());
  if (!input || !axes)
    return success();
  // C1
  int64_t rank = input->size() + axes->size();
  if (failed(normalizeAxes(*this, *axes, rank)))
    return failure();
  Dims shape;
  const Dim *next = input->begin();
  for (int64_t i = 0; i < rank; ++i)
    shape.push_back(llvm::is_contained(*axes, i) ? env.constant(1) : *next++);
  env.setShape(getExpanded(), shape);
  passContents(env, getData(), getExpanded());
  return success();
}

LogicalResult TransposeOp::inferShapes(ShapeEnv &env) {
  std::optional<ArrayRef<int64_t>> perm = getPerm();
  // C1
  SmallVector<bool> seen(perm ? perm->size() : 0);
  for (int64_t axis : perm.value_or(ArrayRef<int64_t>())) {
    if (axis < 0 || axis >= int64_t(seen.size()) || seen[axis])
      return emitOpError("C1: perm is not a permutation of 0 to ")
             << int64_t(seen.size()) - 1;
    seen[axis] = true;
  }
  const Dims *input = env.getShape(getData());
  if (!input)
    return success();
  // C2
  if (perm && perm->size() != input->size())
    return emitOpError("C2: perm has ")
           << perm->size() << " entries for an operand of rank "
           << input->size();
  Dims shape;
  for (size_t i = 0, e = input->size(); i < e; ++i)
    shape.push_back((*input)[perm ? (*perm)[i] : e - 1 - i]);
  env.setShape(getTransposed(), shape);
  passContents(env, getData(), getTransposed());
  return success();
}

/// Multiplies or divides `dim` by `factor`, which has to divide it.
static FailureOr<Dim> divideDim(Operation *op, ShapeEnv &env, Dim dim,
                                int64_t factor) {
  std::optional<int64_t> size = ShapeEnv::getConstant(dim);
  // C3
  if (size && *size % factor)
    return op->emitOpError("C3: ") << factor << " does not divide the dimension "
                                   << *size;
  return dims::divideExactly(dim, env.constant(factor));
}

static LogicalResult checkBlocks(Operation *op, ShapeEnv &env, Value input,
                                 int64_t block) {
  // C1
  if (block < 1 || block > (1 << 15))
    return op->emitOpError("C1: blocksize must be in [1, 32768], found ")
           << block;
  // C2
  return requireRank(op, env, input, 4, "C2: the operand");
}

LogicalResult DepthToSpaceOp::inferShapes(ShapeEnv &env) {
  int64_t block = getBlocksize();
  if (failed(checkBlocks(*this, env, getInput(), block)))
    return failure();
  // C4
  if (getMode() != "DCR" && getMode() != "CRD")
    return emitOpError("C4: mode must be DCR or CRD, found '")
           << getMode() << "'";
  const Dims *input = env.getShape(getInput());
  if (!input)
    return success();
  FailureOr<Dim> channels = divideDim(*this, env, (*input)[1], block * block);
  if (failed(channels))
    return failure();
  env.setShape(getOutput(),
               {(*input)[0], *channels, dims::mul((*input)[2], block),
                dims::mul((*input)[3], block)});
  return success();
}

LogicalResult SpaceToDepthOp::inferShapes(ShapeEnv &env) {
  int64_t block = getBlocksize();
  if (failed(checkBlocks(*this, env, getInput(), block)))
    return failure();
  const Dims *input = env.getShape(getInput());
  if (!input)
    return success();
  FailureOr<Dim> height = divideDim(*this, env, (*input)[2], block),
                 width = divideDim(*this, env, (*input)[3], block);
  if (failed(height) || failed(width))
    return failure();
  env.setShape(getOutput(), {(*input)[0], dims::mul((*input)[1], block * block),
                             *height, *width});
  return success();
}
