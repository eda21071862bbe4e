//===- QNNShapes.cpp - Shape functions of the qnn dialect -----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The constraints on shapes that the descriptions number are checked here, for
// the verifiers run these functions too; symbolic dimensions are trusted.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/DimMath.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::qnn;

using quantc::ShapeEnv;

/// Whether both are known constants and differ.
static bool contradict(Dim a, Dim b) {
  std::optional<int64_t> left = ShapeEnv::getConstant(a);
  std::optional<int64_t> right = ShapeEnv::getConstant(b);
  return left && right && *left != *right;
}

//===----------------------------------------------------------------------===//
// Scales and blocks
//===----------------------------------------------------------------------===//

/// Number of blocks of `block` elements in a dimension.
static Dim countBlocks(ShapeEnv &env, Dim dim, int64_t block) {
  return block < 0 ? env.constant(1) : dims::ceilDiv(dim, block);
}

/// C3 of quantize and dequantize, for `scale` or a zero point.
static LogicalResult checkBlocks(Operation *op, ShapeEnv &env, ArrayRef<Dim> x,
                                 ArrayRef<int64_t> block, Value scale,
                                 StringRef name) {
  const Dims *shape = env.getShape(scale);
  bool isOne = llvm::all_of(block, [](int64_t b) { return b < 0; });
  if (shape->empty() && isOne)
    return success();
  if (shape->size() != x.size())
    return op->emitOpError() << name << " has rank " << shape->size()
                             << ", expected that of x, " << x.size();
  for (auto [d, size] : llvm::enumerate(*shape)) {
    Dim expected = countBlocks(env, x[d], block[d]);
    if (contradict(size, expected))
      return op->emitOpError()
             << name << " has " << *ShapeEnv::getConstant(size)
             << " entries in dimension " << d << ", expected "
             << *ShapeEnv::getConstant(expected);
  }
  return success();
}

template <typename OpTy>
static LogicalResult inferCodecShapes(OpTy op, ShapeEnv &env, Value x,
                                      Value result) {
  if (!isa<RankedTensorType>(x.getType()))
    return success(); // inside a region
  Dims shape = *env.getShape(x);
  if (op.getBlock().size() != shape.size())
    return op.emitOpError() << "block has " << op.getBlock().size()
                            << " entries, expected one per dimension, "
                            << shape.size();
  if (failed(checkBlocks(op, env, shape, op.getBlock(), op.getScale(),
                         "scale")))
    return failure();
  if (Value zeroPoint = op.getZeroPoint())
    if (failed(checkBlocks(op, env, shape, op.getBlock(), zeroPoint,
                           "zero point")))
      return failure();
  env.setShape(result, std::move(shape));
  return success();
}

LogicalResult QuantizeOp::inferShapes(ShapeEnv &env) {
  return inferCodecShapes(*this, env, getX(), getCodes());
}

LogicalResult DequantizeOp::inferShapes(ShapeEnv &env) {
  return inferCodecShapes(*this, env, getCodes(), getX());
}

LogicalResult DynamicQuantizeOp::inferShapes(ShapeEnv &env) {
  Dims shape = *env.getShape(getX());
  if (getBlock().size() != shape.size())
    return emitOpError() << "block has " << getBlock().size()
                         << " entries, expected one per dimension, "
                         << shape.size();
  Dims blocks;
  for (auto [dim, block] : llvm::zip_equal(shape, getBlock()))
    blocks.push_back(countBlocks(env, dim, block));
  env.setShape(getScale(), blocks);
  env.setShape(getZeroPoint(), std::move(blocks));
  env.setShape(getCodes(), std::move(shape));
  return success();
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The extras of an epilogue broadcast to the result, and do not widen it.
static LogicalResult checkExtras(Operation *op, ShapeEnv &env,
                                 ValueRange extras, ArrayRef<Dim> result) {
  for (auto [i, extra] : llvm::enumerate(extras)) {
    const Dims *shape = env.getShape(extra);
    bool fits = shape->size() <= result.size();
    for (size_t d = 0; fits && d < shape->size(); ++d) {
      Dim dim = (*shape)[shape->size() - 1 - d];
      fits = ShapeEnv::getConstant(dim) == 1 ||
             !contradict(dim, result[result.size() - 1 - d]);
    }
    if (!fits)
      return op->emitOpError()
             << "extra operand " << i << ", " << extra.getType()
             << ", does not broadcast to the result";
  }
  return success();
}

/// The columns and the inner dimension of a matmul's right side.
static LogicalResult readRightSide(MatMulOp op, ShapeEnv &env, const Dims &rhs,
                                   Dim &k, Dim &n) {
  if (op.getPanel() == 0) {
    k = rhs[rhs.size() - 2];
    n = rhs.back();
    return success();
  }
  bool isFloat = op.getRhs().getType().getElementType().isF32();
  if (rhs.size() != (isFloat ? 3 : 4))
    return op.emitOpError("packed rhs has rank ") << rhs.size();
  n = env.constant(op.getColumns());
  Dim panels = dims::ceilDiv(n, op.getPanel());
  if (contradict(rhs[0], panels) || contradict(rhs[2],
                                               env.constant(op.getPanel())))
    return op.emitOpError("packed rhs ")
           << op.getRhs().getType() << " is not " << op.getColumns()
           << " columns in panels of " << op.getPanel();
  // Codes are packed by four, so only their number of fours is known.
  k = isFloat ? rhs[1] : Dim();
  return success();
}

LogicalResult MatMulOp::inferShapes(ShapeEnv &env) {
  const Dims &lhs = *env.getShape(getLhs());
  const Dims &rhs = *env.getShape(getRhs());
  if (lhs.size() < 2 || rhs.size() < 2)
    return emitOpError("operands have rank 2 at least");
  Dim k, n;
  if (failed(readRightSide(*this, env, rhs, k, n)))
    return failure();
  bool isPacked = getPanel() != 0;
  bool agrees = k ? !contradict(lhs.back(), k)
                  : !contradict(dims::ceilDiv(lhs.back(), 4), rhs[1]);
  if (!agrees) // C1
    return emitOpError("inner dimensions of ")
           << getLhs().getType() << " and " << getRhs().getType()
           << " differ";
  Dims result(lhs.begin(), lhs.end() - 2);
  if (!isPacked) {
    std::optional<Dims> leading =
        env.broadcast(result, ArrayRef<Dim>(rhs).drop_back(2));
    if (!leading) // C1
      return emitOpError("leading dimensions of ")
             << getLhs().getType() << " and " << getRhs().getType()
             << " do not broadcast";
    result = *leading;
  }
  result.append({lhs[lhs.size() - 2], n});
  if (failed(checkExtras(*this, env, getExtras(), result)))
    return failure();
  env.setShape(getResult(), std::move(result));
  return success();
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
struct WindowShape {
  ArrayRef<int64_t> kernel, strides, dilations, pads;
};
} // namespace

/// C1 of convolution and pools: one entry per spatial dimension, two pads.
static LogicalResult checkWindow(Operation *op, size_t rank,
                                 const WindowShape &window) {
  if (rank < 3 || rank > 5)
    return op->emitOpError("input has rank ")
           << rank << ", expected [N, 1 to 3 spatial dimensions, C]";
  size_t spatial = rank - 2;
  if (window.kernel.size() != spatial || window.strides.size() != spatial ||
      window.dilations.size() != spatial || window.pads.size() != 2 * spatial)
    return op->emitOpError("has ")
           << spatial << " spatial dimensions, expected as many entries of "
           << "kernel_shape, strides and dilations, and twice that of pads";
  for (size_t d = 0; d < spatial; ++d)
    if (window.strides[d] < 1 || window.dilations[d] < 1 ||
        window.kernel[d] == 0 || window.kernel[d] < -1 || window.pads[d] < 0 ||
        window.pads[spatial + d] < 0)
      return op->emitOpError("window is not positive in spatial dimension ")
             << d;
  return success();
}

/// Appends the result's spatial dimensions.
static LogicalResult appendSpatial(Operation *op, ShapeEnv &env,
                                   ArrayRef<Dim> input,
                                   const WindowShape &window, Dims &result) {
  size_t spatial = window.kernel.size();
  for (size_t d = 0; d < spatial; ++d) {
    if (window.kernel[d] < 0) { // the whole dimension
      result.push_back(env.constant(1));
      continue;
    }
    int64_t padded = window.pads[d] + window.pads[spatial + d] -
                     window.dilations[d] * (window.kernel[d] - 1) - 1;
    Dim slack = dims::add(input[1 + d], padded);
    if (std::optional<int64_t> size = ShapeEnv::getConstant(slack);
        size && *size < 0)
      return op->emitOpError("window is larger than the padded input in "
                             "spatial dimension ")
             << d;
    result.push_back(dims::add(dims::floorDiv(slack, window.strides[d]), 1));
  }
  return success();
}

/// The channels of a filter: per group on the input's side, and the result's.
static LogicalResult readFilter(ConvOp op, ShapeEnv &env, const Dims &filter,
                                Dim channels, Dim &columns) {
  size_t spatial = op.getKernelShape().size();
  bool isFloat = op.getFilter().getType().getElementType().isF32();
  bool isPacked = op.getPanel() != 0;
  bool isDepthwise = isPacked && op.getGroup() != 1;
  size_t rank = !isPacked ? spatial + 2 : isFloat || isDepthwise ? 4 : 5;
  if (filter.size() != rank) // C1
    return op.emitOpError("filter has rank ")
           << filter.size() << ", expected " << rank;
  if (isPacked) {
    columns = env.constant(op.getColumns());
    if (contradict(filter[0], dims::ceilDiv(columns, op.getPanel())))
      return op.emitOpError("packed filter does not have panels for ")
             << op.getColumns() << " columns";
    if (isDepthwise && contradict(channels, columns)) // C2
      return op.emitOpError("packed depthwise filter has ")
             << op.getColumns() << " columns, not the input's channels";
    return success();
  }
  for (size_t d = 0; d < spatial; ++d)
    if (contradict(filter[d], env.constant(op.getKernelShape()[d])))
      return op.emitOpError("filter ")
             << op.getFilter().getType() << " is not of kernel_shape";
  columns = filter.back();
  if (contradict(dims::mul(filter[spatial], op.getGroup()), channels)) // C2
    return op.emitOpError("filter ")
           << op.getFilter().getType() << " in " << op.getGroup()
           << " groups does not fit the input's channels";
  return success();
}

LogicalResult ConvOp::inferShapes(ShapeEnv &env) {
  const Dims &input = *env.getShape(getInput());
  WindowShape window{getKernelShape(), getStrides(), getDilations(), getPads()};
  if (failed(checkWindow(*this, input.size(), window)))
    return failure();
  Dim columns;
  if (failed(readFilter(*this, env, *env.getShape(getFilter()), input.back(),
                        columns)))
    return failure();
  std::optional<int64_t> constant = ShapeEnv::getConstant(columns);
  if (constant && *constant % int64_t(getGroup()) != 0) // C2
    return emitOpError("group ")
           << getGroup() << " does not divide " << *constant << " columns";
  Dims result{input.front()};
  if (failed(appendSpatial(*this, env, input, window, result)))
    return failure();
  result.push_back(columns);
  if (failed(checkExtras(*this, env, getExtras(), result)))
    return failure();
  env.setShape(getResult(), std::move(result));
  return success();
}

/// Pools: the channels stay.
static LogicalResult inferPool(Operation *op, ShapeEnv &env, Value input,
                               const WindowShape &window, Dims &result) {
  const Dims &shape = *env.getShape(input);
  if (failed(checkWindow(op, shape.size(), window)))
    return failure();
  result.push_back(shape.front());
  if (failed(appendSpatial(op, env, shape, window, result)))
    return failure();
  result.push_back(shape.back());
  return success();
}

LogicalResult MaxPoolOp::inferShapes(ShapeEnv &env) {
  Dims result;
  if (failed(inferPool(*this, env, getInput(),
                       {getKernelShape(), getStrides(), getDilations(),
                        getPads()},
                       result)))
    return failure();
  env.setShape(getResult(), std::move(result));
  return success();
}

LogicalResult AveragePoolOp::inferShapes(ShapeEnv &env) {
  Dims result;
  if (failed(inferPool(*this, env, getInput(),
                       {getKernelShape(), getStrides(), getDilations(),
                        getPads()},
                       result)) ||
      failed(checkExtras(*this, env, getExtras(), result)))
    return failure();
  env.setShape(getResult(), std::move(result));
  return success();
}

LogicalResult MapOp::inferShapes(ShapeEnv &env) {
  Dims result;
  for (Value input : getInputs()) {
    std::optional<Dims> wider = env.broadcast(result, *env.getShape(input));
    if (!wider) // C1
      return emitOpError("operands do not broadcast");
    result = *wider;
  }
  for (Value value : getResults())
    env.setShape(value, result);
  return success();
}
