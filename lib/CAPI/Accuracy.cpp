//===- Accuracy.cpp - The C interface of attribution and the search -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Context.h"
#include "quantc/Accuracy/Measure.h"
#include "quantc/Accuracy/MixedPrecision.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace quantc;

/// All runs, copied: the callback may be an interpreter's, bound to the calling
/// thread, and is done with before any thread is started.
static FailureOr<RunSet> readRuns(const quantc_module *module,
                                  const quantc_runs *runs) {
  std::vector<NamedTensors> held;
  std::vector<DLTensor> inputs(quantc_module_num_inputs(module));
  for (int64_t i = 0; i < runs->size; ++i) {
    if (runs->read(runs->user, i, inputs.data()) < 0)
      return failure();
    held.emplace_back();
    for (const DLTensor &input : inputs)
      held.back().push_back({"", copyTensor(module->owner->context, input)});
  }
  return RunSet::of(std::move(held));
}

/// Hands out `value` as text that the context owns.
static const char *giveJSON(quantc_context *context,
                            const llvm::json::Value &value) {
  context->json.clear();
  llvm::raw_string_ostream(context->json) << value;
  return context->json.c_str();
}

int quantc_module_attribute(quantc_module *module, quantc_module *quantized,
                            const char *recipe, const char *calibration,
                            const quantc_runs *runs, const char **json) {
  Call call(module->owner);
  MLIRContext &context = module->owner->context;
  *json = nullptr;
  if (module->owner != quantized->owner) {
    emitError(UnknownLoc::get(&context))
        << "the two models are not of one context";
    return call.finish(ErrorCode::InvalidInput);
  }
  FailureOr<RunSet> held = readRuns(module, runs);
  if (failed(held))
    return call.finish(ErrorCode::InvalidInput);
  OwningOpRef<ModuleOp> reference = module->module->clone();
  ErrorCode code = makeReference(*reference, recipe ? recipe : "",
                                 calibration ? calibration : "");
  if (code != ErrorCode::None)
    return call.finish(code);
  FailureOr<Attribution> attribution = attributeError(
      *reference, *quantized->module, *held, /*threads=*/0, code);
  if (failed(attribution))
    return call.finish(code);
  attribution->recipe = recipe ? recipe : "";
  *json = giveJSON(module->owner, toJSON(*attribution));
  return call.finish(ErrorCode::None);
}

int quantc_module_quantize_to(quantc_module *module, const char *recipe,
                              const char *calibration, const quantc_runs *runs,
                              const quantc_target *target, const char **json) {
  Call call(module->owner);
  *json = nullptr;
  FailureOr<RunSet> held = readRuns(module, runs);
  if (failed(held))
    return call.finish(ErrorCode::InvalidInput);
  MixedPrecisionOptions options;
  options.recipe = recipe;
  options.calibration = calibration ? calibration : "";
  if (target->max_drop >= 0)
    options.maxDrop = target->max_drop;
  if (target->target_size)
    options.targetSize = target->target_size;
  options.runs = *held;
  if (target->metric)
    options.metric = [target](StringRef artifact) -> FailureOr<double> {
      double score = 0;
      if (target->metric(target->user, artifact.str().c_str(), &score) < 0)
        return failure();
      return score;
    };
  MixedPrecision found;
  ErrorCode code = quantizeToTarget(*module->module, options, found);
  if (code == ErrorCode::None)
    *json = giveJSON(module->owner, toJSON(found));
  return call.finish(code);
}
