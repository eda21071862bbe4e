//===- Elementwise.cpp - Elementwise operators to qnn.map -----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One pattern for every operator whose result's element depends only on its
// operands' elements: a table gives the scalar code. f16 and bf16 are computed in
// f32, the operator's result rounded once.
//
//===----------------------------------------------------------------------===//

#include "ScalarCode.h"
#include "quantc/Conversion/ONNXToQNN.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

static Type elementOf(Value tensor) {
  return cast<TensorType>(tensor.getType()).getElementType();
}

static bool isNarrowFloat(Type type) { return type.isF16() || type.isBF16(); }

/// Ranked tensors of numbers that scalar code can be written for.
static bool isSupported(Value tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type)
    return false;
  Type element = type.getElementType();
  return isa<IntegerType>(element) || isNarrowFloat(element) ||
         element.isF32() || element.isF64();
}

namespace {
struct ElementwiseToMap : RewritePattern {
  ElementwiseToMap(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {
    addArithmeticFunctions(arithmetic);
    addActivationFunctions(activations);
  }

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    ElementFunction function = lookup(op);
    if (!function)
      return failure();
    // CastLike's second operand is only a type.
    ValueRange operands = op->getOperands();
    if (isa<onnx::CastLikeOp>(op))
      operands = operands.take_front();
    if (!llvm::all_of(operands, isSupported) || !isSupported(op->getResult(0)))
      return rewriter.notifyMatchFailure(op, "unranked or unsupported type");

    auto map = qnn::MapOp::create(rewriter, op->getLoc(), op->getResultTypes(),
                                  operands);
    if (failed(buildBody(map, op, function, rewriter))) {
      rewriter.eraseOp(map);
      return rewriter.notifyMatchFailure(op, "no scalar code for these types");
    }
    rewriter.replaceOp(op, map.getResults());
    return success();
  }

private:
  ElementFunctions arithmetic, activations;

  ElementFunction lookup(Operation *op) const {
    StringRef name = op->getName().getStringRef();
    if (ElementFunction function = arithmetic.lookup(name))
      return function;
    ElementFunction function = activations.lookup(name);
    bool onIntegers = isa<onnx::ReluOp, onnx::PReluOp>(op);
    if (function && !onIntegers && isa<IntegerType>(elementOf(op->getOperand(0))))
      return nullptr;
    return function;
  }

  static LogicalResult buildBody(qnn::MapOp map, Operation *op,
                                 ElementFunction function,
                                 PatternRewriter &rewriter) {
    OpBuilder::InsertionGuard guard(rewriter);
    Block *body = rewriter.createBlock(&map.getBody());
    Type f32 = rewriter.getF32Type();
    SmallVector<Value> elements;
    for (Value input : map.getInputs()) {
      Type element = elementOf(input);
      Value argument = body->addArgument(toSignless(element), op->getLoc());
      elements.push_back(isNarrowFloat(element)
                             ? arith::ExtFOp::create(rewriter, op->getLoc(),
                                                     f32, argument)
                             : argument);
    }
    // Where's condition does not say what is computed.
    Type element = elementOf(op->getOperand(isa<onnx::WhereOp>(op) ? 1 : 0));
    ScalarCode code(rewriter, op->getLoc(),
                    isNarrowFloat(element) ? f32 : element);
    Value result = function(code, op, elements);
    if (!result)
      return failure();
    Type target = toSignless(elementOf(op->getResult(0)));
    if (result.getType() != target)
      result = arith::TruncFOp::create(rewriter, op->getLoc(), target, result);
    qnn::YieldOp::create(rewriter, op->getLoc(), result);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Parameters along one axis
//===----------------------------------------------------------------------===//

/// `vector` [C] with dimensions of 1 around, to broadcast along `axis` of `rank`;
/// `leading` keeps those in front, too.
Value alignToAxis(PatternRewriter &rewriter, Value vector, int64_t axis,
                  int64_t rank, bool leading) {
  auto type = cast<RankedTensorType>(vector.getType());
  SmallVector<int64_t> shape, inserted;
  for (int64_t d = leading ? 0 : axis; d < rank; ++d) {
    if (d != axis)
      inserted.push_back(shape.size());
    shape.push_back(d == axis ? type.getDimSize(0) : 1);
  }
  auto aligned = RankedTensorType::get(shape, type.getElementType());
  if (inserted.empty())
    return vector;
  if (auto data = ConstantData::get(vector))
    return createConstant(rewriter, vector.getLoc(),
                          makeConstant(aligned, data->getBytes()));
  return onnx::UnsqueezeOp::create(
      rewriter, vector.getLoc(), aligned, vector,
      createInts(rewriter, vector.getLoc(), inserted));
}

/// y = fma(x, a, bias - mean * a), a = scale / sqrt(var + epsilon): the two
/// parameters by a map of their own.
struct BatchNormalizationToMap
    : OpRewritePattern<onnx::BatchNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::BatchNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getX().getType());
    auto vector = dyn_cast<RankedTensorType>(op.getScale().getType());
    if (!type || !vector || op->getNumResults() != 1 ||
        !llvm::all_of(op->getOperandTypes(), [](Type t) {
          return cast<TensorType>(t).getElementType().isF32();
        }))
      return rewriter.notifyMatchFailure(op, "not f32 inference");
    Location loc = op.getLoc();
    SmallVector<Type> two(2, vector);
    auto parameters = qnn::MapOp::create(
        rewriter, loc, two,
        ValueRange{op.getScale(), op.getB(), op.getInputMean(),
                   op.getInputVar()});
    buildParameters(parameters, op.getEpsilon().convertToFloat(), rewriter);
    auto align = [&](Value value) {
      return alignToAxis(rewriter, value, 1, type.getRank(), false);
    };
    auto map = qnn::MapOp::create(
        rewriter, loc, op.getY().getType(),
        ValueRange{op.getX(), align(parameters.getResult(0)),
                   align(parameters.getResult(1))});
    OpBuilder::InsertionGuard guard(rewriter);
    Type f32 = rewriter.getF32Type();
    Block *body = rewriter.createBlock(&map.getBody(), {}, {f32, f32, f32},
                                       {loc, loc, loc});
    Value y = math::FmaOp::create(rewriter, loc, body->getArgument(0),
                                  body->getArgument(1), body->getArgument(2));
    qnn::YieldOp::create(rewriter, loc, y);
    rewriter.replaceOp(op, map.getResults());
    return success();
  }

private:
  static void buildParameters(qnn::MapOp map, float epsilon,
                              PatternRewriter &rewriter) {
    OpBuilder::InsertionGuard guard(rewriter);
    Location loc = map.getLoc();
    Type f32 = rewriter.getF32Type();
    SmallVector<Type> types(4, f32);
    SmallVector<Location> locs(4, loc);
    Block *body = rewriter.createBlock(&map.getBody(), {}, types, locs);
    ScalarCode code(rewriter, loc, f32);
    Value scale = body->getArgument(0), bias = body->getArgument(1);
    Value mean = body->getArgument(2), variance = body->getArgument(3);
    Value deviation = code.create<math::SqrtOp>(
        code.add(variance, code.constant(epsilon)));
    Value a = code.div(scale, deviation);
    Value b = code.sub(bias, code.mul(mean, a));
    qnn::YieldOp::create(rewriter, loc, ValueRange{a, b});
  }
};

//===----------------------------------------------------------------------===//
// QuantizeLinear, DequantizeLinear
//===----------------------------------------------------------------------===//

/// `block` and, where scales lie along an axis, scale and zero point as qnn
/// operations want them.
struct Granularity {
  SmallVector<int64_t> block;
  Value scale, zeroPoint;
};

LogicalResult getGranularity(PatternRewriter &rewriter, Value x, Value scale,
                             Value zeroPoint, int64_t axis, int64_t blockSize,
                             Granularity &result) {
  auto type = dyn_cast<RankedTensorType>(x.getType());
  auto scaleType = dyn_cast<RankedTensorType>(scale.getType());
  if (!type || !scaleType || !scaleType.getElementType().isF32())
    return failure();
  int64_t rank = type.getRank();
  result = {SmallVector<int64_t>(rank, -1), scale, zeroPoint};
  if (scaleType.getRank() == 0)
    return success();
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis >= rank)
    return failure();
  if (blockSize > 0) {
    result.block.assign(rank, 1);
    result.block[axis] = blockSize;
    return success();
  }
  if (scaleType.getRank() != 1)
    return failure();
  // One scale for everything, written as a vector.
  bool perTensor = scaleType.getDimSize(0) == 1 && type.getDimSize(axis) != 1;
  result.block[axis] = perTensor ? -1 : 1;
  result.scale = alignToAxis(rewriter, scale, axis, rank, true);
  if (zeroPoint)
    result.zeroPoint = alignToAxis(rewriter, zeroPoint, axis, rank, true);
  return success();
}

/// The codec of codes of this element type; null where there is none.
qnn::QuantCodecInterface getCodec(Type codes) {
  auto integer = dyn_cast<IntegerType>(codes);
  if (!integer || integer.getWidth() < 2 || integer.getWidth() > 16)
    return {};
  return cast<qnn::QuantCodecInterface>(qnn::IntCodecAttr::get(
      codes.getContext(), integer.getWidth(), !integer.isUnsigned()));
}

struct QuantizeLinearToQNN : OpRewritePattern<onnx::QuantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::QuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    qnn::QuantCodecInterface codec = getCodec(elementOf(op.getY()));
    Granularity granularity;
    if (!codec || !elementOf(op.getX()).isF32() ||
        failed(getGranularity(rewriter, op.getX(), op.getYScale(),
                              op.getYZeroPoint(), op.getAxis(),
                              op.getBlockSize(), granularity)))
      return rewriter.notifyMatchFailure(op, "no codec, or not f32");
    rewriter.replaceOpWithNewOp<qnn::QuantizeOp>(
        op, op.getY().getType(), op.getX(), granularity.scale,
        granularity.zeroPoint, codec, granularity.block);
    return success();
  }
};

struct DequantizeLinearToQNN : OpRewritePattern<onnx::DequantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::DequantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    Granularity granularity;
    if (!elementOf(op.getY()).isF32() ||
        failed(getGranularity(rewriter, op.getX(), op.getXScale(),
                              op.getXZeroPoint(), op.getAxis(),
                              op.getBlockSize(), granularity)))
      return rewriter.notifyMatchFailure(op, "not f32");
    if (qnn::QuantCodecInterface codec = getCodec(elementOf(op.getX()))) {
      rewriter.replaceOpWithNewOp<qnn::DequantizeOp>(
          op, op.getY().getType(), op.getX(), granularity.scale,
          granularity.zeroPoint, codec, granularity.block);
      return success();
    }
    if (!elementOf(op.getX()).isSignlessInteger(32) || op.getBlockSize() > 0)
      return rewriter.notifyMatchFailure(op, "codes of an unsupported type");
    dequantizeInt32(op, granularity, rewriter);
    return success();
  }

private:
  /// Biases are i32 codes, too wide for a codec: f32(q - z) * scale.
  static void dequantizeInt32(onnx::DequantizeLinearOp op,
                              Granularity &granularity,
                              PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    SmallVector<Value> inputs = {op.getX(), granularity.scale};
    if (granularity.zeroPoint)
      inputs.push_back(granularity.zeroPoint);
    auto map =
        qnn::MapOp::create(rewriter, loc, op.getY().getType(), inputs);
    OpBuilder::InsertionGuard guard(rewriter);
    Block *body = rewriter.createBlock(&map.getBody());
    for (Value input : inputs)
      body->addArgument(toSignless(elementOf(input)), loc);
    Value q = body->getArgument(0);
    if (granularity.zeroPoint)
      q = arith::SubIOp::create(rewriter, loc, q, body->getArgument(2));
    Value x = arith::SIToFPOp::create(rewriter, loc, rewriter.getF32Type(), q);
    Value y = arith::MulFOp::create(rewriter, loc, x, body->getArgument(1));
    qnn::YieldOp::create(rewriter, loc, y);
    rewriter.replaceOp(op, map.getResults());
  }
};
} // namespace

void quantc::populateElementwiseToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<ElementwiseToMap, BatchNormalizationToMap, QuantizeLinearToQNN,
               DequantizeLinearToQNN>(patterns.getContext());
}
