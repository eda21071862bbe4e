//===- ShapeOperands.cpp - Shapes as operands of Reshape ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeOperands.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;

std::optional<SmallVector<int64_t>>
quantc::describeReshape(ArrayRef<Dim> from, ArrayRef<Dim> to) {
  SmallVector<int64_t> result;
  bool hasRest = false, hasZero = false, hasCopy = false;
  for (auto [i, dim] : llvm::enumerate(to)) {
    std::optional<int64_t> number = ShapeEnv::getConstant(dim);
    if (number) {
      hasZero |= *number == 0;
      result.push_back(*number);
    } else if (i < from.size() && from[i] == dim) {
      // Before -1, which means nothing for an empty tensor.
      hasCopy = true;
      result.push_back(0);
    } else if (!hasRest) {
      hasRest = true;
      result.push_back(-1);
    } else {
      return std::nullopt;
    }
  }
  // A dimension of size 0 cannot be told from a copied one, or divided by.
  if (hasZero && (hasCopy || hasRest))
    return std::nullopt;
  return result;
}

Value quantc::getReshapeRoot(Value value) {
  while (true) {
    Operation *op = value.getDefiningOp();
    if (!isa_and_present<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp,
                         onnx::UnsqueezeOp>(op))
      return value;
    value = op->getOperand(0);
  }
}
