//===- CodeGenerator.h - LLVM, in process ------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_CODEGENERATOR_H
#define QUANTC_LIB_TARGET_CPU_CODEGENERATOR_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace quantc {

/// Translates a module of the llvm dialect and compiles it.
class CodeGenerator {
public:
  /// Null, with a diagnostic, if the target is unknown or translation fails.
  static std::unique_ptr<CodeGenerator> create(mlir::ModuleOp module);

  void optimize();
  llvm::Module &getModule() { return *llvmModule; }
  mlir::LogicalResult emit(llvm::raw_pwrite_stream &stream,
                           llvm::CodeGenFileType type);

private:
  explicit CodeGenerator(mlir::ModuleOp module) : module(module) {}
  mlir::LogicalResult createMachine();
  mlir::LogicalResult translate();

  mlir::ModuleOp module;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::Module> llvmModule;
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_CODEGENERATOR_H
