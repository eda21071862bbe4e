//===- InferShapes.cpp - Result types from shape functions ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Types are only ever refined: a static size stays, an unknown one may become
// static. Element types are not touched.
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

/// Whether a user fixes the type of `value`: a call has its callee's types.
static bool hasFixedType(Value value) {
  return llvm::any_of(value.getUsers(),
                      [](Operation *user) { return isa<func::CallOp>(user); });
}

/// Gives `value` the type that `env` knows; true if it is a better one.
static bool refine(Value value, ShapeEnv &env) {
  auto type = dyn_cast<TensorType>(value.getType());
  const Dims *shape = type ? env.getShape(value) : nullptr;
  if (!shape || hasFixedType(value))
    return false;
  TensorType refined = refineType(type, *shape);
  if (refined == type)
    return false;
  value.setType(refined);
  return true;
}

namespace {
struct InferShapes : quantc::impl::InferShapesBase<InferShapes> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    ShapeEnv env(&getContext());
    if (failed(env.analyze(function)))
      return signalPassFailure();
    function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      // Other operations may tie their types to something else.
      if (!isa<ShapeInferenceOpInterface>(op))
        return;
      for (Value result : op->getResults())
        numRefined += refine(result, env);
      for (Region &region : op->getRegions())
        for (Value argument : region.getArguments())
          refine(argument, env);
    });
    // Callers of a private function rely on its type.
    if (!function.isExternal() && function.isPublic())
      updateResultTypes(function);
  }

  void updateResultTypes(func::FuncOp function) {
    Operation *terminator = function.getBody().back().getTerminator();
    function.setFunctionType(
        FunctionType::get(&getContext(), function.getArgumentTypes(),
                          terminator->getOperandTypes()));
  }
};
} // namespace
