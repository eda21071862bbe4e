//===- Graph.cpp - quantc-graph -------------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
using namespace quantc;

/// Two do for shape arithmetic, branches that depend on branches one each.
static constexpr int numRounds = 4;

/// Shapes and constants depend on each other: a shape known makes a constant, a
/// constant known makes a shape. Either may decide for a branch, which inference
/// puts in place of its If.
static void addSimplification(OpPassManager &function) {
  function.addPass(createInferShapes());
  function.addPass(createCanonicalizerPass());
  function.addPass(createResolveShapes());
  // Equal transposes of one weight are folded once.
  function.addPass(createCSEPass());
  function.addPass(createFoldConstants());
  function.addPass(createRemoveNeutralOps());
}

void quantc::buildGraphPipeline(OpPassManager &pm) {
  OpPassManager &function = pm.nest<func::FuncOp>();
  // onnx as imported
  for (int round = 0; round < numRounds; ++round)
    addSimplification(function);
  function.addPass(createInferShapes());
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  // onnx without shape arithmetic, ranked
  // Before biases are fused to products and attention is made of them.
  function.addPass(createRaiseEinsum());
  function.addPass(createInferShapes());
  function.addPass(createCanonicalizerPass());
  function.addPass(createResolveShapes());
  function.addPass(createFoldBatchnorm());
  function.addPass(createFuseBias());
  // A LayerNormalization holds the parts of an RMSNormalization.
  function.addPass(createRaiseLayernorm());
  function.addPass(createRaiseRmsnorm());
  function.addPass(createRaiseGelu());
  function.addPass(createRaiseSwish());
  function.addPass(createRaiseAttention());
  function.addPass(createExpandAttentionCache());
  // Of a model that was quantized before.
  function.addPass(createRaiseDynamicQuantize());
  function.addPass(createSimplifyIndices());
  // Before calibration, which shall see what will be computed.
  function.addPass(createFoldScales());
  // New transposes and reshapes meet those that were there.
  function.addPass(createInferShapes());
  function.addPass(createCanonicalizerPass());
  function.addPass(createResolveShapes());
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  // canonical onnx
}

void quantc::registerGraphPipeline() {
  PassPipelineRegistration<>(
      "quantc-graph", "Bring an imported model to canonical form",
      buildGraphPipeline);
}
