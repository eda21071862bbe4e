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
static cl::opt<std::string> recipe("recipe", cl::init("w8a8"), cl::sub(command),
                                   cl::desc("Recipe that says which tensors"));
static cl::opt<int64_t> samples("samples", cl::init(-1), cl::sub(command),
                                cl::desc("Use only the first N runs"));
static cl::opt<int64_t> batch("batch", cl::init(0), cl::sub(command),
                              cl::desc("Cut .npz files along axis 0 into runs "
                                       "of N"));
static cl::opt<std::string> shard("shard", cl::sub(command), cl::value_desc("I/N"),
                                  cl::desc("Use only every N-th run from I on, "
                                           "counted from 0"));
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
  for (const std::string &file : ArrayRef(files).drop_front()) {
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

static bool parseShard(CalibrateOptions &options) {
  if (shard.empty())
    return true;
  auto [index, count] = StringRef(shard).split('/');
  return !index.getAsInteger(10, options.shard) &&
         !count.getAsInteger(10, options.shards) &&
         options.shard < options.shards;
}

static ErrorCode run(mlir::MLIRContext &context) {
  if (output.empty())
    return usageError(context, "-o FILE is missing");
  if (merge)
    return mergeTables(context);
  CalibrateOptions options;
  if (files.size() != 1 || data.empty())
    return usageError(context, "one MODEL and --data DATA are needed");
  if (!parseShard(options))
    return usageError(context, "--shard takes I/N with I < N");
  ErrorCode code;
  mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(context, files[0], code);
  if (!module)
    return code;
  mlir::FailureOr<DataSource> source =
      DataSource::open(context, data, batch, code);
  if (failed(source))
    return code;
  Progress progress("calibrate");
  options.recipe = recipe;
  options.samples = samples;
  options.threads = threads;
  options.progress = [&](int64_t done, int64_t total) {
    progress.update(done, total);
  };
  return calibrateModel(*module, *source, options, output);
}

Command tool::getCalibrateCommand() { return {&command, run}; }
