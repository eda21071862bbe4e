//===- Quantize.cpp - Quantization of tensors to ONNX's operators ---------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// QuantizeLinear and DequantizeLinear know one scale, scales along an axis and,
// from opset 21 on, blocks along one axis. Scales found at run time, one per row,
// are left to elementwise operators: runtimes hardly know blocks of that kind.
// DynamicQuantizeLinear has one scale for all rows, so dynamic quantization is
// written out; quantc-raise-dynamic-quantize recognizes it on the way back.
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/QNNToONNX.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

namespace {
/// How ONNX says a granularity.
struct Granularity {
  /// The shape scales and zero points need; their own where it is none.
  std::optional<SmallVector<int64_t>> shape;
  int64_t axis = 1, blockSize = 0;
};
} // namespace

/// The only dimension whose entry of `block` fulfils `test`, or -1.
template <typename Test>
static int64_t findOnly(ArrayRef<int64_t> block, Test test) {
  return llvm::count_if(block, test) == 1
             ? std::distance(block.begin(), llvm::find_if(block, test))
             : -1;
}

/// None where neither one scale, an axis nor blocks can say it.
static std::optional<Granularity> getGranularity(ArrayRef<int64_t> block,
                                                 RankedTensorType scale,
                                                 int64_t opset) {
  Granularity result;
  if (scale.hasStaticShape() && scale.getNumElements() == 1) {
    result.shape.emplace();
    return result;
  }
  bool hasWhole = llvm::is_contained(block, -1);
  int64_t axis = findOnly(block, [](int64_t size) { return size != -1; });
  if (axis >= 0 && block[axis] == 1 && !scale.isDynamicDim(axis)) {
    result.axis = axis;
    result.shape = SmallVector<int64_t>{scale.getDimSize(axis)};
    return result;
  }
  axis = findOnly(block, [](int64_t size) { return size != 1; });
  if (opset < 21 || hasWhole || axis < 0)
    return std::nullopt;
  result.axis = axis;
  result.blockSize = block[axis];
  return result;
}

/// A constant or value under another shape of as many elements.
static Value reshape(PatternRewriter &rewriter, Value value,
                     ArrayRef<int64_t> shape) {
  auto from = cast<RankedTensorType>(value.getType());
  auto type = RankedTensorType::get(shape, from.getElementType());
  if (type == from)
    return value;
  if (auto data = ConstantData::get(value)) {
    auto owner = std::make_shared<ConstantData>(*data);
    return createConstant(rewriter, value.getLoc(),
                          makeConstantView(type, owner->getBytes(), owner));
  }
  return onnx::ReshapeOp::create(rewriter, value.getLoc(), type, value,
                                 createInts(rewriter, value.getLoc(), shape),
                                 /*allowzero=*/0);
}

namespace {
template <typename From, typename To>
struct LinearToONNX : OpRewritePattern<From> {
  LinearToONNX(MLIRContext *context, int64_t opset)
      : OpRewritePattern<From>(context), opset(opset) {}

  LogicalResult matchAndRewrite(From op,
                                PatternRewriter &rewriter) const override {
    auto scaleType = dyn_cast<RankedTensorType>(op.getScale().getType());
    if (!scaleType || !isa<qnn::IntCodecAttr>(op.getCodecAttr()))
      return rewriter.notifyMatchFailure(op, "a scalar, or no integers");
    std::optional<Granularity> granularity =
        getGranularity(op.getBlock(), scaleType, opset);
    if (!granularity)
      return rewriter.notifyMatchFailure(op, "ONNX has no such granularity");
    Value scale = op.getScale(), zeroPoint = op.getZeroPoint();
    if (granularity->shape) {
      scale = reshape(rewriter, scale, *granularity->shape);
      if (zeroPoint)
        zeroPoint = reshape(rewriter, zeroPoint, *granularity->shape);
    }
    if constexpr (std::is_same_v<To, onnx::QuantizeLinearOp>) {
      if (!zeroPoint)
        zeroPoint = createZeros(rewriter, op, scale);
      rewriter.replaceOpWithNewOp<To>(op, op->getResult(0).getType(), op.getX(),
                                      scale, zeroPoint, granularity->axis,
                                      granularity->blockSize);
    } else {
      rewriter.replaceOpWithNewOp<To>(op, op->getResult(0).getType(),
                                      op.getCodes(), scale, zeroPoint,
                                      granularity->axis,
                                      granularity->blockSize);
    }
    return success();
  }

private:
  /// Says the type of the codes, which are ui8 without zero point.
  static Value createZeros(PatternRewriter &rewriter, From op, Value scale) {
    auto type = cast<RankedTensorType>(scale.getType());
    Type codes = getElementTypeOrSelf(op->getResult(0).getType());
    if (codes.isUnsignedInteger(8) || !type.hasStaticShape())
      return {};
    RankedTensorType zeros = type.clone(codes);
    std::vector<char> bytes(zeros.getNumElements() * getElementBytes(codes));
    return createConstant(rewriter, op.getLoc(), makeConstant(zeros, bytes));
  }

  int64_t opset;
};

/// What elementwise operators have to say, as a map of one scalar operation.
template <typename OpTy> struct LinearToMap : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (!type || llvm::any_of(op.getBlock(), [](int64_t size) {
          return size != 1 && size != -1;
        }))
      return rewriter.notifyMatchFailure(op, "a scalar, or in blocks");
    Location loc = op.getLoc();
    auto map = qnn::MapOp::create(rewriter, loc, TypeRange(type),
                                  op->getOperands());
    Block *body = rewriter.createBlock(&map.getBody());
    auto getScalar = [](Value tensor) -> Type {
      Type element = getElementTypeOrSelf(tensor.getType());
      auto integer = dyn_cast<IntegerType>(element);
      return integer ? IntegerType::get(element.getContext(),
                                        integer.getWidth())
                     : element;
    };
    for (Value operand : op->getOperands())
      body->addArgument(getScalar(operand), loc);
    ValueRange args = body->getArguments();
    auto scalar = OpTy::create(rewriter, loc, getScalar(op->getResult(0)),
                               args[0], args[1],
                               args.size() > 2 ? args[2] : Value(),
                               op.getCodec(), ArrayRef<int64_t>());
    qnn::YieldOp::create(rewriter, loc, scalar->getResults());
    rewriter.replaceOp(op, map.getResults());
    return success();
  }
};

/// lo = min(0, min x), hi = max(0, max x) over the dimensions with block -1, then
/// scale, zero point and codes by docs/Numerics.md.
struct DynamicQuantizeToONNX : OpRewritePattern<qnn::DynamicQuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::DynamicQuantizeOp op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
DynamicQuantizeToONNX::matchAndRewrite(qnn::DynamicQuantizeOp op,
                                       PatternRewriter &rewriter) const {
  if (!op.getX().getType().getElementType().isF32() ||
      !isa<qnn::IntCodecAttr>(op.getCodecAttr()))
    return rewriter.notifyMatchFailure(op, "no f32, or no integers");
  Location loc = op.getLoc();
  Type f32 = rewriter.getF32Type();
  std::pair<int64_t, int64_t> codeRange = op.getCodec().getCodeRange();
  int64_t lowest = codeRange.first, highest = codeRange.second;
  SmallVector<int64_t> dims;
  for (auto [dim, block] : llvm::enumerate(op.getBlock()))
    if (block == -1)
      dims.push_back(dim);
  Value axes = createInts(rewriter, loc, dims);
  RankedTensorType x = op.getX().getType(),
                   row = cast<RankedTensorType>(op.getScale().getType());
  auto number = [&](float value) { return createFloat(rewriter, loc, value); };
  auto castTo = [&](Value value, Type element) -> Value {
    auto type = cast<RankedTensorType>(value.getType());
    return onnx::CastOp::create(rewriter, loc, type.clone(element), value);
  };
  // Round, clamp to the codes and convert.
  auto encode = [&](Value ratio, Value zeroPoint, Type codes) -> Value {
    Type type = ratio.getType();
    Value t = onnx::RoundOp::create(rewriter, loc, type, ratio);
    if (zeroPoint)
      t = onnx::AddOp::create(rewriter, loc, type, t, zeroPoint);
    t = onnx::ClipOp::create(rewriter, loc, type, t, number(lowest),
                             number(highest));
    return castTo(t, codes);
  };

  Value zero = number(0);
  Value lo = onnx::ReduceMinOp::create(rewriter, loc, row, op.getX(), axes);
  Value hi = onnx::ReduceMaxOp::create(rewriter, loc, row, op.getX(), axes);
  lo = onnx::MinOp::create(rewriter, loc, row, ValueRange{lo, zero});
  hi = onnx::MaxOp::create(rewriter, loc, row, ValueRange{hi, zero});
  Value minusLo = onnx::NegOp::create(rewriter, loc, row, lo);
  bool isSigned = lowest < 0;
  Value range =
      isSigned
          ? Value(onnx::MaxOp::create(rewriter, loc, row,
                                      ValueRange{minusLo, hi}))
          : Value(onnx::SubOp::create(rewriter, loc, row, hi, lo));
  Value scale =
      onnx::DivOp::create(rewriter, loc, row, range, number(highest));
  Value isPositive = onnx::GreaterOp::create(
      rewriter, loc, row.clone(rewriter.getI1Type()), scale, zero);
  scale = onnx::WhereOp::create(rewriter, loc, row, isPositive, scale,
                                number(1));
  Type codes = getElementTypeOrSelf(op.getCodes().getType());
  Value zeroPoint, wide;
  if (!isSigned) {
    Value ratio = onnx::DivOp::create(rewriter, loc, row, minusLo, scale);
    zeroPoint = encode(ratio, Value(), codes);
    wide = castTo(zeroPoint, f32);
  } else {
    zeroPoint = castTo(
        onnx::MulOp::create(rewriter, loc, row, scale, zero), codes);
  }
  Value ratio = onnx::DivOp::create(rewriter, loc, x, op.getX(), scale);
  Value quantized = encode(ratio, wide, codes);
  rewriter.replaceOp(op, {quantized, scale, zeroPoint});
  return success();
}

void quantc::populateQuantizeToONNXPatterns(RewritePatternSet &patterns,
                                            int64_t opset) {
  MLIRContext *context = patterns.getContext();
  patterns.add<LinearToONNX<qnn::QuantizeOp, onnx::QuantizeLinearOp>,
               LinearToONNX<qnn::DequantizeOp, onnx::DequantizeLinearOp>>(
      context, opset);
  patterns.add<LinearToMap<qnn::QuantizeOp>, LinearToMap<qnn::DequantizeOp>>(
      context, /*benefit=*/0);
  patterns.add<DynamicQuantizeToONNX>(context);
}
