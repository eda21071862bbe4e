//===- calibrate.cpp - quantc calibrate ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Driver/Data.h"

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("calibrate",
            "Record the ranges of a model's tensors over sample data\n"
            "  example: quantc calibrate model.onnx --data samples/ -o model.calib");
static cl::list<std::string> files(cl::Positional, cl::desc("MODEL"),
                                   cl::sub(command));
static cl::opt<std::string> data("data", cl::sub(command), cl::value_desc("DATA"),
                                 cl::desc(".npz, test_data_set folder, or a "
                                          "folder of either"));
static cl::opt<std::string> output("o", cl::sub(command), cl::value_desc("FILE"),
                                   cl::desc("The calibration table"));
static cl::opt<std::string>
    recipe("recipe", cl::sub(command), cl::value_desc("NAME|FILE"),
           cl::desc("Only the tensors that this recipe quantizes (by default "
                    "one table serves every recipe)"));
static cl::opt<std::string>
    mask("mask", cl::init("auto"), cl::sub(command),
         cl::value_desc("auto|none|NAME"),
         cl::desc("Input whose zeros mark positions to leave out (auto: an "
                  "attention mask, if there is one)"));
enum class NonFinite { Error, Skip };
static cl::opt<NonFinite> nonFinite(
    "nonfinite", cl::sub(command), cl::init(NonFinite::Error),
    cl::desc("What to do about NaN and infinite values"),
    cl::values(clEnumValN(NonFinite::Error, "error",
                          "stop, naming run and tensor"),
               clEnumValN(NonFinite::Skip, "skip",
                          "leave the run out, with a warning")));
static cl::opt<int64_t> crossEntropy(
    "cross-entropy", cl::init(0), cl::sub(command), cl::value_desc("RUNS"),
    cl::desc("Also search ranges by the loss of the outputs over the first RUNS, "
             "for recipes with calibrator cross_entropy"));
static cl::opt<bool> resume("resume", cl::sub(command),
                            cl::desc("Go on from FILE.checkpoint, if there is "
                                     "one"));
static cl::opt<double> checkpointSeconds(
    "checkpoint-every", cl::init(30), cl::sub(command),
    cl::value_desc("SECONDS"),
    cl::desc("How often to save FILE.checkpoint (0: after every run)"));
static cl::opt<int64_t> samples("samples", cl::init(-1), cl::sub(command),
                                cl::desc("Use only the first N runs"));
static cl::opt<int64_t> batch("batch", cl::init(0), cl::sub(command),
                              cl::desc("Cut .npz files along axis 0 into runs "
                                       "of N"));
static cl::opt<std::string> shard("shard", cl::sub(command), cl::value_desc("I/N"),
                                  cl::desc("Use only every N-th run from I on, "
                                           "counted from 0"));
static cl::list<std::string> dims("dim", cl::sub(command),
                                  cl::value_desc("NAME=N"),
                                  cl::desc("Fix a named dimension"));
static cl::opt<bool> merge("merge", cl::sub(command),
                           cl::desc("Merge tables instead: --merge A B ... -o T"));
static cl::opt<int> threads("threads", cl::init(0), cl::sub(command),
                            cl::desc("Runs at once (0: one per core)"));

static ErrorCode mergeTables(mlir::MLIRContext &context) {
  if (files.size() < 2)
    return usageError(context, "--merge needs two tables or more");
  auto fail = [&](Error error) {
    mlir::emitError(mlir::UnknownLoc::get(&context)) << toString(std::move(error));
    return ErrorCode::InvalidInput;
  };
  Expected<CalibrationTable> total = CalibrationTable::load(files[0]);
  if (!total)
    return fail(total.takeError());
  for (const std::string &file : drop_begin(files)) {
    Expected<CalibrationTable> table = CalibrationTable::load(file);
    if (!table)
      return fail(table.takeError());
    if (Error error = total->merge(*table))
      return fail(std::move(error));
  }
  if (Error error = total->save(output))
    return fail(std::move(error)), ErrorCode::IO;
  return ErrorCode::None;
}

/// The runs this call is to use: every `count`-th of the first `samples`.
static bool selectRuns(int64_t available, std::vector<int64_t> &runs) {
  unsigned index = 0, count = 1;
  auto [indexText, countText] = StringRef(shard).split('/');
  if (!shard.empty() &&
      (indexText.getAsInteger(10, index) || countText.getAsInteger(10, count) ||
       index >= count))
    return false;
  if (samples >= 0)
    available = std::min<int64_t>(available, samples);
  for (int64_t i = index; i < available; i += count)
    runs.push_back(i);
  return true;
}

static ErrorCode run(mlir::MLIRContext &context) {
  if (output.empty())
    return usageError(context, "-o FILE is missing");
  if (merge)
    return mergeTables(context);
  if (files.size() != 1 || data.empty())
    return usageError(context, "one MODEL and --data DATA are needed");
  ErrorCode code;
  SmallVector<std::pair<std::string, int64_t>> sizes;
  code = parseDims(context, dims, sizes);
  if (code != ErrorCode::None)
    return code;
  mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(context, files[0], code);
  if (!module)
    return code;
  code = fixDims(*module, sizes);
  if (code != ErrorCode::None)
    return code;
  mlir::FailureOr<DataSource> source =
      DataSource::open(context, data, batch, code);
  if (failed(source))
    return code;
  std::vector<int64_t> runs;
  if (!selectRuns(source->size(), runs))
    return usageError(context, "--shard takes I/N with I < N");
  size_t at = 0;
  NextRun next = [&](NamedTensors &inputs, ErrorCode &status) {
    if (at == runs.size())
      return false;
    mlir::FailureOr<NamedTensors> read = source->read(runs[at++], status);
    if (succeeded(read))
      inputs = std::move(*read);
    return succeeded(read);
  };
  Progress progress("calibrate");
  CalibrateOptions options;
  options.recipe = recipe;
  options.mask = mask;
  options.skipNonFinite = nonFinite == NonFinite::Skip;
  options.checkpointSeconds = checkpointSeconds;
  options.resume = resume;
  options.searchRuns = crossEntropy;
  options.threads = threads;
  options.progress = [&](int64_t done) {
    progress.update(done, int64_t(runs.size()));
  };
  std::optional<Progress> search;
  options.searchProgress = [&](int64_t done, int64_t total) {
    if (!search)
      search.emplace("search ranges");
    search->update(done, total);
  };
  return calibrateToFile(*module, next, options, output);
}

Command tool::getCalibrateCommand() { return {&command, run}; }
