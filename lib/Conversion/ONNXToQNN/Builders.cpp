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

Type quantc::getScalarType(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

void quantc::buildEpilogue(
    OpBuilder &builder, Location loc, Region &region, TypeRange first,
    ValueRange extras,
    llvm::function_ref<Value(OpBuilder &, ValueRange)> body) {
  SmallVector<Type> types(first.begin(), first.end());
  for (Value extra : extras)
    types.push_back(getScalarType(getElementTypeOrSelf(extra.getType())));
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Location> locs(types.size(), loc);
  Block *block = builder.createBlock(&region, region.end(), types, locs);
  Value result = body(builder, block->getArguments());
  qnn::YieldOp::create(builder, loc, result);
}

RankedTensorType quantc::permute(RankedTensorType type,
                                 ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(type.getDimSize(dim));
  return RankedTensorType::get(shape, type.getElementType());
}

/// Permutes the elements of a constant, walking the result in order.
static Attribute transposeConstant(const ConstantData &data,
                                   ArrayRef<int64_t> perm) {
  RankedTensorType type = data.getType(), result = permute(type, perm);
  size_t width = getElementBytes(type.getElementType());
  SmallVector<int64_t> strides(type.getRank(), 1), steps;
  for (int64_t d = type.getRank() - 1; d > 0; --d)
    strides[d - 1] = strides[d] * type.getDimSize(d);
  for (int64_t dim : perm)
    steps.push_back(strides[dim]);

  auto bytes = std::make_shared<std::vector<char>>(data.getBytes().size());
  SmallVector<int64_t> index(perm.size(), 0);
  int64_t source = 0;
  for (size_t at = 0; at < bytes->size(); at += width) {
    std::memcpy(bytes->data() + at, data.getBytes().data() + source * width,
                width);
    for (int64_t d = perm.size() - 1; d >= 0; --d) {
      source += steps[d];
      if (++index[d] < result.getDimSize(d))
        break;
      source -= steps[d] * index[d];
      index[d] = 0;
    }
  }
  ArrayRef<char> view(*bytes);
  return makeConstantView(result, view, std::move(bytes));
}

Value quantc::transpose(OpBuilder &builder, Location loc, Value value,
                        ArrayRef<int64_t> perm) {
  if (auto data = ConstantData::get(value))
    return createConstant(builder, loc, transposeConstant(*data, perm));
  auto type = cast<RankedTensorType>(value.getType());
  return onnx::TransposeOp::create(builder, loc, permute(type, perm), value,
                                   builder.getDenseI64ArrayAttr(perm));
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
