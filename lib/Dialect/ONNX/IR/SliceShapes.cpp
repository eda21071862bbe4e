//===- SliceShapes.cpp - Shapes of operators that cut and join ------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Slice clamps its bounds to the dimension, which no polynomial says. Where a
// bound cannot be compared with the dimension, the usual case is assumed (a
// prefix as long as another dimension fits, an index from the end exists) and
// recorded for the compiled model to check; where both cases are usual, the
// size is unknown.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

/// The bound `index` (maybe negative, maybe too large) of a slice with a
/// positive step as a position in [0, dim]; null if unknown.
static Dim clampBound(ShapeEnv &env, Dim index, Dim dim) {
  std::optional<int64_t> constant = ShapeEnv::getConstant(index),
                         size = ShapeEnv::getConstant(dim);
  if (constant && size) {
    int64_t position = *constant < 0 ? *constant + *size : *constant;
    return env.constant(std::clamp<int64_t>(position, 0, *size));
  }
  if (constant && *constant >= dims::maxConstant)
    return dim;
  if (constant && *constant <= -dims::maxConstant)
    return env.constant(0);
  bool fromEnd = dims::isAtLeast(dims::mul(index, -1), 1);
  if (!fromEnd && !dims::isAtLeast(index, 0))
    return {};
  Dim position = fromEnd ? dims::add(dim, index) : index;
  if (dims::isAtLeast(index, dim))
    return dim;
  // `x[:, :512]` shortens what may be longer: neither case is the usual one.
  if (constant && *constant > 1 && !dims::isAtLeast(dim, index))
    return {};
  env.assume(fromEnd ? position : dims::sub(dim, index));
  return position;
}

/// The size of dim[start:end:step].
static Dim getSliceSize(ShapeEnv &env, Dim start, Dim end, int64_t step,
                        Dim dim) {
  std::optional<int64_t> first = ShapeEnv::getConstant(start),
                         last = ShapeEnv::getConstant(end),
                         size = ShapeEnv::getConstant(dim);
  if (step > 0) {
    Dim length = dims::sub(clampBound(env, end, dim),
                           clampBound(env, start, dim));
    std::optional<int64_t> constant = ShapeEnv::getConstant(length);
    if (constant && *constant <= 0)
      return env.constant(0);
    if (length && !constant)
      env.assume(length);
    return dims::ceilDiv(length, std::min(step, dims::maxConstant));
  }
  if (!first || !last)
    return {};
  // Backwards: start in [0, dim - 1], end in [-1, dim - 1].
  if (size) {
    int64_t from = *first < 0 ? *first + *size : *first,
            to = *last < 0 ? *last + *size : *last;
    from = std::clamp<int64_t>(from, -1, *size - 1);
    to = std::clamp<int64_t>(to, -1, *size - 1);
    int64_t stride = -std::max(step, -dims::maxConstant);
    return env.constant(from <= to ? 0 : (from - to + stride - 1) / stride);
  }
  bool whole = (*first == -1 || *first >= dims::maxConstant) &&
               *last <= -dims::maxConstant;
  return whole && step >= -dims::maxConstant ? dims::ceilDiv(dim, -step)
                                             : Dim();
}

/// The elements of a vector with known contents, sliced by constants.
static void sliceContents(SliceOp op, ShapeEnv &env, Dim start, int64_t step) {
  const Dims *elements = env.getContents(op.getData());
  const Dims *shape = env.getShape(op.getOutput());
  std::optional<int64_t> first = ShapeEnv::getConstant(start),
                         count = shape ? ShapeEnv::getConstant(shape->front())
                                       : std::nullopt;
  if (!elements || !first || !count)
    return;
  int64_t size = elements->size();
  step = std::clamp(step, -size - 1, size + 1); // further is as far
  int64_t position = *first < 0 ? *first + size : *first;
  position = std::clamp<int64_t>(position, 0, step < 0 ? size - 1 : size);
  Dims result;
  for (int64_t i = 0; i < *count; ++i, position += step) {
    if (position < 0 || position >= size)
      return;
    result.push_back((*elements)[position]);
  }
  env.setContents(op.getOutput(), std::move(result));
}

LogicalResult SliceOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getData());
  if (!input)
    return success();
  const Dims *starts = env.getContents(getStarts()),
             *ends = env.getContents(getEnds());
  auto axes = getConstants(env, getAxes());
  auto steps = getConstants(env, getSteps());
  Dims shape(*input);
  if ((getAxes() && !axes) || (!getAxes() && !starts)) {
    env.setShape(getOutput(), Dims(input->size()));
    return success();
  }
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  // C1
  if (failed(normalizeAxes(*this, *axes, input->size())))
    return failure();
  // C2
  for (size_t length : {starts ? starts->size() : axes->size(),
                        ends ? ends->size() : axes->size(),
                        steps ? steps->size() : axes->size()})
    if (length != axes->size())
      return emitOpError("C2: starts, ends, axes and steps must have the same "
                         "length, found ")
             << length << " and " << axes->size();
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    int64_t step = steps ? (*steps)[i] : 1;
    // C3
    if (step == 0)
      return emitOpError("C3: the step along axis ") << axis << " is 0";
    bool isKnown = starts && ends && (!getSteps() || steps);
    shape[axis] = isKnown ? getSliceSize(env, (*starts)[i], (*ends)[i], step,
                                         (*input)[axis])
                          : Dim();
  }
  env.setShape(getOutput(), shape);
  if (input->size() == 1 && axes->size() == 1 && starts)
    sliceContents(*this, env, starts->front(), steps ? steps->front() : 1);
  return success();
}

//===----------------------------------------------------------------------===//
// Concat and Split
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferShapes(ShapeEnv &env) {
  // C1
  if (getInputs().empty())
    return emitOpError("C1: needs at least one operand");
  Dims shape, elements;
  bool hasContents = true;
  int64_t axis = getAxis();
  for (auto [number, operand] : llvm::enumerate(getInputs())) {
    const Dims *input = env.getShape(operand);
    if (!input)
      return success();
    // C2
    if (number == 0 && failed(normalizeAxis(*this, axis, input->size())))
      return failure();
    // C3
    if (number != 0 && input->size() != shape.size())
      return emitOpError("C3: operands must have the same rank, found ")
             << getInputs().front().getType() << " and " << operand.getType();
    const Dims *contents = env.getContents(operand);
    hasContents &= contents && input->size() == 1;
    if (hasContents)
      elements.append(*contents);
    if (number == 0) {
      shape = *input;
      continue;
    }
    for (auto [i, dim] : llvm::enumerate(shape)) {
      if (int64_t(i) == axis)
        dim = dims::add(dim, (*input)[i]);
      else if (failed(requireEqual(*this, env, dim, (*input)[i],
                                   "C3: dimensions not joined")))
        return failure();
      else if (ShapeEnv::getConstant((*input)[i]))
        dim = (*input)[i];
    }
  }
  env.setShape(getConcatResult(), shape);
  if (hasContents)
    env.setContents(getConcatResult(), elements);
  return success();
}

/// The sizes of `count` equal parts, the last one smaller if need be.
static FailureOr<Dims> getEqualParts(SplitOp op, ShapeEnv &env, Dim dim,
                                     int64_t count) {
  Dim part = dims::divideExactly(dim, env.constant(count));
  if (!part)
    part = dims::ceilDiv(dim, count);
  Dim last = dims::sub(dim, dims::mul(part, count - 1));
  std::optional<int64_t> size = ShapeEnv::getConstant(last);
  // C4
  if (size && *size < 0)
    return op.emitOpError("C4: ") << *ShapeEnv::getConstant(dim)
                                  << " elements do not make " << count
                                  << " parts";
  if (last)
    env.assume(last);
  Dims parts(count, part);
  parts.back() = last;
  return parts;
}

LogicalResult SplitOp::inferShapes(ShapeEnv &env) {
  int64_t count = getNumResults(), axis = getAxis();
  // C1
  if (count == 0 || (getNumOutputs() && int64_t(*getNumOutputs()) != count))
    return emitOpError("C1: num_outputs must be the number of results, ")
           << count << ", and not zero";
  const Dims *input = env.getShape(getInput());
  if (!input)
    return success();
  // C2
  if (failed(normalizeAxis(*this, axis, input->size())))
    return failure();
  Dims parts(count);
  if (!getSplit()) {
    FailureOr<Dims> equal = getEqualParts(*this, env, (*input)[axis], count);
    if (failed(equal))
      return failure();
    parts = *equal;
  } else if (const Dims *sizes = env.getContents(getSplit())) {
    Dim sum = env.constant(0);
    bool isNegative = false;
    for (Dim size : *sizes) {
      sum = dims::add(sum, size);
      isNegative |= ShapeEnv::getConstant(size).value_or(0) < 0;
    }
    // C3
    if (int64_t(sizes->size()) != count || isNegative)
      return emitOpError("C3: split must have one size for each of the ")
             << count << " results";
    if (sum && failed(requireEqual(*this, env, sum, (*input)[axis],
                                   "C3: the sum of split and the dimension")))
      return failure();
    parts = *sizes;
  }
  for (auto [result, part] : llvm::zip_equal(getResults(), parts)) {
    Dims shape(*input);
    shape[axis] = part;
    env.setShape(result, shape);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Pad, Tile and Expand
//===----------------------------------------------------------------------===//

LogicalResult PadOp::inferShapes(ShapeEnv &env) {
  // C1
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, getMode()))
    return emitOpError("C1: mode must be constant, reflect, edge or wrap, "
                       "found '")
           << getMode() << "'";
  const Dims *input = env.getShape(getData());
  if (!input)
    return success();
  const Dims *pads = env.getContents(getPads());
  auto axes = getConstants(env, getAxes());
  if (!pads || (getAxes() && !axes)) {
    env.setShape(getOutput(), Dims(input->size()));
    return success();
  }
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, input->size()));
  // C2
  if (failed(normalizeAxes(*this, *axes, input->size())))
    return failure();
  // C3
  if (pads->size() != 2 * axes->size())
    return emitOpError("C3: pads must have two entries for each axis, found ")
           << pads->size() << " for " << axes->size() << " axes";
  Dims shape(*input);
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    Dim &dim = shape[axis];
    std::optional<int64_t> size = ShapeEnv::getConstant(dim);
    for (Dim pad : {(*pads)[i], (*pads)[i + axes->size()]}) {
      std::optional<int64_t> amount = ShapeEnv::getConstant(pad);
      // C4
      if (amount && (*amount > dims::maxConstant ||
                     *amount < -dims::maxConstant))
        return emitOpError("C4: padding by ") << *amount << " exceeds 2^40";
      // C5
      if (size && amount && getMode() == "reflect" && *amount >= *size &&
          *amount > 0)
        return emitOpError("C5: reflection by ")
               << *amount << " needs more than the " << *size
               << " elements of axis " << axis;
      dim = dims::add(dim, pad);
    }
    std::optional<int64_t> result = ShapeEnv::getConstant(dim);
    // C4
    if (result && *result < 0)
      return emitOpError("C4: padding leaves ")
             << *result << " elements along axis " << axis;
    if (dim)
      env.assume(dim);
  }
  env.setShape(getOutput(), shape);
  return success();
}

LogicalResult TileOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getInput());
  if (!input)
    return success();
  const Dims *repeats = env.getContents(getRepeats());
  if (!repeats) {
    env.setShape(getOutput(), Dims(input->size()));
    return success();
  }
  // C1
  if (repeats->size() != input->size())
    return emitOpError("C1: repeats must have ")
           << input->size() << " entries, found " << repeats->size();
  Dims shape;
  for (auto [dim, times] : llvm::zip_equal(*input, *repeats)) {
    std::optional<int64_t> constant = ShapeEnv::getConstant(times);
    if (constant && *constant < 0)
      return emitOpError("C1: repeats must not be negative, found ")
             << *constant;
    shape.push_back(dims::mul(dim, times));
  }
  env.setShape(getOutput(), shape);
  return success();
}

LogicalResult ExpandOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getInput());
  const Dims *target = env.getContents(getShape());
  const Dims *length = env.getShape(getShape());
  if (!input)
    return success();
  if (!target) {
    std::optional<int64_t> rank =
        length && length->size() == 1 ? ShapeEnv::getConstant(length->front())
                                      : std::nullopt;
    if (rank && *rank <= 64)
      env.setShape(getOutput(), Dims(std::max<size_t>(*rank, input->size())));
    return success();
  }
  // C1
  for (Dim dim : *target)
    if (ShapeEnv::getConstant(dim).value_or(0) < 0)
      return emitOpError("C1: shape must not be negative");
  std::optional<Dims> shape = env.broadcast(*target, *input);
  if (!shape)
    return emitOpError("C2: ")
           << getInput().getType() << " does not broadcast to the given shape";
  env.setShape(getOutput(), *shape);
  // A vector of equal elements, as shape arithmetic makes by Expand.
  const Dims *elements = env.getContents(getInput());
  std::optional<int64_t> count =
      shape->size() == 1 ? ShapeEnv::getConstant(shape->front()) : std::nullopt;
  if (elements && elements->size() == 1 && count && *count <= 64)
    env.setContents(getOutput(), Dims(*count, elements->front()));
  return success();
}
