//===- Export.cpp - quantc-export ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
using namespace quantc;

void quantc::buildExportPipeline(OpPassManager &pm,
                                 const ExportPipelineOptions &options) {
  // onnx, qnn.quantize, qnn.dequantize
  if (options.integer)
    buildFoldPipeline(pm);
  // Folded IR, if asked for.
  OpPassManager &function = pm.nest<func::FuncOp>();
  function.addPass(createConvertQNNToONNX({options.opset}));
  // onnx and, of folded IR, the epilogues as maps: transposes around
  // convolutions meet through them.
  if (options.integer)
    function.addPass(createAssignLayout());
  function.addPass(createConvertMapToONNX());
  // onnx in its newest form
  function.addPass(createDecomposeOperators({options.opset}));
  // A float model is written as it is; what passes made is made once.
  if (options.integer)
    function.addPass(createCSEPass());
}

void quantc::registerExportPipeline() {
  PassPipelineRegistration<ExportPipelineOptions>(
      "quantc-export", "Say a model in ONNX's own operators",
      buildExportPipeline);
}
