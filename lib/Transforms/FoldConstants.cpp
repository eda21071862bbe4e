//===- FoldConstants.cpp - Evaluate what is known -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The reference evaluator computes the values, so a folded constant is what the
// model would have computed. Limits keep small models from becoming large ones:
// a few bytes can ask for a gigabyte (ConstantOfShape, Expand, Tile) or for an
// hour (a product of constants).
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Evaluator/Evaluator.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Results up to this size may be larger than their operands.
static constexpr uint64_t tinyBytes = 64 << 10;
/// A larger result may take this many times the bytes of its operands.
static constexpr uint64_t maxGrowth = 4;
/// Multiply-adds a product of constants may take.
static constexpr uint64_t maxProductWork = uint64_t(1) << 32;

namespace {
struct FoldConstants : quantc::impl::FoldConstantsBase<FoldConstants> {
  using FoldConstantsBase::FoldConstantsBase;

  void runOnOperation() override;

private:
  bool isCandidate(Operation *op);
  /// Why a candidate must be left alone, or null.
  const char *getReason(Operation *op);
};
} // namespace

/// Operations that hold codes, which must stay visible, or take long loops.
static bool isNeverFolded(Operation *op) {
  return isa<onnx::ConstantOp, onnx::QuantizeLinearOp,
             onnx::DequantizeLinearOp, onnx::DynamicQuantizeLinearOp,
             onnx::QLinearConvOp, onnx::QLinearMatMulOp, onnx::ConvIntegerOp,
             onnx::MatMulIntegerOp, onnx::ConvOp, onnx::ConvTransposeOp,
             onnx::EinsumOp, onnx::DetOp, onnx::ResizeOp, onnx::GridSampleOp,
             onnx::LSTMOp, onnx::GRUOp, onnx::RNNOp, onnx::AttentionOp>(op);
}

/// Multiply-adds of a matrix product: result elements times the summed axis.
static uint64_t getProductWork(Operation *op) {
  if (!isa<onnx::MatMulOp, onnx::GemmOp>(op))
    return 0;
  auto a = cast<RankedTensorType>(op->getOperand(0).getType());
  auto y = cast<RankedTensorType>(op->getResult(0).getType());
  // One of the operand's dimensions is summed: no need to know which.
  uint64_t depth = 1;
  for (int64_t dim : a.getShape())
    depth = std::max<uint64_t>(depth, dim);
  return depth * y.getNumElements();
}

bool FoldConstants::isCandidate(Operation *op) {
  return !op->use_empty() && !op->hasTrait<OpTrait::IsTerminator>() &&
         op->getNumRegions() == 0 && !isNeverFolded(op) && canEvaluate(op) &&
         hasConstantOperands(op);
}

const char *FoldConstants::getReason(Operation *op) {
  uint64_t operandBytes = 0, resultBytes = 0;
  for (Value operand : op->getOperands())
    operandBytes += *getConstantBytes(cast<RankedTensorType>(operand.getType()));
  for (Value result : op->getResults()) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    std::optional<uint64_t> bytes =
        type ? getConstantBytes(type) : std::nullopt;
    if (!bytes)
      return "has a result whose size is not known";
    resultBytes += *bytes;
  }
  if (resultBytes > maxBytes)
    return "has a result above max-bytes";
  if (resultBytes > tinyBytes && resultBytes / maxGrowth > operandBytes)
    return "has a result more than four times as large as its operands";
  if (getProductWork(op) > maxProductWork)
    return "takes too many operations";
  return nullptr;
}

void FoldConstants::runOnOperation() {
  SmallVector<Operation *> ops;
  getOperation().walk([&](Operation *op) {
    if (isa_and_present<onnx::ONNXDialect>(op->getDialect()))
      ops.push_back(op);
  });
  // In order, so that what was folded folds its users.
  for (Operation *op : ops) {
    if (!isCandidate(op))
      continue;
    if (const char *reason = getReason(op)) {
      op->emitRemark("is constant but not folded: it ") << reason;
      ++numDeclined;
    } else if (succeeded(replaceByConstants(op))) {
      ++numFolded;
    }
  }
}
