//===- InsertObservers.cpp - Observe what recipes need statistics of ------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The names are those that quantc-quantize will look up: equal IR gives equal
// names (TensorNames.h).
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Quantization/Observation.h"
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
    std::optional<Recipe> narrowing;
    if (!recipe.empty()) {
      llvm::Expected<Recipe> loaded = Recipe::load(recipe);
      if (!loaded)
        return fail(loaded.takeError());
      narrowing = std::move(*loaded);
    }
    ShapeEnv env(&getContext());
    if (failed(env.analyze(function)))
      return signalPassFailure();
    llvm::Expected<Value> positions = findMask(function, mask, env);
    if (!positions)
      return fail(positions.takeError());
    insert(findObservedValues(function, narrowing ? &*narrowing : nullptr),
           *positions, env);
  }

private:
  void fail(llvm::Error error) {
    emitError(getOperation().getLoc()) << llvm::toString(std::move(error));
    signalPassFailure();
  }

  void insert(ArrayRef<ObservedTensor> values, Value positions, ShapeEnv &env) {
    auto names = getTensorNames(getOperation());
    OpBuilder builder(&getContext());
    int64_t channelsLeft = channelHistograms;
    for (auto [value, axis] : values) {
      builder.setInsertionPointAfterValue(value);
      bool isMasked = positions && isMaskedBy(value, positions, env);
      auto observe = qnn::ObserveOp::create(
          builder, value.getLoc(), value, isMasked ? positions : Value(),
          builder.getStringAttr(names[value]), IntegerAttr(), UnitAttr());
      ++numObserved;
      numMasked += isMasked;
      if (!axis)
        continue;
      observe.setChannelAxis(*axis);
      channelsLeft -= cast<RankedTensorType>(value.getType()).getDimSize(*axis);
      observe.setChannelHistograms(channelsLeft >= 0);
    }
  }
};
} // namespace
