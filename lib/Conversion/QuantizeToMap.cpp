//===- QuantizeToMap.cpp - Quantize and dequantize as maps ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Scales broadcast like any operand when every block is one element or the whole
// dimension. A dimension of longer blocks is split, [K] into [K / block, block],
// which costs nothing: a reshape is a view.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Support/ArithCode.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_CONVERTQUANTIZETOMAP
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc
using namespace quantc;

static RankedTensorType withElement(ArrayRef<int64_t> shape, Value like) {
  return RankedTensorType::get(
      shape, cast<RankedTensorType>(like.getType()).getElementType());
}

/// The map that applies `op` to every element of `inputs`.
template <typename OpTy>
static Value createMap(PatternRewriter &rewriter, OpTy op, ValueRange inputs,
                       RankedTensorType resultType) {
  Location loc = op.getLoc();
  auto map = qnn::MapOp::create(rewriter, loc, TypeRange(resultType), inputs);
  OpBuilder::InsertionGuard guard(rewriter);
  Block *body = rewriter.createBlock(&map.getBody());
  for (Value input : inputs)
    body->addArgument(getSignless(getElementTypeOrSelf(input)), loc);
  auto scalar = OpTy::create(
      rewriter, loc, getSignless(getElementTypeOrSelf(op->getResult(0))),
      body->getArgument(0),
      body->getArgument(1),
      inputs.size() > 2 ? Value(body->getArgument(2)) : Value(), op.getCodec(),
      ArrayRef<int64_t>());
  qnn::YieldOp::create(rewriter, loc, scalar->getResults());
  return map.getResult(0);
}

/// A shape with every blocked dimension in two, and the scales' counterpart, with
/// 1 for the elements of a block; failure where a block does not divide.
static LogicalResult splitBlocks(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> block,
                                 SmallVectorImpl<int64_t> &split,
                                 SmallVectorImpl<int64_t> &scales) {
  for (auto [extent, length] : llvm::zip_equal(shape, block)) {
    if (ShapedType::isDynamic(extent))
      return failure();
    if (length == -1 || length == 1) {
      split.push_back(extent);
      scales.push_back(length == -1 ? 1 : extent);
      continue;
    }
    if (extent % length != 0)
      return failure();
    split.append({extent / length, length});
    scales.append({extent / length, 1});
  }
  return success();
}

static Value reshape(PatternRewriter &rewriter, Value value,
                     ArrayRef<int64_t> shape) {
  RankedTensorType type = withElement(shape, value);
  if (auto data = ConstantData::get(value))
    return createConstant(rewriter, value.getLoc(),
                          makeConstant(type, data->getBytes()));
  return onnx::ReshapeOp::create(rewriter, value.getLoc(), type, value,
                                 createInts(rewriter, value.getLoc(), shape),
                                 /*allowzero=*/0);
}

namespace {
template <typename OpTy> struct TensorToMap : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (!type)
      return failure(); // a scalar, inside a region
    if (!llvm::all_of(op->getOperands(), [](Value operand) {
          return isa<RankedTensorType>(operand.getType());
        }))
      return rewriter.notifyMatchFailure(op, "unranked");
    bool broadcasts = llvm::all_of(
        op.getBlock(), [](int64_t b) { return b == -1 || b == 1; });
    if (broadcasts) {
      rewriter.replaceOp(op,
                         createMap(rewriter, op, op->getOperands(), type));
      return success();
    }
    SmallVector<int64_t> split, scales;
    if (failed(splitBlocks(type.getShape(), op.getBlock(), split, scales)))
      return rewriter.notifyMatchFailure(op, "blocks do not divide a dimension");
    SmallVector<Value> inputs;
    for (Value operand : op->getOperands())
      inputs.push_back(
          reshape(rewriter, operand, inputs.empty() ? split : scales));
    Value mapped = createMap(rewriter, op, inputs,
                             withElement(split, op->getResult(0)));
    rewriter.replaceOp(op, reshape(rewriter, mapped, type.getShape()));
    return success();
  }
};

struct ConvertQuantizeToMap
    : quantc::impl::ConvertQuantizeToMapBase<ConvertQuantizeToMap> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<TensorToMap<qnn::QuantizeOp>, TensorToMap<qnn::DequantizeOp>>(
        &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
