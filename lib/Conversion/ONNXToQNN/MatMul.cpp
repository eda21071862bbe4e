//===- MatMul.cpp - Matrix products to qnn.matmul -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// MatMul and Gemm over f32 (f16 and bf16 through f32, rounded once at the end),
// MatMulInteger with its zero points as terms of the epilogue.
//
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "ZeroPoints.h"
#include "quantc/Conversion/ONNXToQNN.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// Whether products of this element type are computed in f32.
static bool isComputedInF32(Type type) {
  return type.isF32() || type.isF16() || type.isBF16();
}

/// Rounds the epilogue's f32 value to the result's element type.
static Value roundTo(OpBuilder &builder, Location loc, Value value, Type type) {
  if (type.isF32())
    return value;
  return arith::TruncFOp::create(builder, loc, type, value);
}

using EpilogueBody = llvm::function_ref<Value(OpBuilder &, ValueRange)>;

/// lhs x rhs, whose accumulators go through `epilogue`.
static Value createProduct(OpBuilder &builder, Location loc,
                           RankedTensorType type, Value lhs, Value rhs,
                           ValueRange extras, EpilogueBody epilogue) {
  auto product = qnn::MatMulOp::create(builder, loc, type, lhs, rhs, extras);
  Type acc = getElementTypeOrSelf(lhs.getType());
  if (!acc.isF32())
    acc = builder.getI32Type();
  buildEpilogue(builder, loc, product.getEpilogue(), acc, extras, epilogue);
  return product;
}

namespace {

struct MatMulToQNN : OpRewritePattern<onnx::MatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::MatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto a = dyn_cast<RankedTensorType>(op.getA().getType());
    auto b = dyn_cast<RankedTensorType>(op.getB().getType());
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!a || !b || !y || !isComputedInF32(y.getElementType()))
      return rewriter.notifyMatchFailure(op, "not a ranked float product");

    Location loc = op.getLoc();
    Type f32 = rewriter.getF32Type();
    Value lhs = castTo(rewriter, loc, op.getA(), f32);
    Value rhs = castTo(rewriter, loc, op.getB(), f32);
    // A vector is a matrix of one row (left) or one column (right).
    SmallVector<int64_t> shape(y.getShape()), dropped;
    if (b.getRank() == 1) {
      rhs = unsqueeze(rewriter, loc, rhs, 1);
      dropped.push_back(shape.size());
      shape.push_back(1);
    }
    if (a.getRank() == 1) {
      lhs = unsqueeze(rewriter, loc, lhs, 0);
      shape.insert(shape.end() - 1, 1);
      dropped.assign({static_cast<int64_t>(shape.size()) - 2});
      if (b.getRank() == 1)
        dropped.push_back(shape.size() - 1);
    }
    auto type = RankedTensorType::get(shape, y.getElementType());
    Value product = createProduct(
        rewriter, loc, type, lhs, rhs, {}, [&](OpBuilder &b, ValueRange args) {
          return roundTo(b, loc, args[0], y.getElementType());
        });
    if (dropped.empty())
      rewriter.replaceOp(op, product);
    else
      rewriter.replaceOpWithNewOp<onnx::SqueezeOp>(
          op, y, product, createInts(rewriter, loc, dropped));
    return success();
  }
};

struct GemmToQNN : OpRewritePattern<onnx::GemmOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::GemmOp op,
                                PatternRewriter &rewriter) const override {
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!y || !isComputedInF32(y.getElementType()) ||
        !isa<RankedTensorType>(op.getA().getType()) ||
        !isa<RankedTensorType>(op.getB().getType()) ||
        (op.getC() && !isa<RankedTensorType>(op.getC().getType())))
      return rewriter.notifyMatchFailure(op, "not a ranked float product");

    Location loc = op.getLoc();
    Type f32 = rewriter.getF32Type();
    Value lhs = castTo(rewriter, loc, op.getA(), f32);
    Value rhs = castTo(rewriter, loc, op.getB(), f32);
    if (op.getTransA())
      lhs = transpose(rewriter, loc, lhs, {1, 0});
    if (op.getTransB())
      rhs = transpose(rewriter, loc, rhs, {1, 0});
    SmallVector<Value> extras;
    if (op.getC())
      extras.push_back(castTo(rewriter, loc, op.getC(), f32));
    auto epilogue = [&](OpBuilder &b, ValueRange args) {
      Value acc = scale(b, loc, args[0], op.getAlphaAttr());
      if (op.getC())
        acc = arith::AddFOp::create(b, loc, acc,
                                    scale(b, loc, args[1], op.getBetaAttr()));
      return roundTo(b, loc, acc, y.getElementType());
    };
    rewriter.replaceOp(
        op, createProduct(rewriter, loc, y, lhs, rhs, extras, epilogue));
    return success();
  }

  /// factor * value; a factor of 1 is left out (docs/Numerics.md).
  static Value scale(OpBuilder &builder, Location loc, Value value,
                     FloatAttr factor) {
    if (factor.getValueAsDouble() == 1)
      return value;
    Value constant = arith::ConstantOp::create(builder, loc, factor);
    return arith::MulFOp::create(builder, loc, constant, value);
  }
};

struct MatMulIntegerToQNN : OpRewritePattern<onnx::MatMulIntegerOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::MatMulIntegerOp op,
                                PatternRewriter &rewriter) const override {
    auto a = dyn_cast<RankedTensorType>(op.getA().getType());
    auto b = dyn_cast<RankedTensorType>(op.getB().getType());
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!a || !b || !y || a.getRank() < 2 || b.getRank() < 2)
      return rewriter.notifyMatchFailure(op, "operands are not matrices");

    Location loc = op.getLoc();
    ZeroPoint za(op.getAZeroPoint()), zb(op.getBZeroPoint());
    int64_t k = a.getDimSize(a.getRank() - 1);
    if (ShapedType::isDynamic(k))
      k = b.getDimSize(b.getRank() - 2);
    if (za.value && zb.value && ShapedType::isDynamic(k))
      return rewriter.notifyMatchFailure(op, "K unknown with two zero points");

    SmallVector<Value> extras;
    if (za.value) {
      // One per row, unless it is one number or already has columns.
      auto type = cast<RankedTensorType>(za.value.getType());
      if (type.getRank() == 1 && type.getDimSize(0) != 1)
        za.value = unsqueeze(rewriter, loc, za.value, 1);
      extras.append({za.value, sumCodes(rewriter, loc, op.getB(), b.getRank() - 2)});
    }
    if (zb.value)
      extras.append({zb.value, sumCodes(rewriter, loc, op.getA(), a.getRank() - 1)});
    auto epilogue = [&](OpBuilder &builder, ValueRange args) {
      return subtractZeroPoints(builder, loc, args, za, zb, k);
    };
    rewriter.replaceOp(op, createProduct(rewriter, loc, y, op.getA(), op.getB(),
                                         extras, epilogue));
    return success();
  }
};

/// QLinearMatMul is MatMulInteger and a requantization.
struct QLinearMatMulToInteger : OpRewritePattern<onnx::QLinearMatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::QLinearMatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    auto aScale = dyn_cast<RankedTensorType>(op.getAScale().getType());
    if (!y || !aScale || !aScale.getElementType().isF32() ||
        !aScale.hasStaticShape() || aScale.getNumElements() != 1)
      return rewriter.notifyMatchFailure(op, "not one f32 scale of a");
    Value sum = onnx::MatMulIntegerOp::create(
        rewriter, op.getLoc(), y.clone(rewriter.getI32Type()), op.getA(),
        op.getB(), op.getAZeroPoint(), op.getBZeroPoint());
    rewriter.replaceOp(op, requantize(rewriter, op.getLoc(), y,
                                      {sum, op.getAScale(), op.getBScale(),
                                       op.getYScale(), op.getYZeroPoint()}));
    return success();
  }
};

} // namespace

void quantc::populateMatMulToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<MatMulToQNN, GemmToQNN, MatMulIntegerToQNN,
               QLinearMatMulToInteger>(patterns.getContext());
}
