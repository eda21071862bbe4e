//===- Calibrate.cpp - Ranges of a model's tensors over data --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The float model is compiled with observers and run like any other; each thread
// has a handle of its own, and because histograms only count, their sum does not
// depend on which thread ran what.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Driver/CompiledModel.h"
#include "quantc/Driver/Driver.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

#include <mutex>
#include <thread>

using namespace mlir;
using namespace quantc;

static ErrorCode report(MLIRContext &context, const Twine &message,
                        ErrorCode code) {
  emitError(UnknownLoc::get(&context)) << message;
  return code;
}

namespace {
/// The runs of one calibration, handed out to threads one at a time.
struct Work {
  const NextRun &next;
  const CalibrateOptions &options;
  std::mutex mutex;
  int64_t done = 0;
  ErrorCode failure = ErrorCode::None;

  bool take(NamedTensors &inputs) {
    std::lock_guard<std::mutex> lock(mutex);
    return failure == ErrorCode::None && next(inputs, failure);
  }

  void finish(ErrorCode code) {
    std::lock_guard<std::mutex> lock(mutex);
    if (code != ErrorCode::None)
      failure = code;
    ++done;
    if (options.progress)
      options.progress(done);
  }
};
} // namespace

static void runAll(Work &work, CompiledModel &model) {
  NamedTensors inputs;
  while (work.take(inputs)) {
    ErrorCode code;
    work.finish(failed(model.run(inputs, code)) ? code : ErrorCode::None);
  }
}

static ErrorCode observe(MLIRContext &context, StringRef artifact, Work &work,
                         CalibrationTable &table) {
  unsigned threads = work.options.threads > 0
                         ? unsigned(work.options.threads)
                         : std::thread::hardware_concurrency();
  std::vector<std::unique_ptr<CompiledModel>> models;
  for (unsigned i = 0; i < std::max(threads, 1u); ++i) {
    ErrorCode code;
    models.push_back(CompiledModel::open(context, artifact, "", 1, code));
    if (!models.back())
      return code;
  }
  std::vector<std::thread> others;
  for (size_t i = 1; i < models.size(); ++i)
    others.emplace_back([&, i] { runAll(work, *models[i]); });
  runAll(work, *models[0]);
  for (std::thread &thread : others)
    thread.join();
  if (work.failure != ErrorCode::None)
    return work.failure;
  for (const std::unique_ptr<CompiledModel> &model : models)
    for (int i = 0; i < model->numObservations(); ++i) {
      quantc_observation seen = model->observation(i);
      Histogram &values = table.getOrCreate(seen.tensor).values;
      for (unsigned bucket = 0; bucket < Histogram::numBuckets; ++bucket)
        if (seen.counts[bucket])
          values.addCount(bucket, seen.counts[bucket]);
      if (seen.minimum <= seen.maximum) {
        values.extendRange(seen.minimum);
        values.extendRange(seen.maximum);
      }
    }
  table.samples = uint64_t(work.done);
  if (work.done == 0)
    return report(context, "no data to calibrate on", ErrorCode::InvalidInput);
  return ErrorCode::None;
}

/// A NaN or infinity anywhere makes every range meaningless.
static ErrorCode checkFinite(MLIRContext &context,
                             const CalibrationTable &table) {
  for (const auto &[tensor, statistics] : table.getTensors())
    if (uint64_t count = statistics.values.getNumNonFinite())
      return report(context,
                    "tensor '" + tensor + "' has " + Twine(count) +
                        " NaN or infinite values over the calibration data",
                    ErrorCode::InvalidInput);
  return ErrorCode::None;
}

ErrorCode quantc::calibrateModel(ModuleOp module, const NextRun &next,
                                 const CalibrateOptions &options,
                                 CalibrationTable &table) {
  MLIRContext &context = *module.getContext();
  OwningOpRef<ModuleOp> observed = module.clone();
  std::string observers =
      "func.func(quantc-insert-observers{recipe=\"" + options.recipe + "\"})";
  ErrorCode code =
      runPipeline(*observed, Stages::join({Stages().graph(), observers}));
  if (code != ErrorCode::None)
    return code;

  SmallString<128> artifact;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("quantc-calibrate", "so", artifact))
    return report(context, error.message(), ErrorCode::IO);
  llvm::FileRemover remover(artifact);
  CompileOptions compile;
  compile.target = "cpu:native";
  code = compileModel(*observed, compile, artifact);
  if (code != ErrorCode::None)
    return code;

  if (auto hash = module->getAttrOfType<StringAttr>("onnx.sha256"))
    table.modelHash = hash.str();
  Work work{next, options, {}};
  code = observe(context, artifact, work, table);
  return code != ErrorCode::None ? code : checkFinite(context, table);
}
