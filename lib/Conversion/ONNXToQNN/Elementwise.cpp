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

#include "Builders.h"
#include "ScalarCode.h"
#include "quantc/Conversion/ONNXToQNN.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

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

    Region body;
    if (failed(buildBody(body, op, operands, function)))
      return rewriter.notifyMatchFailure(op, "no scalar code for these types");
    auto map = qnn::MapOp::create(rewriter, op->getLoc(), op->getResultTypes(),
                                  operands);
    rewriter.inlineRegionBefore(body, map.getBody(), map.getBody().end());
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

  /// The body of the map, apart from the IR: a pattern that fails in the middle
  /// must not have changed anything.
  static LogicalResult buildBody(Region &region, Operation *op,
                                 ValueRange operands,
                                 ElementFunction function) {
    OpBuilder builder(op->getContext());
    Block *body = builder.createBlock(&region);
    Type f32 = builder.getF32Type();
    SmallVector<Value> elements;
    for (Value operand : operands) {
      Type element = elementOf(operand);
      Value argument = body->addArgument(getSignless(element), op->getLoc());
      elements.push_back(isNarrowFloat(element)
                             ? arith::ExtFOp::create(builder, op->getLoc(),
                                                     f32, argument)
                             : argument);
    }
    // Where's condition does not say what is computed.
    Type element = elementOf(op->getOperand(isa<onnx::WhereOp>(op) ? 1 : 0));
    ScalarCode code(builder, op->getLoc(),
                    isNarrowFloat(element) ? f32 : element);
    Value result = function(code, op, elements);
    if (!result)
      return failure();
    Type target = getSignless(elementOf(op->getResult(0)));
    if (result.getType() != target)
      result = arith::TruncFOp::create(builder, op->getLoc(), target, result);
    qnn::YieldOp::create(builder, op->getLoc(), result);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// BatchNormalization
//===----------------------------------------------------------------------===//

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
} // namespace

void quantc::populateElementwiseToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<ElementwiseToMap, BatchNormalizationToMap>(
      patterns.getContext());
}
