//===- Calibrate.cpp - Statistics of a model's tensors over data ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The float model is compiled with observers and run like any other; each thread
// has a handle of its own, and because tables only count and add integers, it does
// not matter which thread ran what, or when a checkpoint was made.
//
//===----------------------------------------------------------------------===//

#include "Observers.h"
#include "RunQueue.h"
#include "SearchRanges.h"
#include "quantc/Driver/Driver.h"
#include "quantc/Support/Report.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

#include <mutex>
#include <thread>

using namespace mlir;
using namespace quantc;
namespace fs = llvm::sys::fs;

namespace {
/// One calibration: the compiled model, the table, and what is left to run.
class Calibration {
public:
  Calibration(MLIRContext &context, const NextRun &next,
              const CalibrateOptions &options, CalibrationTable &table)
      : context(context), options(options), table(table), queue(next, options) {
  }

  ErrorCode open(StringRef artifact);
  ErrorCode resume(const Observers &observers);
  ErrorCode runAll();
  ArrayRef<NamedTensors> getSamples() const { return queue.getSamples(); }

private:
  /// A thread's own model, and the most values of a channel it has counted.
  struct Worker {
    std::unique_ptr<CompiledModel> model;
    uint64_t values = 0;
  };
  void work(Worker &worker);
  void drain(Worker &worker);
  ErrorCode runOne(Worker &worker, const RunQueue::Run &run);
  ErrorCode rejectRun(CompiledModel &model, const RunQueue::Run &run,
                      const std::string &reason, bool counted);
  ErrorCode checkpoint();

  MLIRContext &context;
  const CalibrateOptions &options;
  CalibrationTable &table;
  RunQueue queue;
  std::mutex tableMutex;
  std::vector<Worker> workers;
};
} // namespace

ErrorCode Calibration::open(StringRef artifact) {
  unsigned threads = options.threads > 0 ? unsigned(options.threads)
                                         : std::thread::hardware_concurrency();
  for (unsigned i = 0; i < std::max(threads, 1u); ++i) {
    ErrorCode code;
    workers.push_back({CompiledModel::open(context, artifact, "", 1, code)});
    if (!workers.back().model)
      return code;
  }
  return ErrorCode::None;
}

/// Continues from the checkpoint, if there is one: its runs must be the data's.
ErrorCode Calibration::resume(const Observers &observers) {
  if (!options.resume || !fs::exists(options.checkpoint))
    return ErrorCode::None;
  llvm::Expected<CalibrationTable> saved =
      CalibrationTable::load(options.checkpoint, /*allowCheckpoint=*/true);
  if (!saved)
    return report(context, llvm::toString(saved.takeError()),
                  ErrorCode::InvalidInput);
  auto refuse = [&](const Twine &reason) {
    return report(context,
                  "cannot resume from '" + options.checkpoint + "': " + reason +
                      "; without --resume calibration starts again",
                  ErrorCode::InvalidInput);
  };
  if (!saved->progress)
    return refuse("it is not the checkpoint of a calibration");
  if (llvm::Error error = saved->checkModel(table.modelHash))
    return refuse(llvm::toString(std::move(error)));
  if (!observers.matches(*saved))
    return refuse("it observes other tensors (--recipe, --mask or the model "
                  "changed)");
  ErrorCode code = ErrorCode::None;
  if (!queue.skip(saved->progress->done, code))
    return code != ErrorCode::None
               ? code
               : refuse("the data have fewer runs than the " +
                        Twine(saved->progress->done) + " that were done");
  if (queue.getFingerprint() != saved->progress->fingerprint)
    return refuse("the data of the first " + Twine(saved->progress->done) +
                  " runs, or their selection, changed");
  saved->progress.reset();
  table = std::move(*saved);
  return ErrorCode::None;
}

/// Leaves a run out, or stops because of it. `counted`: its values are in the
/// counts and have to be taken back.
ErrorCode Calibration::rejectRun(CompiledModel &model, const RunQueue::Run &run,
                                 const std::string &reason, bool counted) {
  if (!options.skipNonFinite)
    return report(context,
                  run.describe() + ": " + reason +
                      "; --nonfinite skip leaves such runs out",
                  ErrorCode::InvalidInput);
  if (counted) {
    ErrorCode code;
    model.takeBack(true);
    bool ok = succeeded(model.run(run.inputs, code));
    model.takeBack(false);
    if (!ok)
      return code;
  }
  std::lock_guard<std::mutex> lock(tableMutex);
  ++table.skipped;
  emitWarning(UnknownLoc::get(&context))
      << run.describe() << " is left out: " << reason;
  return ErrorCode::None;
}

void Calibration::drain(Worker &worker) {
  Observers::drain(*worker.model, table);
  worker.values = 0;
}

ErrorCode Calibration::runOne(Worker &worker, const RunQueue::Run &run) {
  CompiledModel &model = *worker.model;
  for (const auto &[name, tensor] : run.inputs)
    if (uint64_t count = countNonFinite(tensor))
      return rejectRun(model, run,
                       "input '" + name + "' has " + std::to_string(count) +
                           " NaN or infinite values",
                       /*counted=*/false);
  ErrorCode code;
  if (failed(model.run(run.inputs, code, run.describe() + ": ")))
    return code;
  if (auto bad = Observers::findNonFinite(model))
    return rejectRun(model, run,
                     "tensor '" + bad->first + "' has " +
                         std::to_string(bad->second) +
                         " NaN or infinite values",
                     /*counted=*/true);
  std::lock_guard<std::mutex> lock(tableMutex);
  worker.values += Observers::addRun(model, table);
  ++table.samples;
  if (worker.values >= uint64_t{1} << 31) // channels count modulo 2^32
    drain(worker);
  return ErrorCode::None;
}

void Calibration::work(Worker &worker) {
  RunQueue::Run run;
  while (queue.take(run))
    queue.finish(runOne(worker, run));
}

ErrorCode Calibration::checkpoint() {
  table.progress = queue.getProgress();
  llvm::Error error = table.save(options.checkpoint);
  table.progress.reset();
  if (error)
    return report(context, llvm::toString(std::move(error)), ErrorCode::IO);
  return ErrorCode::None;
}

ErrorCode Calibration::runAll() {
  if (options.progress)
    options.progress(0);
  for (bool more = true; more;) {
    std::vector<std::thread> others;
    for (size_t i = 1; i < workers.size(); ++i)
      others.emplace_back([&, i] { work(workers[i]); });
    work(workers[0]);
    for (std::thread &thread : others)
      thread.join();
    if (queue.getFailure() != ErrorCode::None)
      return queue.getFailure();
    for (Worker &worker : workers)
      drain(worker);
    more = queue.startRound();
    if (!more)
      break;
    if (ErrorCode code = checkpoint(); code != ErrorCode::None)
      return code;
  }
  if (table.samples == 0)
    return report(context,
                  table.skipped ? "every run of the data was left out"
                                : "no data to calibrate on",
                  ErrorCode::InvalidInput);
  if (table.samples == 1)
    emitWarning(UnknownLoc::get(&context))
        << "calibrated on one run only; its ranges need not fit others";
  return ErrorCode::None;
}

/// Compiles `module` with observers to `artifact`.
static ErrorCode compileObserved(ModuleOp module,
                                 const CalibrateOptions &options,
                                 OwningOpRef<ModuleOp> &observed) {
  observed = module.clone();
  std::string observers = "func.func(quantc-insert-observers{recipe=\"" +
                          options.recipe + "\" mask=\"" + options.mask +
                          "\"})";
  return runPipeline(*observed, Stages::join({Stages().graph(), observers}));
}

ErrorCode quantc::calibrateModel(ModuleOp module, const NextRun &next,
                                 const CalibrateOptions &options,
                                 CalibrationTable &table) {
  MLIRContext &context = *module.getContext();
  OwningOpRef<ModuleOp> observed;
  ErrorCode code = compileObserved(module, options, observed);
  if (code != ErrorCode::None)
    return code;
  Observers observers(*observed);

  SmallString<128> artifact;
  if (std::error_code error =
          fs::createTemporaryFile("quantc-calibrate", "so", artifact))
    return report(context, error.message(), ErrorCode::IO);
  llvm::FileRemover remover(artifact);
  CompileOptions compile;
  compile.target = "cpu:native";
  code = compileModel(*observed, compile, artifact);
  if (code != ErrorCode::None)
    return code;

  if (auto hash = module->getAttrOfType<StringAttr>("onnx.sha256"))
    table.modelHash = hash.str();
  observers.prepare(table);
  Calibration calibration(context, next, options, table);
  code = calibration.open(artifact);
  if (code == ErrorCode::None)
    code = calibration.resume(observers);
  if (code == ErrorCode::None)
    code = calibration.runAll();
  if (code == ErrorCode::None && options.searchRuns > 0)
    code = searchRanges(module, calibration.getSamples(), options, table);
  return code;
}

ErrorCode quantc::calibrateToFile(ModuleOp module, const NextRun &next,
                                  const CalibrateOptions &options,
                                  StringRef output) {
  CalibrateOptions withCheckpoint = options;
  if (withCheckpoint.checkpoint.empty() && output != "-")
    withCheckpoint.checkpoint = (output + ".checkpoint").str();
  CalibrationTable table;
  ErrorCode code = calibrateModel(module, next, withCheckpoint, table);
  if (code != ErrorCode::None)
    return code;
  if (llvm::Error error = table.save(output))
    return report(*module.getContext(), llvm::toString(std::move(error)),
                  ErrorCode::IO);
  if (!withCheckpoint.checkpoint.empty())
    fs::remove(withCheckpoint.checkpoint);
  return ErrorCode::None;
}
