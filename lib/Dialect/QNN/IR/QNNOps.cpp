//===- QNNOps.cpp - Verifiers of the qnn dialect --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Types, codecs and regions are checked here; shapes by the shape functions
// (QNNShapes.cpp), which every verifier runs. Numbers are those of the
// descriptions in QNNOps.td.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/QNN/IR/QNN.h"
#include "mlir/IR/TypeUtilities.h"
#include "quantc/Support/ArithCode.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

using namespace mlir;
using namespace quantc;
using namespace quantc::qnn;

using quantc::ShapeEnv;

/// The shape function accepts the operands and agrees with the results' types.
static LogicalResult verifyShapesOf(ShapeInferenceOpInterface op) {
  ShapeEnv env(op.getContext());
  if (failed(op.inferShapes(env)))
    return failure();
  for (Value value : op->getResults()) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type)
      continue;
    const Dims &shape = *env.getShape(value);
    if (int64_t(shape.size()) != type.getRank())
      return op.emitOpError("has a result of type ")
             << type << ", but computes rank " << shape.size();
    for (auto [d, dim] : llvm::enumerate(shape)) {
      std::optional<int64_t> size = ShapeEnv::getConstant(dim);
      if (size && !type.isDynamicDim(d) && *size != type.getDimSize(d))
        return op.emitOpError("has a result of type ")
               << type << ", but computes dimension " << d << " to be "
               << *size;
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Between numbers and codes
//===----------------------------------------------------------------------===//

/// C1, C2 and C4 of quantize and dequantize.
template <typename OpTy>
static LogicalResult verifyCodecOp(OpTy op, Value number, Value codes) {
  bool isScalar = !isa<RankedTensorType>(number.getType());
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(),
                                            op->getResultTypes()))
    if (isa<RankedTensorType>(type) == isScalar) // C1
      return op.emitOpError("mixes tensors and scalars");
  QuantCodecInterface codec = op.getCodec();
  Type storage = codec.getStorageType();
  if (isScalar)
    storage = getSignless(storage);
  if (!getElementTypeOrSelf(number).isF32() ||
      !getElementTypeOrSelf(op.getScale()).isF32()) // C2
    return op.emitOpError("numbers and scales are f32");
  if (getElementTypeOrSelf(codes) != storage)
    return op.emitOpError("codes of ")
           << codec << " have type " << storage << ", found "
           << getElementTypeOrSelf(codes);
  if (Value zeroPoint = op.getZeroPoint()) {
    if (!codec.hasZeroPoint()) // C4
      return op.emitOpError() << codec << " has no zero point";
    if (getElementTypeOrSelf(zeroPoint) != storage) // C2
      return op.emitOpError("zero point has type ")
             << getElementTypeOrSelf(zeroPoint) << ", expected that of the "
             << "codes, " << storage;
  }
  if (isScalar && !op.getBlock().empty()) // C3
    return op.emitOpError("on scalars has no block");
  for (int64_t block : op.getBlock())
    if (block < 1 && block != -1) // C3
      return op.emitOpError("block entries are -1 or at least 1, found ")
             << block;
  return verifyShapesOf(op);
}

LogicalResult QuantizeOp::verify() {
  return verifyCodecOp(*this, getX(), getCodes());
}

LogicalResult DequantizeOp::verify() {
  return verifyCodecOp(*this, getX(), getCodes());
}

LogicalResult ObserveOp::verify() {
  std::optional<int64_t> axis = getChannelAxis();
  auto type = dyn_cast<RankedTensorType>(getX().getType());
  if (axis && (!type || *axis < 0 || *axis >= type.getRank() ||
               type.isDynamicDim(*axis))) // C1
    return emitOpError("has channel_axis = ")
           << *axis << "; it names a dimension of x whose extent is fixed";
  if (getChannelHistograms() && !axis) // C2
    return emitOpError("has channel_histograms, but no channel_axis");
  return success();
}

LogicalResult DynamicQuantizeOp::verify() {
  for (int64_t block : getBlock())
    if (block != 1 && block != -1) // C1
      return emitOpError("block entries are 1 or -1, found ") << block;
  Type storage = getCodec().getStorageType();
  if (!getX().getType().getElementType().isF32() ||
      !getScale().getType().getElementType().isF32())
    return emitOpError("numbers and scales are f32");
  if (getCodes().getType().getElementType() != storage ||
      getZeroPoint().getType().getElementType() != storage)
    return emitOpError("codes and zero points of ")
           << getCodec() << " have type " << storage;
  return verifyShapesOf(*this);
}

//===----------------------------------------------------------------------===//
// Epilogues
//===----------------------------------------------------------------------===//

/// The region's arguments are `leading` and one signless scalar per operand of
/// `tensors`; it yields a signless scalar for each result.
static LogicalResult verifyRegion(Operation *op, Region &region,
                                  ArrayRef<Type> leading, ValueRange tensors) {
  SmallVector<Type> expected(leading);
  for (Value tensor : tensors)
    expected.push_back(getSignless(getElementTypeOrSelf(tensor)));
  Block &block = region.front();
  if (block.getArgumentTypes() != TypeRange(expected))
    return op->emitOpError("region takes (")
           << block.getArgumentTypes() << "), expected (" << expected << ")";
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  SmallVector<Type> results;
  for (Type type : op->getResultTypes())
    results.push_back(getSignless(getElementTypeOrSelf(type)));
  if (!yield || yield->getOperandTypes() != TypeRange(results))
    return op->emitOpError("region does not yield (") << results << ")";
  return success();
}

/// C2 and C3 of products: `k` products are summed up, if that is known.
static LogicalResult verifyProduct(Operation *op, Type lhs, Type rhs,
                                   std::optional<int64_t> k) {
  if (lhs.isF32() && rhs.isF32())
    return success();
  if (!lhs.isInteger(8) || !rhs.isInteger(8))
    return op->emitOpError("multiplies 8-bit integers or f32, found ")
           << lhs << " and " << rhs;
  int unsignedSides = lhs.isUnsignedInteger() + rhs.isUnsignedInteger();
  // 2^31 - 1 over the largest product: 128 * 128, 255 * 128, 255 * 255.
  const int64_t bounds[] = {131071, 65793, 33025};
  if (k && *k > bounds[unsignedSides])
    return op->emitOpError("sums ")
           << *k << " products of " << lhs << " and " << rhs
           << "; an i32 holds " << bounds[unsignedSides];
  return success();
}

/// Padding elements hold a code of the input's type, those of floats 0.
static LogicalResult verifyPadCode(Operation *op, Type element,
                                   int64_t padCode) {
  int64_t lowest = element.isUnsignedInteger() || element.isF32() ? 0 : -128;
  int64_t highest = element.isF32()               ? 0
                    : element.isUnsignedInteger() ? 255
                                                  : 127;
  if (padCode >= lowest && padCode <= highest)
    return success();
  return op->emitOpError("pads ")
         << element << " with " << padCode << ", expected " << lowest << " to "
         << highest;
}

static Type getAccumulatorType(Type element) {
  return element.isF32() ? element
                         : IntegerType::get(element.getContext(), 32);
}

LogicalResult MatMulOp::verify() {
  RankedTensorType lhs = getLhs().getType(), rhs = getRhs().getType();
  if (getPanel() < 0 || (getPanel() > 0) != (getColumns() > 0))
    return emitOpError("panel and columns are given together");
  std::optional<int64_t> k;
  if (lhs.getRank() && !lhs.isDynamicDim(lhs.getRank() - 1))
    k = lhs.getShape().back();
  else if (!getPanel() && rhs.getRank() > 1 &&
           !rhs.isDynamicDim(rhs.getRank() - 2))
    k = rhs.getDimSize(rhs.getRank() - 2);
  if (failed(verifyProduct(*this, lhs.getElementType(), rhs.getElementType(),
                           k)) ||
      failed(verifyShapesOf(*this)))
    return failure();
  return verifyRegion(*this, getEpilogue(),
                      getAccumulatorType(lhs.getElementType()), getExtras());
}

LogicalResult ConvOp::verify() {
  RankedTensorType input = getInput().getType(), filter = getFilter().getType();
  if (getPanel() < 0 || (getPanel() > 0) != (getColumns() > 0))
    return emitOpError("panel and columns are given together");
  if (getGroup() < 1 ||
      (getPanel() && getGroup() != 1 && getGroup() != getColumns()))
    return emitOpError("group is at least 1, and 1 or the number of columns for "
                       "a packed filter");
  if (failed(verifyShapesOf(*this)))
    return failure();
  std::optional<int64_t> k; // channels of a group, then times the taps
  if (!input.isDynamicDim(input.getRank() - 1))
    k = input.getShape().back() / int64_t(getGroup());
  else if (!getPanel() && !filter.isDynamicDim(filter.getRank() - 2))
    k = filter.getDimSize(filter.getRank() - 2);
  for (int64_t size : getKernelShape())
    if (k && llvm::MulOverflow(*k, size, *k))
      k = std::numeric_limits<int64_t>::max();
  if (failed(verifyProduct(*this, input.getElementType(),
                           filter.getElementType(), k)) ||
      failed(verifyPadCode(*this, input.getElementType(), getPadCode())))
    return failure();
  return verifyRegion(*this, getEpilogue(),
                      getAccumulatorType(input.getElementType()), getExtras());
}

LogicalResult MaxPoolOp::verify() {
  if (getInput().getType().getElementType() !=
      getResult().getType().getElementType())
    return emitOpError("changes the element type");
  return verifyShapesOf(*this);
}

LogicalResult AveragePoolOp::verify() {
  Type element = getInput().getType().getElementType();
  if (!element.isF32() && !element.isInteger(8))
    return emitOpError("sums 8-bit integers or f32, found ") << element;
  if (failed(verifyPadCode(*this, element, getPadCode())) ||
      failed(verifyShapesOf(*this)))
    return failure();
  Type i32 = IntegerType::get(getContext(), 32);
  return verifyRegion(*this, getEpilogue(),
                      {getAccumulatorType(element), i32}, getExtras());
}

LogicalResult MapOp::verify() {
  if (failed(verifyShapesOf(*this)))
    return failure();
  return verifyRegion(*this, getBody(), {}, getInputs());
}
