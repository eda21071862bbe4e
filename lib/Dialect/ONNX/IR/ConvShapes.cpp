//===- ConvShapes.cpp - Shapes of convolutions ----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "WindowShapes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// kernel_shape, or the constant spatial dimensions of W; none if those are not
/// known. The two must agree.
static FailureOr<std::optional<SmallVector<int64_t>>>
getKernel(Operation *op, std::optional<ArrayRef<int64_t>> attribute,
          ArrayRef<Dim> filter) {
  SmallVector<int64_t> kernel;
  for (Dim dim : filter.drop_front(2)) {
    std::optional<int64_t> size = ShapeEnv::getConstant(dim);
    if (!size)
      return attribute ? std::optional(SmallVector<int64_t>(*attribute))
                       : std::nullopt;
    kernel.push_back(*size);
  }
  // C4
  if (attribute && !attribute->empty() && *attribute != ArrayRef(kernel))
    return op->emitOpError("C4: kernel_shape must be the spatial dimensions of "
                           "W");
  return std::optional(kernel);
}

static LogicalResult checkGroup(Operation *op, int64_t group) {
  // C2
  if (group < 1)
    return op->emitOpError("C2: group must be at least 1, found ") << group;
  return success();
}

/// X and W of the same rank, at least 3; success with nulls if unknown.
static LogicalResult getInputs(Operation *op, ShapeEnv &env, Value x, Value w,
                                 const Dims *&input, const Dims *&filter) {
  // C1
  if (failed(requireMinRank(op, env, x, 3, "C1: X")) ||
      failed(requireMinRank(op, env, w, 3, "C1: W")))
    return failure();
  input = env.getShape(x);
  filter = env.getShape(w);
  if (input && filter && input->size() != filter->size())
    return op->emitOpError("C1: X and W must have the same rank, found ")
           << x.getType() << " and " << w.getType();
  return success();
}

/// Conv, ConvInteger and QLinearConv: they differ in names only.
template <typename OpTy>
static LogicalResult inferConv(OpTy op, ShapeEnv &env, Value x, Value w,
                               Value bias, Value result) {
  int64_t group = op.getGroup();
  const Dims *input, *filter;
  if (failed(checkGroup(op, group)) ||
      failed(getInputs(op, env, x, w, input, filter)))
    return failure();
  if (!input || !filter)
    return success();
  // C2
  std::optional<int64_t> outputs = ShapeEnv::getConstant((*filter)[0]);
  if (outputs && *outputs % group)
    return op.emitOpError("C2: group ") << group << " does not divide the "
                                        << *outputs << " output channels";
  // C3
  if (failed(requireEqual(op, env, (*input)[1],
                          dims::mul((*filter)[1], group),
                          "C3: channels of X and of W times group")))
    return failure();
  // C5
  if (bias && (failed(requireRank(op, env, bias, 1, "C5: B")) ||
               (env.getShape(bias) &&
                failed(requireEqual(op, env, env.getShape(bias)->front(),
                                    (*filter)[0],
                                    "C5: elements of B and output channels")))))
    return failure();
  auto kernel = getKernel(op, op.getKernelShape(), *filter);
  if (failed(kernel))
    return failure();
  Dims shape(input->size());
  shape[0] = (*input)[0];
  shape[1] = (*filter)[0];
  if (*kernel) {
    FailureOr<Window> window =
        getWindow(op, {**kernel, op.getStrides(), op.getPads(),
                       op.getDilations(), op.getAutoPad()});
    if (failed(window))
      return failure();
    for (size_t axis = 0; axis < window->getRank(); ++axis) {
      FailureOr<Dim> count =
          getWindowCount(op, env, *window, axis, (*input)[axis + 2]);
      if (failed(count))
        return failure();
      shape[axis + 2] = *count;
    }
  }
  env.setShape(result, shape);
  return success();
}

LogicalResult ConvOp::inferShapes(ShapeEnv &env) {
  return inferConv(*this, env, getX(), getW(), getB(), getY());
}

LogicalResult ConvIntegerOp::inferShapes(ShapeEnv &env) {
  return inferConv(*this, env, getX(), getW(), Value(), getY());
}

LogicalResult QLinearConvOp::inferShapes(ShapeEnv &env) {
  return inferConv(*this, env, getX(), getW(), getB(), getY());
}

//===----------------------------------------------------------------------===//
// ConvTranspose
//===----------------------------------------------------------------------===//

/// (size - 1) * stride + extent + output_padding - pads.
static FailureOr<Dim> getTransposedSize(ConvTransposeOp op, ShapeEnv &env,
                                        const Window &window, size_t axis,
                                        Dim size) {
  std::optional<ArrayRef<int64_t>> given = op.getOutputShape(),
                                   extra = op.getOutputPadding();
  auto check = [&](std::optional<ArrayRef<int64_t>> entries, StringRef name,
                   int64_t lowest) -> LogicalResult {
    // C6
    if (entries && !entries->empty() &&
        (entries->size() != window.getRank() || (*entries)[axis] < lowest ||
         (*entries)[axis] > dims::maxConstant))
      return op.emitOpError("C6: ")
             << name << " must have " << window.getRank()
             << " entries of at least " << lowest;
    return success();
  };
  if (failed(check(given, "output_shape", 1)) ||
      failed(check(extra, "output_padding", 0)))
    return failure();
  if (given && !given->empty())
    return env.constant((*given)[axis]);
  int64_t stride = window.strides[axis];
  if (window.isSame())
    return dims::mul(size, stride);
  int64_t rest = window.getExtent(axis) - stride - window.getPads(axis) +
                 (extra && !extra->empty() ? (*extra)[axis] : 0);
  Dim result = dims::add(dims::mul(size, stride), rest);
  std::optional<int64_t> constant = ShapeEnv::getConstant(result);
  // W4
  if (constant && *constant < 0)
    return op.emitOpError("W4: padding leaves ")
           << *constant << " elements of spatial dimension " << axis;
  if (result)
    env.assume(result);
  return result;
}

LogicalResult ConvTransposeOp::inferShapes(ShapeEnv &env) {
  int64_t group = getGroup();
  const Dims *input, *filter;
  if (failed(checkGroup(*this, group)) ||
      failed(getInputs(*this, env, getX(), getW(), input, filter)))
    return failure();
  if (!input || !filter)
    return success();
  // C2
  std::optional<int64_t> channels = ShapeEnv::getConstant((*filter)[0]);
  if (channels && *channels % group)
    return emitOpError("C2: group ") << group << " does not divide the "
                                     << *channels << " input channels";
  // C3
  if (failed(requireEqual(*this, env, (*input)[1], (*filter)[0],
                          "C3: channels of X and of W")))
    return failure();
  Dims shape(input->size());
  shape[0] = (*input)[0];
  shape[1] = dims::mul((*filter)[1], group);
  // C5
  if (getB() && (failed(requireRank(*this, env, getB(), 1, "C5: B")) ||
                 (env.getShape(getB()) && shape[1] &&
                  failed(requireEqual(*this, env, env.getShape(getB())->front(),
                                      shape[1],
                                      "C5: elements of B and output channels")))))
    return failure();
  auto kernel = getKernel(*this, getKernelShape(), *filter);
  if (failed(kernel))
    return failure();
  if (*kernel) {
    FailureOr<Window> window =
        getWindow(*this, {**kernel, getStrides(), getPads(), getDilations(),
                          getAutoPad()});
    if (failed(window))
      return failure();
    for (size_t axis = 0; axis < window->getRank(); ++axis) {
      FailureOr<Dim> size =
          getTransposedSize(*this, env, *window, axis, (*input)[axis + 2]);
      if (failed(size))
        return failure();
      shape[axis + 2] = *size;
    }
  }
  env.setShape(getY(), shape);
  return success();
}
