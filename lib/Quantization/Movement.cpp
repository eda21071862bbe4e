//===- Movement.cpp - Operations that leave codes alone ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Movement.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// Whether a Pad fills with zero, the value of every zero point.
static bool padsWithZero(PadOp pad) {
  if (pad.getMode() != "constant")
    return false;
  if (!pad.getConstantValue())
    return true;
  auto data = ConstantData::get(pad.getConstantValue());
  return data && data->getNumElements() == 1 && data->getDouble(0) == 0;
}

SmallVector<OpOperand *> quantc::getMovedOperands(Operation *op) {
  bool first =
      isa<ReshapeOp, FlattenOp, SqueezeOp, UnsqueezeOp, TransposeOp, SliceOp,
          IdentityOp, ExpandOp, TileOp, DepthToSpaceOp, SpaceToDepthOp,
          GlobalMaxPoolOp, qnn::MaxPoolOp>(op);
  if (auto pool = dyn_cast<MaxPoolOp>(op))
    first = !pool.getIndices();
  if (auto pad = dyn_cast<PadOp>(op))
    first = padsWithZero(pad);
  SmallVector<OpOperand *> operands;
  if (first)
    operands.push_back(&op->getOpOperand(0));
  if (isa<ConcatOp>(op))
    for (OpOperand &operand : op->getOpOperands())
      operands.push_back(&operand);
  return operands;
}
