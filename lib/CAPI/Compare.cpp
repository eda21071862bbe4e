//===- Compare.cpp - Comparing two models from C --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Context.h"
#include "quantc/Accuracy/Report.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace quantc;

struct quantc_comparison {
  quantc_context *owner;
  std::unique_ptr<ModelComparison> comparison;
  std::string json;
};

int quantc_comparison_open(quantc_context *context,
                           const quantc_compare_options *options,
                           quantc_comparison **comparison) {
  Call call(context);
  CompareOptions compare;
  compare.reference = options->reference;
  compare.candidate = options->candidate;
  compare.layers = options->layers;
  compare.evaluate = options->evaluate;
  compare.threads = options->threads;
  ErrorCode code = ErrorCode::None;
  std::unique_ptr<ModelComparison> opened =
      ModelComparison::open(context->context, compare, code);
  *comparison =
      opened ? new quantc_comparison{context, std::move(opened), {}} : nullptr;
  return call.finish(code);
}

void quantc_comparison_destroy(quantc_comparison *comparison) {
  delete comparison;
}

int quantc_comparison_add(quantc_comparison *comparison, int num_inputs,
                          const char *const *names, const DLTensor *inputs,
                          quantc_take_pair take, void *user) {
  Call call(comparison->owner);
  NamedTensors named;
  for (int i = 0; i < num_inputs; ++i)
    named.push_back(
        {names[i], copyTensor(comparison->owner->context, inputs[i])});
  ModelComparison::Visitor visit;
  if (take)
    visit = [&](StringRef name, const Tensor &reference,
                const Tensor &candidate) {
      DLTensor r = viewTensor(reference), c = viewTensor(candidate);
      take(user, name.str().c_str(), &r, &c);
    };
  return call.finish(comparison->comparison->add(named, visit));
}

const char *quantc_comparison_json(quantc_comparison *comparison) {
  llvm::json::Value value(comparison->comparison->toJSON());
  comparison->json = llvm::formatv("{0:2}", value).str();
  return comparison->json.c_str();
}

int quantc_comparison_write_html(quantc_comparison *comparison,
                                 const char *command, const char *path) {
  Call call(comparison->owner);
  const ModelComparison &done = *comparison->comparison;
  Report report;
  report.commands = {command};
  report.reference = &done.getReference();
  report.candidate = &done.getCandidate();
  report.comparison = &done;
  llvm::Error error = writeReport(report, path);
  if (!error)
    return call.finish(ErrorCode::None);
  emitError(UnknownLoc::get(&comparison->owner->context))
      << toString(std::move(error));
  return call.finish(ErrorCode::IO);
}
