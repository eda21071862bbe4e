//===- FoldQuantization.cpp - Products of dequantized values to integers ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// With a = (qa - za) * sa and b[:, n] = qb[:, n] * sb[n]:
//
//   sum_k a * b[k, n] = (sum_k qa * qb[k, n] - za * sum_k qb[k, n]) * sa * sb[n]
//
// The first sum is the integer product, the second is known at compile time, and
// the factors go to the front of the epilogue in the order that docs/Numerics.md
// fixes. A convolution pads with za, so the second sum is the same everywhere.
//
//===----------------------------------------------------------------------===//

#include "DequantizedOperands.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_FOLDQUANTIZATION
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;
using namespace quantc::qnn;

namespace {
/// What a fold adds in front of an epilogue.
struct Prefix {
  SmallVector<Value> extras;
  /// Emits the f32 value of `acc` (i32); `args` are the extras' elements.
  std::function<Value(OpBuilder &, Location, Value acc, ValueRange args)> emit;
};
} // namespace

template <typename T>
static Value createColumn(OpBuilder &builder, Location loc, Type element,
                          ArrayRef<T> values) {
  auto type = RankedTensorType::get({int64_t(values.size())}, element);
  return createConstant(builder, loc, makeConstant<T>(type, values));
}

/// t = f32(acc - za * sums[n]) * (sa * sb[n]).
static Prefix getStaticPrefix(OpBuilder &builder, Location loc,
                              const Activation &activation,
                              const Weight &weight) {
  Prefix prefix;
  bool corrects = activation.hasZeroPoint;
  if (corrects) {
    std::vector<int32_t> corrections;
    for (int32_t sum : weight.sums)
      corrections.push_back(int32_t(activation.zeroPoint * sum));
    prefix.extras.push_back(createColumn<int32_t>(
        builder, loc, builder.getI32Type(), corrections));
  }
  std::vector<float> factors;
  for (float scale : weight.scales)
    factors.push_back(activation.scale * scale);
  prefix.extras.push_back(
      createColumn<float>(builder, loc, builder.getF32Type(), factors));
  prefix.emit = [corrects](OpBuilder &b, Location loc, Value acc,
                           ValueRange args) -> Value {
    if (corrects)
      acc = arith::SubIOp::create(b, loc, acc, args.front());
    Value number = arith::SIToFPOp::create(b, loc, b.getF32Type(), acc);
    return arith::MulFOp::create(b, loc, number, args.back());
  };
  return prefix;
}

/// t = (f32(acc - za[m] * sums[n]) * sb[n]) * sa[m].
static Prefix getTokenPrefix(OpBuilder &builder, Location loc,
                             const Activation &activation,
                             const Weight &weight) {
  Prefix prefix;
  DequantizeOp dequantize = activation.dequantize;
  bool isSigned = activation.isSigned;
  bool corrects = activation.hasZeroPoint;
  prefix.extras = {createColumn<float>(builder, loc, builder.getF32Type(),
                                       weight.scales),
                   dequantize.getScale()};
  if (corrects) {
    prefix.extras.push_back(createColumn<int32_t>(
        builder, loc, builder.getI32Type(), weight.sums));
    prefix.extras.push_back(dequantize.getZeroPoint());
  }
  prefix.emit = [=](OpBuilder &b, Location loc, Value acc,
                    ValueRange args) -> Value {
    if (corrects) {
      Type i32 = b.getI32Type();
      Value zeroPoint =
          isSigned ? arith::ExtSIOp::create(b, loc, i32, args[3]).getResult()
                   : arith::ExtUIOp::create(b, loc, i32, args[3]).getResult();
      Value product = arith::MulIOp::create(b, loc, zeroPoint, args[2]);
      acc = arith::SubIOp::create(b, loc, acc, product);
    }
    Value number = arith::SIToFPOp::create(b, loc, b.getF32Type(), acc);
    Value scaled = arith::MulFOp::create(b, loc, number, args[0]);
    return arith::MulFOp::create(b, loc, scaled, args[1]);
  };
  return prefix;
}

/// Moves the epilogue `from` of an f32 accumulator to `to`, whose accumulator is
/// i32, with `prefix` in front. `fixedArgs` arguments precede the extras.
static void moveEpilogue(PatternRewriter &rewriter, Location loc, Region &from,
                         Region &to, const Prefix &prefix,
                         unsigned fixedArgs) {
  rewriter.inlineRegionBefore(from, to, to.end());
  Block &block = to.front();
  SmallVector<Value> args;
  for (auto [i, extra] : llvm::enumerate(prefix.extras)) {
    Type element = getElementTypeOrSelf(extra.getType());
    if (auto integer = dyn_cast<IntegerType>(element))
      element = rewriter.getIntegerType(integer.getWidth());
    args.push_back(block.insertArgument(fixedArgs + i, element, loc));
  }
  BlockArgument oldAcc = block.getArgument(0);
  Value acc = block.insertArgument(0u, rewriter.getI32Type(), loc);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(&block);
  rewriter.replaceAllUsesWith(oldAcc, prefix.emit(rewriter, loc, acc, args));
  block.eraseArgument(1);
}

/// Why `input` x `filter` cannot be an integer product, or null; fills in both.
static const char *analyzeProduct(Value input, Value filter,
                                  std::optional<Activation> &activation,
                                  std::optional<Weight> &weight) {
  const char *reason = nullptr;
  activation = getActivation(input, reason);
  if (!activation)
    return reason;
  weight = getWeight(filter, reason);
  if (!weight)
    return reason;
  return fitsAccumulator(*activation, *weight)
             ? nullptr
             : "it sums more products than 32 bits hold";
}

static const char *analyze(MatMulOp op, std::optional<Activation> &activation,
                           std::optional<Weight> &weight) {
  if (op.getPanel() || op.getRhs().getType().getRank() != 2)
    return "its weight is not one matrix";
  return analyzeProduct(op.getLhs(), op.getRhs(), activation, weight);
}

static const char *analyze(ConvOp op, std::optional<Activation> &activation,
                           std::optional<Weight> &weight) {
  if (op.getPanel())
    return "its filter is packed";
  if (const char *reason = analyzeProduct(op.getInput(), op.getFilter(),
                                          activation, weight))
    return reason;
  return activation->isStatic ? nullptr
                              : "its input's scale is not constant";
}

namespace {
struct FoldMatMul : OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getLhs().getType().getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "not a float product");
    std::optional<Activation> activation;
    std::optional<Weight> weight;
    if (const char *reason = analyze(op, activation, weight))
      return rewriter.notifyMatchFailure(op, reason);
    Location loc = op.getLoc();
    Prefix prefix =
        activation->isStatic
            ? getStaticPrefix(rewriter, loc, *activation, *weight)
            : getTokenPrefix(rewriter, loc, *activation, *weight);
    SmallVector<Value> extras = prefix.extras;
    llvm::append_range(extras, op.getExtras());
    auto folded = MatMulOp::create(rewriter, loc, op.getType(),
                                   activation->dequantize.getCodes(),
                                   weight->codes, extras);
    moveEpilogue(rewriter, loc, op.getEpilogue(), folded.getEpilogue(), prefix,
                 /*fixedArgs=*/1);
    rewriter.replaceOp(op, folded);
    return success();
  }
};

struct FoldConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getInput().getType().getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "not a float convolution");
    std::optional<Activation> activation;
    std::optional<Weight> weight;
    if (const char *reason = analyze(op, activation, weight))
      return rewriter.notifyMatchFailure(op, reason);
    Location loc = op.getLoc();
    Prefix prefix = getStaticPrefix(rewriter, loc, *activation, *weight);
    SmallVector<Value> extras = prefix.extras;
    llvm::append_range(extras, op.getExtras());
    auto folded = ConvOp::create(
        rewriter, loc, op.getType(), activation->dequantize.getCodes(),
        weight->codes, extras, op.getKernelShape(), op.getStrides(),
        op.getDilations(), op.getPads(), op.getGroup(),
        activation->zeroPoint);
    moveEpilogue(rewriter, loc, op.getEpilogue(), folded.getEpilogue(), prefix,
                 /*fixedArgs=*/1);
    rewriter.replaceOp(op, folded);
    return success();
  }
};

/// The sum of codes is exact; f32(acc - za * count) * sa stands for the float
/// sum in front of the epilogue's division by the count.
struct FoldAveragePool : OpRewritePattern<AveragePoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AveragePoolOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getInput().getType().getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "not a float pool");
    const char *reason = nullptr;
    std::optional<Activation> activation = getActivation(op.getInput(), reason);
    if (!activation)
      return rewriter.notifyMatchFailure(op, reason);
    if (!activation->isStatic)
      return rewriter.notifyMatchFailure(op, "scale is not constant");
    Location loc = op.getLoc();
    auto folded = AveragePoolOp::create(
        rewriter, loc, op.getType(), activation->dequantize.getCodes(),
        op.getExtras(), op.getKernelShape(), op.getStrides(),
        op.getDilations(), op.getPads(), op.getCountIncludePad(),
        activation->zeroPoint);
    Prefix prefix;
    prefix.emit = [&](OpBuilder &b, Location loc, Value acc, ValueRange) {
      Block &block = folded.getEpilogue().front();
      return emitSum(b, loc, acc, block.getArgument(2), *activation);
    };
    moveEpilogue(rewriter, loc, op.getEpilogue(), folded.getEpilogue(), prefix,
                 /*fixedArgs=*/2);
    rewriter.replaceOp(op, folded);
    return success();
  }

private:
  /// `count` is an argument of the region: the number of codes summed.
  static Value emitSum(OpBuilder &b, Location loc, Value acc, Value count,
                       const Activation &activation) {
    if (activation.hasZeroPoint) {
      Value zeroPoint = arith::ConstantOp::create(
          b, loc, b.getI32IntegerAttr(activation.zeroPoint));
      Value product = arith::MulIOp::create(b, loc, count, zeroPoint);
      acc = arith::SubIOp::create(b, loc, acc, product);
    }
    Value number = arith::SIToFPOp::create(b, loc, b.getF32Type(), acc);
    Value scale = arith::ConstantOp::create(
        b, loc, b.getF32FloatAttr(activation.scale));
    return arith::MulFOp::create(b, loc, number, scale);
  }
};

struct FoldQuantization
    : quantc::impl::FoldQuantizationBase<FoldQuantization> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldMatMul, FoldConv, FoldAveragePool>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation().walk([&](Operation *op) {
      if (auto matmul = dyn_cast<MatMulOp>(op))
        count(matmul, matmul.getLhs(), matmul.getRhs());
      else if (auto conv = dyn_cast<ConvOp>(op))
        count(conv, conv.getInput(), conv.getFilter());
    });
  }

  /// Counts a product; one that reads dequantized values in float is reported.
  template <typename OpTy> void count(OpTy op, Value input, Value filter) {
    if (!getElementTypeOrSelf(input.getType()).isF32()) {
      ++numInteger;
      return;
    }
    ++numFloat;
    if (!input.getDefiningOp<DequantizeOp>() &&
        !filter.getDefiningOp<DequantizeOp>())
      return;
    std::optional<Activation> activation;
    std::optional<Weight> weight;
    if (const char *reason = analyze(op, activation, weight))
      emitRemark(op.getLoc())
          << op->getName() << " stays in float: " << reason;
  }
};
} // namespace
