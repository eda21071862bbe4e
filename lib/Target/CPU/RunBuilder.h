//===- RunBuilder.h - The function that launches the kernels -----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_RUNBUILDER_H
#define QUANTC_LIB_TARGET_CPU_RUNBUILDER_H

#include "DescriptorBuilder.h"
#include "MemoryPlan.h"
#include "ShapeCode.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace quantc {

/// An outlined main function with everything known of it.
struct MainModel {
  mlir::func::FuncOp main;
  ShapeEnv &env;
  InputDims inputDims;
  MemoryPlan plan;
  std::string symbol; // prefix of the model's symbols

  MainModel(mlir::func::FuncOp main, ShapeEnv &env, llvm::StringRef symbol)
      : main(main), env(env), inputDims(main, env), plan(main, env),
        symbol(symbol) {}
};

/// Emits the offsets of all slots in the workspace; returns the bytes of all
/// together.
mlir::Value emitSlotOffsets(mlir::OpBuilder &builder, mlir::Location loc,
                            const MemoryPlan &plan, ShapeCode &code,
                            llvm::SmallVectorImpl<mlir::Value> &offsets);

/// Fills `function`, the descriptor's `run`: a quantc_launch for every call of a
/// kernel. Numbers kernels and observers in `tables`.
class RunBuilder {
public:
  RunBuilder(MainModel &model, mlir::LLVM::LLVMFuncOp function,
             ModelTables &tables);
  mlir::LogicalResult build();

private:
  mlir::Value createArray(mlir::Type element, int64_t count);
  void createArrays();
  mlir::Value address(mlir::Value base, mlir::Value offset);
  mlir::Value address(mlir::Type element, mlir::Value base, int64_t index);
  mlir::Value createBuffer(BufferPlace place);
  mlir::Value bufferOf(mlir::Value value);
  int32_t numberOf(mlir::func::FuncOp kernel);
  void launch(mlir::func::CallOp call);
  mlir::LogicalResult storeContents(mlir::Operation *op);

  MainModel &model;
  ModelTables &tables;
  mlir::OpBuilder builder;
  mlir::Location loc;
  mlir::Type pointer, i64;
  mlir::Value context, tensors, workspace; // arguments
  mlir::Value bufferArray, sizeArray;      // of the launch being prepared
  ShapeCode code;
  llvm::SmallVector<mlir::Value> slotOffsets;
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  llvm::DenseMap<mlir::Operation *, int32_t> kernelNumbers;
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_RUNBUILDER_H
