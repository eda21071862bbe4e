//===- Activations.cpp - Activations of recurrent networks ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Names come in any case, and one list of parameters serves all activations that
// take any, in their order.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Activations.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

namespace {
/// Number of parameters and their defaults, by name.
struct ActivationInfo {
  StringLiteral name;
  unsigned parameters;
  float alpha, beta;
};
} // namespace

static constexpr ActivationInfo activationInfos[] = {
    {"affine", 2, 1, 0},          {"elu", 1, 1, 0},
    {"hardsigmoid", 2, 0.2f, 0.5f}, {"leakyrelu", 1, 0.01f, 0},
    {"scaledtanh", 2, 1, 1},      {"thresholdedrelu", 1, 1, 0}};

template <typename OpTy>
static FailureOr<SmallVector<Activation>>
readActivations(OpTy op, ArrayRef<StringRef> defaults) {
  int64_t directions = op.getDirection() == "bidirectional" ? 2 : 1;
  SmallVector<StringRef> names;
  if (auto given = op.getActivations())
    llvm::append_range(names, given->template getAsValueRange<StringAttr>());
  else
    for (int64_t d = 0; d < directions; ++d)
      llvm::append_range(names, defaults);
  if (names.size() != defaults.size() * directions)
    return op.emitError("expects ")
           << defaults.size() << " activations for each direction";
  ArrayRef<float> alphas = op.getActivationAlpha().value_or(ArrayRef<float>());
  ArrayRef<float> betas = op.getActivationBeta().value_or(ArrayRef<float>());
  auto take = [](ArrayRef<float> &values, float &parameter) {
    if (values.empty())
      return;
    parameter = values.front();
    values = values.drop_front();
  };
  SmallVector<Activation> result;
  for (StringRef name : names) {
    Activation activation{name.lower()};
    for (const ActivationInfo &info : activationInfos) {
      if (info.name != activation.name)
        continue;
      activation.alpha = info.alpha;
      activation.beta = info.beta;
      take(alphas, activation.alpha);
      if (info.parameters > 1)
        take(betas, activation.beta);
    }
    result.push_back(activation);
  }
  return result;
}

FailureOr<SmallVector<Activation>> quantc::getActivations(Operation *op) {
  if (auto gru = dyn_cast<GRUOp>(op))
    return readActivations(gru, {"Sigmoid", "Tanh"});
  if (auto lstm = dyn_cast<LSTMOp>(op))
    return readActivations(lstm, {"Sigmoid", "Tanh", "Tanh"});
  return readActivations(cast<RNNOp>(op), {"Tanh"});
}
