//===- ONNXToQNN.cpp - onnx operators as qnn operations -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The pass; its patterns are in the files beside it, one per operator family.
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/ONNXToQNN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Quantization/Smoothing.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_CONVERTONNXTOQNN
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct ConvertONNXToQNN
    : quantc::impl::ConvertONNXToQNNBase<ConvertONNXToQNN> {
  void runOnOperation() override {
    // Layers that differ in no more than these share a kernel.
    getOperation()->walk(
        [](Operation *op) { op->removeAttr(channelFactorsAttrName); });
    RewritePatternSet patterns(&getContext());
    populateMatMulToQNNPatterns(patterns);
    populateConvToQNNPatterns(patterns);
    populatePoolToQNNPatterns(patterns);
    populateElementwiseToQNNPatterns(patterns);
    populateQuantizeToQNNPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
