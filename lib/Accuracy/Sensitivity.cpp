//===- Sensitivity.cpp - What an operation's codes do to the outputs ------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Sensitivity.h"
#include "Switched.h"
#include "quantc/Accuracy/Metrics.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace quantc;

namespace {
/// Operations that a recipe cannot tell apart: they are quantized together.
using Nodes = llvm::MapVector<std::pair<StringRef, StringRef>,
                              SmallVector<unsigned, 1>>;

class DamageMeter {
public:
  DamageMeter(MLIRContext &context, const Attribution &attribution,
              int64_t numRuns);

  ErrorCode run(int64_t i, const NamedTensors &inputs, CompiledModel &model);
  void finish(Attribution &attribution) const;

private:
  /// The outputs with `operations` quantized.
  FailureOr<NamedTensors> evaluate(NamedTensors inputs,
                                   ArrayRef<unsigned> operations,
                                   CompiledModel &model, ErrorCode &code) const;

  MLIRContext &context;
  size_t numOps;
  Nodes nodes;
  std::vector<std::vector<ErrorMetrics>> results; // by run and node
};
} // namespace

DamageMeter::DamageMeter(MLIRContext &context, const Attribution &attribution,
                         int64_t numRuns)
    : context(context), numOps(attribution.ops.size()),
      results(size_t(numRuns)) {
  for (auto [i, op] : llvm::enumerate(attribution.ops))
    if (op.isQuantized)
      nodes[{op.op, op.node}].push_back(unsigned(i));
}

FailureOr<NamedTensors>
DamageMeter::evaluate(NamedTensors inputs, ArrayRef<unsigned> operations,
                      CompiledModel &model, ErrorCode &code) const {
  Tensor choice;
  choice.element = Float32Type::get(&context);
  choice.shape = {int64_t(numOps)};
  choice.bytes.resize(numOps * sizeof(float));
  for (unsigned operation : operations)
    choice.data<float>()[operation] = 1;
  inputs.push_back({choiceName.str(), std::move(choice)});
  return model.run(inputs, code);
}

ErrorCode DamageMeter::run(int64_t i, const NamedTensors &inputs,
                           CompiledModel &model) {
  ErrorCode code = ErrorCode::None;
  FailureOr<NamedTensors> reference = evaluate(inputs, {}, model, code);
  if (failed(reference))
    return code;
  for (const auto &[node, operations] : nodes) {
    FailureOr<NamedTensors> outputs = evaluate(inputs, operations, model, code);
    if (failed(outputs))
      return code;
    ErrorMetrics metrics;
    for (auto [a, b] : llvm::zip_equal(*reference, *outputs))
      if (llvm::Error error = metrics.add(a.second, b.second)) {
        emitError(UnknownLoc::get(&context)) << llvm::toString(std::move(error));
        return ErrorCode::InvalidInput;
      }
    results[size_t(i)].push_back(metrics);
  }
  return ErrorCode::None;
}

void DamageMeter::finish(Attribution &attribution) const {
  for (auto [k, entry] : llvm::enumerate(nodes)) {
    ErrorMetrics total;
    for (const std::vector<ErrorMetrics> &run : results)
      total.merge(run[k]);
    for (unsigned operation : entry.second)
      attribution.ops[operation].damage = 100 * (1 - total.getCosine());
  }
}

ErrorCode quantc::measureDamage(ModuleOp floatModel, ModuleOp quantized,
                                const RunSet &runs, int threads,
                                Attribution &attribution) {
  OwningOpRef<ModuleOp> model =
      makeSwitched(floatModel.lookupSymbol<func::FuncOp>("main"),
                   quantized.lookupSymbol<func::FuncOp>("main"));
  ErrorCode code;
  TemporaryArtifact artifact(*model, code);
  if (code != ErrorCode::None)
    return code;
  MLIRContext &context = *floatModel.getContext();
  DamageMeter meter(context, attribution, runs.size);
  code = forEachRun(context, artifact.getPath(), runs, threads,
                    [&](int64_t i, const NamedTensors &inputs,
                        CompiledModel &compiled) {
                      return meter.run(i, inputs, compiled);
                    });
  if (code == ErrorCode::None)
    meter.finish(attribution);
  return code;
}
