//===- Builders.cpp - Pieces the onnx to qnn patterns share ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

void quantc::buildEpilogue(
    OpBuilder &builder, Location loc, Region &region, TypeRange first,
    ValueRange extras,
    llvm::function_ref<Value(OpBuilder &, ValueRange)> body) {
  SmallVector<Type> types(first.begin(), first.end());
  for (Value extra : extras)
    types.push_back(getSignless(getElementTypeOrSelf(extra.getType())));
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Location> locs(types.size(), loc);
  Block *block = builder.createBlock(&region, region.end(), types, locs);
  Value result = body(builder, block->getArguments());
  qnn::YieldOp::create(builder, loc, result);
}

SmallVector<int64_t> quantc::toChannelsLast(int64_t rank) {
  SmallVector<int64_t> perm{0};
  for (int64_t d = 2; d < rank; ++d)
    perm.push_back(d);
  perm.push_back(1);
  return perm;
}

SmallVector<int64_t> quantc::toChannelsFirst(int64_t rank) {
  SmallVector<int64_t> perm{0, rank - 1};
  for (int64_t d = 1; d < rank - 1; ++d)
    perm.push_back(d);
  return perm;
}

Value quantc::castTo(OpBuilder &builder, Location loc, Value value,
                     Type element) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getElementType() == element)
    return value;
  return onnx::CastOp::create(builder, loc, type.clone(element), value);
}

Value quantc::unsqueeze(OpBuilder &builder, Location loc, Value value,
                        int64_t axis) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.insert(shape.begin() + axis, 1);
  return onnx::UnsqueezeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), value,
      createInts(builder, loc, {axis}));
}

Value quantc::alignToAxis(OpBuilder &builder, Value vector, int64_t axis,
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
    return createConstant(builder, vector.getLoc(),
                          makeConstant(aligned, data->getBytes()));
  return onnx::UnsqueezeOp::create(
      builder, vector.getLoc(), aligned, vector,
      createInts(builder, vector.getLoc(), inserted));
}
