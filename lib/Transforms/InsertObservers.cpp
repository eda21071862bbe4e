//===- InsertObservers.cpp - Observe what a recipe needs ranges of ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The values and their names come from the plan that quantc-quantize follows, so
// the table made with this graph answers exactly that pass' questions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Quantization/Plan.h"
#include "quantc/Quantization/TensorNames.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_INSERTOBSERVERS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct InsertObservers : quantc::impl::InsertObserversBase<InsertObservers> {
  using InsertObserversBase::InsertObserversBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    llvm::Expected<Recipe> loaded = Recipe::load(recipe);
    if (!loaded) {
      emitError(function.getLoc()) << llvm::toString(loaded.takeError());
      return signalPassFailure();
    }
    QuantizationPlan plan = planQuantization(function, *loaded);
    auto names = getTensorNames(function);
    OpBuilder builder(&getContext());
    for (auto &[value, scheme] : plan.ranges) {
      builder.setInsertionPointAfterValue(value);
      qnn::ObserveOp::create(builder, value.getLoc(), value, names[value]);
      ++numObserved;
    }
  }
};
} // namespace
