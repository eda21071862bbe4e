//===- Quantize.cpp - quantc-quantize-model ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace quantc;

void quantc::buildQuantizePipeline(OpPassManager &pm,
                                   const QuantizeModelOptions &options) {
  OpPassManager &function = pm.nest<func::FuncOp>();
  // onnx, canonical
  function.addPass(createEqualizeLayers({options.recipe}));
  function.addPass(createSmoothQuant({options.recipe, options.calibration}));
  // Looks at the weights that will be quantized.
  function.addPass(createCorrectBias({options.recipe, options.calibration}));
  // The same numbers, in ranges that suit codes.
  function.addPass(createQuantize({options.recipe, options.calibration}));
  // onnx on dequantized values, qnn.quantize, qnn.dequantize
  function.addPass(createPropagateQuantization());
  // Scales of values in one group are equal constants: one each is enough.
  function.addPass(createCSEPass());
}

void quantc::registerQuantizePipeline() {
  PassPipelineRegistration<QuantizeModelOptions>(
      "quantc-quantize-model",
      "Place quantization by recipe and let codes travel", buildQuantizePipeline);
}
