//===- InferShapes.cpp - Result types from shape functions ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Shapes.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_INFERSHAPES
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct InferShapes : quantc::impl::InferShapesBase<InferShapes> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    if (failed(env.analyze(getOperation())))
      return signalPassFailure();
  }
};
} // namespace
