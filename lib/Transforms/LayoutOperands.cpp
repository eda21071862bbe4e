//===- LayoutOperands.cpp - Operands under another order of dimensions ----===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "LayoutOperands.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/ONNX/IR/Transposes.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::layout;

std::optional<ArrayRef<int64_t>> layout::getPermutation(Value value) {
  auto op = value.getDefiningOp<onnx::TransposeOp>();
  if (!op || !isa<RankedTensorType>(op.getData().getType()))
    return std::nullopt;
  return op.getPerm();
}

Value layout::getSource(Value transposed) {
  return transposed.getDefiningOp<onnx::TransposeOp>().getData();
}

bool layout::isReshape(RankedTensorType type, ArrayRef<int64_t> perm) {
  // Reshape can tell one unknown extent, and 0 means something else to it.
  if (type.getNumDynamicDims() > 1 || llvm::is_contained(type.getShape(), 0))
    return false;
  int64_t last = -1;
  for (int64_t dim : perm) {
    if (type.getDimSize(dim) == 1)
      continue;
    if (dim < last)
      return false;
    last = dim;
  }
  return true;
}

Value layout::createReshape(OpBuilder &builder, Location loc, Value value,
                            ArrayRef<int64_t> perm) {
  auto type = permute(cast<RankedTensorType>(value.getType()), perm);
  SmallVector<int64_t> shape;
  for (int64_t dim : type.getShape())
    shape.push_back(ShapedType::isDynamic(dim) ? -1 : dim);
  return onnx::ReshapeOp::create(builder, loc, type, value,
                                 createInts(builder, loc, shape));
}

/// Whether `value`, a tensor of one element that broadcasts, is its own
/// transpose.
static bool isOneElement(RankedTensorType type, int64_t rank) {
  return type.hasStaticShape() && type.getNumElements() == 1 &&
         type.getRank() <= rank;
}

bool layout::isPermutedFree(Value value, int64_t rank, ArrayRef<int64_t> perm) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return false;
  if (isOneElement(type, rank) || ConstantData::get(value))
    return true;
  if (type.getRank() != rank)
    return false;
  if (auto own = getPermutation(value); own && invert(*own) == perm)
    return true;
  return isReshape(type, perm);
}

Value layout::permuteFree(PatternRewriter &rewriter, Location loc, Value value,
                          int64_t rank, ArrayRef<int64_t> perm) {
  auto type = cast<RankedTensorType>(value.getType());
  if (isOneElement(type, rank))
    return value;
  if (auto data = ConstantData::get(value)) {
    SmallVector<int64_t> shape(rank - type.getRank(), 1);
    llvm::append_range(shape, type.getShape());
    auto owner = std::make_shared<ConstantData>(*data);
    auto wide = RankedTensorType::get(shape, type.getElementType());
    Value constant = createConstant(
        rewriter, loc, makeConstantView(wide, owner->getBytes(), owner));
    Value permuted = transpose(rewriter, loc, constant, perm);
    rewriter.eraseOp(constant.getDefiningOp());
    return permuted;
  }
  if (auto own = getPermutation(value); own && invert(*own) == perm)
    return getSource(value);
  // Not a transpose: that would be sunk in its turn.
  return createReshape(rewriter, loc, value, perm);
}
