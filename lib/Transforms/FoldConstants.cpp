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

#include "mlir/IR/PatternMatch.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Evaluator/Evaluator.h"
#include "quantc/Transforms/Passes.h"
#include "llvm/Support/Threading.h"

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
  LogicalResult fold(Operation *op);
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
         llvm::all_of(op->getOperands(), [](Value operand) {
           return bool(operand.getDefiningOp<onnx::ConstantOp>());
         });
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

/// `op` alone in a function, its operands the arguments.
static OwningOpRef<ModuleOp> wrap(Operation *op) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(op->getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  auto type = builder.getFunctionType(op->getOperandTypes(),
                                      op->getResultTypes());
  auto function = func::FuncOp::create(builder, op->getLoc(), "main", type);
  Block *block = function.addEntryBlock();
  builder.setInsertionPointToEnd(block);
  IRMapping mapping;
  mapping.map(op->getOperands(), block->getArguments());
  Operation *copy = builder.clone(*op, mapping);
  func::ReturnOp::create(builder, op->getLoc(), copy->getResults());
  return module;
}

static Tensor readTensor(Value constant) {
  std::optional<ConstantData> data = ConstantData::get(constant);
  Tensor tensor;
  if (!data)
    return tensor;
  tensor.element = data->getType().getElementType();
  tensor.shape.assign(data->getType().getShape().begin(),
                      data->getType().getShape().end());
  tensor.bytes.assign(data->getBytes().begin(), data->getBytes().end());
  return tensor;
}

LogicalResult FoldConstants::fold(Operation *op) {
  SmallVector<Tensor> inputs;
  for (Value operand : op->getOperands()) {
    inputs.push_back(readTensor(operand));
    if (!inputs.back().element)
      return failure();
  }
  OwningOpRef<ModuleOp> module = wrap(op);
  auto function = cast<func::FuncOp>(module->getBody()->front());
  // An index out of range, say, is an error when (and if) the model runs.
  uint64_t thread = llvm::get_threadid();
  ScopedDiagnosticHandler silence(&getContext(), [&](Diagnostic &) {
    return success(llvm::get_threadid() == thread);
  });
  FailureOr<std::vector<Tensor>> outputs = evaluate(function, inputs);
  if (failed(outputs))
    return failure();
  for (auto [result, tensor] : llvm::zip_equal(op->getResults(), *outputs))
    if (cast<RankedTensorType>(result.getType()).getShape() !=
        ArrayRef<int64_t>(tensor.shape))
      return failure();
  OpBuilder builder(op);
  for (auto [result, tensor] : llvm::zip_equal(op->getResults(), *outputs)) {
    auto type = cast<RankedTensorType>(result.getType());
    result.replaceAllUsesWith(createConstant(
        builder, op->getLoc(), makeConstant(type, tensor.bytes)));
  }
  op->erase();
  return success();
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
    } else if (succeeded(fold(op))) {
      ++numFolded;
    }
  }
}
