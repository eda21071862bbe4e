//===- ConstantEvaluation.cpp - Run an operation on constants -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OwningOpRef.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Evaluator/Evaluator.h"
#include "llvm/Support/Threading.h"

using namespace mlir;
using namespace quantc;

bool quantc::hasConstantOperands(Operation *op) {
  return llvm::all_of(op->getOperands(), [](Value operand) {
    return bool(operand.getDefiningOp<onnx::ConstantOp>());
  });
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

LogicalResult quantc::replaceByConstants(Operation *op) {
  SmallVector<Tensor> inputs;
  for (Value operand : op->getOperands()) {
    inputs.push_back(readTensor(operand));
    if (!inputs.back().element)
      return failure();
  }
  OwningOpRef<ModuleOp> module = wrap(op);
  auto function = cast<func::FuncOp>(module->getBody()->front());
  uint64_t thread = llvm::get_threadid();
  ScopedDiagnosticHandler silence(op->getContext(), [&](Diagnostic &) {
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
