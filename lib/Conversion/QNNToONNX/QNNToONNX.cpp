//===- QNNToONNX.cpp - qnn operations as onnx operators -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The pass; its patterns are in the files beside it, one per family. What ONNX
// has no operator for becomes a qnn.map, which MapToONNX.cpp spells out.
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/QNNToONNX.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_CONVERTQNNTOONNX
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct ConvertQNNToONNX : quantc::impl::ConvertQNNToONNXBase<ConvertQNNToONNX> {
  using ConvertQNNToONNXBase::ConvertQNNToONNXBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateQuantizeToONNXPatterns(patterns, opset);
    populateProductsToONNXPatterns(patterns);
    populatePoolsToONNXPatterns(patterns);
    // Only what is matched changes: a float model is exported as it is.
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns),
                                     config)))
      signalPassFailure();
  }
};
} // namespace
