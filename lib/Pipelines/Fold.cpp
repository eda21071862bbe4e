//===- Fold.cpp - quantc-fold ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/Passes.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace quantc;

void quantc::buildFoldPipeline(OpPassManager &pm) {
  OpPassManager &function = pm.nest<func::FuncOp>();
  // onnx, qnn.quantize, qnn.dequantize
  function.addPass(createConvertONNXToQNN());
  function.addPass(createAssignLayout());
  // qnn products and maps on floats, onnx for the rest, transposes around
  // convolutions. Dequantize has to get past the new transposes.
  function.addPass(createPropagateQuantization());
  // What a model quantizes though it knows it, or twice.
  function.addPass(createFoldScales());
  function.addPass(createFoldQuantization());
  // qnn products on codes
  // What quantization remains is elementwise, and elementwise chains are one.
  function.addPass(createConvertQuantizeToMap());
  function.addPass(createFuseMap());
  // Constants of several operations met in epilogues.
  function.addPass(createFoldScales());
  // Folded IR: whatever still only converts costs a pass over memory.
  function.addPass(createReportQuantization());
}

void quantc::registerFoldPipeline() {
  PassPipelineRegistration<>("quantc-fold",
                             "Turn a quantized model into integer operations",
                             buildFoldPipeline);
}
