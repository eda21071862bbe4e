//===- MatMul.cpp - Matrix products to qnn.matmul -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// MatMul and Gemm over f32 (f16 and bf16 through f32, rounded once at the end),
// MatMulInteger with its zero points as terms of the epilogue:
//   sum (a - za)(b - zb) = acc - za colsum(b) - zb rowsum(a) + K za zb.
//
//===----------------------------------------------------------------------===//

#include "Builders.h"
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
    auto product =
        qnn::MatMulOp::create(rewriter, loc, type, lhs, rhs, ValueRange());
    buildEpilogue(rewriter, loc, product.getEpilogue(), f32, {},
                  [&](OpBuilder &b, ValueRange args) {
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
    auto product = qnn::MatMulOp::create(rewriter, loc, y, lhs, rhs, extras);
    buildEpilogue(rewriter, loc, product.getEpilogue(), f32, extras,
                  [&](OpBuilder &b, ValueRange args) {
                    Value acc = scale(b, loc, args[0], op.getAlphaAttr());
                    if (op.getC())
                      acc = arith::AddFOp::create(
                          b, loc, acc,
                          scale(b, loc, args[1], op.getBetaAttr()));
                    return roundTo(b, loc, acc, y.getElementType());
                  });
    rewriter.replaceOp(op, product);
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
    ZeroPoint za = getZeroPoint(op.getAZeroPoint()),
              zb = getZeroPoint(op.getBZeroPoint());
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
      extras.append({za.value, sum(rewriter, loc, op.getB(), -2)});
    }
    if (zb.value)
      extras.append({zb.value, sum(rewriter, loc, op.getA(), -1)});
    auto product =
        qnn::MatMulOp::create(rewriter, loc, y, op.getA(), op.getB(), extras);
    buildEpilogue(rewriter, loc, product.getEpilogue(), rewriter.getI32Type(),
                  extras, [&](OpBuilder &builder, ValueRange args) {
                    return subtract(builder, loc, args, za, zb, k);
                  });
    rewriter.replaceOp(op, product);
    return success();
  }

private:
  struct ZeroPoint {
    Value value; // null where it is absent or a constant 0
    bool isSigned = false;
  };

  static ZeroPoint getZeroPoint(Value value) {
    if (!value)
      return {};
    if (auto data = ConstantData::get(value))
      if (llvm::all_of(data->getBytes(), [](char c) { return c == 0; }))
        return {};
    Type element = getElementTypeOrSelf(value.getType());
    return {value, !element.isUnsignedInteger()};
  }

  /// The sum of an 8-bit tensor over one dimension (kept) in i32. Constants sum
  /// when constants are folded.
  static Value sum(OpBuilder &builder, Location loc, Value value,
                   int64_t axis) {
    Value wide = castTo(builder, loc, value, builder.getI32Type());
    auto type = cast<RankedTensorType>(wide.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[shape.size() + axis] = 1;
    return onnx::ReduceSumOp::create(
        builder, loc, type.clone(shape), wide,
        createInts(builder, loc, {static_cast<int64_t>(shape.size()) + axis}));
  }

  static Value widen(OpBuilder &builder, Location loc, Value value,
                     bool isSigned) {
    Type i32 = builder.getI32Type();
    if (isSigned)
      return arith::ExtSIOp::create(builder, loc, i32, value);
    return arith::ExtUIOp::create(builder, loc, i32, value);
  }

  /// acc - za colsum(b) - zb rowsum(a) + K za zb.
  static Value subtract(OpBuilder &builder, Location loc, ValueRange args,
                        const ZeroPoint &za, const ZeroPoint &zb, int64_t k) {
    Value acc = args[0], wideA, wideB;
    args = args.drop_front();
    auto term = [&](bool isSigned) {
      Value zero = widen(builder, loc, args[0], isSigned);
      Value product = arith::MulIOp::create(builder, loc, zero, args[1]);
      acc = arith::SubIOp::create(builder, loc, acc, product);
      args = args.drop_front(2);
      return zero;
    };
    if (za.value)
      wideA = term(za.isSigned);
    if (zb.value)
      wideB = term(zb.isSigned);
    if (wideA && wideB) {
      Value count = arith::ConstantOp::create(builder, loc,
                                              builder.getI32IntegerAttr(k));
      Value both = arith::MulIOp::create(builder, loc, wideA, wideB);
      acc = arith::AddIOp::create(
          builder, loc, acc,
          arith::MulIOp::create(builder, loc, both, count));
    }
    return acc;
  }
};

} // namespace

void quantc::populateMatMulToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<MatMulToQNN, GemmToQNN, MatMulIntegerToQNN>(
      patterns.getContext());
}
