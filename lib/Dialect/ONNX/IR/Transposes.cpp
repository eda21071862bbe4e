//===- Transposes.cpp - Permuting dimensions ------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Transposes.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <cstring>

using namespace mlir;
using namespace quantc;

SmallVector<int64_t> quantc::invert(ArrayRef<int64_t> perm) {
  SmallVector<int64_t> inverse(perm.size());
  for (auto [i, dim] : llvm::enumerate(perm))
    inverse[dim] = i;
  return inverse;
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
