//===- ZeroPoints.cpp - Zero points of integer products -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ZeroPoints.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

ZeroPoint::ZeroPoint(Value operand) {
  if (!operand)
    return;
  if (auto data = ConstantData::get(operand))
    if (llvm::all_of(data->getBytes(), [](char c) { return c == 0; }))
      return;
  value = operand;
  isSigned = !getElementTypeOrSelf(operand.getType()).isUnsignedInteger();
}

/// The sums of constant codes, summed here once: a weight's need not be summed by
/// the model.
static Value sumConstant(OpBuilder &builder, Location loc,
                         const ConstantData &codes, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(codes.getType().getShape()), steps(shape.size(), 0);
  for (int64_t axis : axes)
    shape[axis] = 1;
  int64_t step = 1;
  for (int64_t d = shape.size() - 1; d >= 0; --d) {
    steps[d] = llvm::is_contained(axes, d) ? 0 : step;
    step *= shape[d];
  }
  std::vector<int32_t> sums(step, 0);
  for (int64_t i = 0; i < codes.getNumElements(); ++i) {
    int64_t rest = i, at = 0;
    for (int64_t d = shape.size() - 1; d >= 0; --d) {
      int64_t extent = codes.getType().getDimSize(d);
      at += rest % extent * steps[d];
      rest /= extent;
    }
    sums[at] += int32_t(codes.getInt(i));
  }
  auto type = RankedTensorType::get(shape, builder.getI32Type());
  return createConstant(builder, loc, makeConstant<int32_t>(type, sums));
}

Value quantc::sumCodes(OpBuilder &builder, Location loc, Value codes,
                       ArrayRef<int64_t> axes) {
  if (auto data = ConstantData::get(codes))
    return sumConstant(builder, loc, *data, axes);
  Value wide = castTo(builder, loc, codes, builder.getI32Type());
  auto type = cast<RankedTensorType>(wide.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t axis : axes)
    shape[axis] = 1;
  return onnx::ReduceSumOp::create(builder, loc, type.clone(shape), wide,
                                   createInts(builder, loc, axes));
}

static Value widen(OpBuilder &builder, Location loc, Value value,
                   bool isSigned) {
  Type i32 = builder.getI32Type();
  if (isSigned)
    return arith::ExtSIOp::create(builder, loc, i32, value);
  return arith::ExtUIOp::create(builder, loc, i32, value);
}

Value quantc::subtractZeroPoints(OpBuilder &builder, Location loc,
                                 ValueRange arguments, const ZeroPoint &a,
                                 const ZeroPoint &b, int64_t k) {
  Value acc = arguments[0], wideA, wideB;
  arguments = arguments.drop_front();
  auto term = [&](bool isSigned) {
    Value zero = widen(builder, loc, arguments[0], isSigned);
    Value product = arith::MulIOp::create(builder, loc, zero, arguments[1]);
    acc = arith::SubIOp::create(builder, loc, acc, product);
    arguments = arguments.drop_front(2);
    return zero;
  };
  if (a.value)
    wideA = term(a.isSigned);
  if (b.value)
    wideB = term(b.isSigned);
  if (wideA && wideB) {
    Value count =
        arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(k));
    Value both = arith::MulIOp::create(builder, loc, wideA, wideB);
    acc = arith::AddIOp::create(
        builder, loc, acc, arith::MulIOp::create(builder, loc, both, count));
  }
  return acc;
}

Value quantc::requantize(OpBuilder &builder, Location loc, Type result,
                         ValueRange sumAndScales) {
  Type element = getElementTypeOrSelf(result);
  Type f32 = builder.getF32Type();
  auto map = qnn::MapOp::create(builder, loc, TypeRange{result}, sumAndScales);
  buildEpilogue(
      builder, loc, map.getBody(), {}, sumAndScales,
      [&](OpBuilder &b, ValueRange args) -> Value {
        Value scale = arith::MulFOp::create(b, loc, args[1], args[2]);
        Value sum = arith::SIToFPOp::create(b, loc, f32, args[0]);
        Value x = arith::MulFOp::create(b, loc, sum, scale);
        auto codec = qnn::IntCodecAttr::get(b.getContext(), 8,
                                            !element.isUnsignedInteger());
        return qnn::QuantizeOp::create(b, loc, getSignless(element), x,
                                       args[3], args[4], codec);
      });
  return map.getResult(0);
}
