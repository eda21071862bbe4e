//===- CPU.cpp - quantc-cpu ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Target/CPU/Passes.h"

using namespace mlir;
using namespace quantc;

void quantc::buildKernelsPipeline(OpPassManager &pm) {
  // onnx and qnn: folded IR.
  pm.nest<func::FuncOp>().addPass(createPackWeights());
  pm.nest<func::FuncOp>().addPass(createUseReciprocals());
  // Equal constants become one, so that equal operations are equal.
  pm.addPass(createCSEPass());
  pm.addPass(createOutlineKernels());
  // func.call of kernel functions, onnx for constants, views and shapes.
}

void quantc::buildCodePipeline(OpPassManager &pm,
                               const CPUPipelineOptions &options) {
  // What buildKernelsPipeline leaves.
  ConvertKernelsToLLVMOptions kernels;
  llvm::append_range(kernels.isas, options.isas);
  pm.addPass(createConvertKernelsToLLVM(kernels));
  // The same, and an llvm.func per kernel and ISA.
  pm.addPass(createConvertMainToLLVM({options.symbol}));
  // llvm only.
}

void quantc::buildCPUPipeline(OpPassManager &pm,
                              const CPUPipelineOptions &options) {
  buildKernelsPipeline(pm);
  buildCodePipeline(pm, options);
}

void quantc::registerCPUPipeline() {
  PassPipelineRegistration<>("quantc-kernels",
                             "Outline the kernels of folded IR",
                             buildKernelsPipeline);
  PassPipelineRegistration<CPUPipelineOptions>(
      "quantc-code", "Generate CPU code for outlined kernels",
      buildCodePipeline);
  PassPipelineRegistration<CPUPipelineOptions>(
      "quantc-cpu", "Generate CPU code for folded IR", buildCPUPipeline);
}
