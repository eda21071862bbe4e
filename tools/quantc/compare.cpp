//===- compare.cpp - quantc compare ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Accuracy/Measure.h"
#include "quantc/Accuracy/Report.h"
#include "quantc/Support/Files.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("compare",
            "Measure how far a model's outputs are from another's\n"
            "  Artifacts (.so) run as they are. Models (.onnx, .mlir) are compiled "
            "for this machine\n  and run from memory: the reference evaluator gives "
            "the same bits, slowly.\n"
            "  example: quantc compare model.onnx model.int8.mlir --data test/ "
            "--layers --report report.html");
static cl::list<std::string> files(cl::Positional, cl::sub(command),
                                   cl::desc("REFERENCE CANDIDATE"));
static cl::opt<std::string> data("data", cl::sub(command), cl::value_desc("DATA"),
                                 cl::desc(".npz, test_data_set folder, or a "
                                          "folder of either"));
static cl::opt<bool> layers("layers", cl::sub(command),
                            cl::desc("Compare every layer that both models have, "
                                     "by name"));
static cl::opt<std::string> jsonFile("json", cl::sub(command),
                                     cl::value_desc("FILE"),
                                     cl::desc("Write the figures as JSON (-: on "
                                              "standard output, instead of text)"));
static cl::opt<std::string> reportFile("report", cl::sub(command),
                                       cl::value_desc("FILE.html"),
                                       cl::desc("Write a report to read in a "
                                                "browser"));
static cl::opt<std::string>
    sensitivity("sensitivity", cl::sub(command), cl::value_desc("FILE.json"),
                cl::desc("Errors by cause for the report, from quantc quantize "
                         "--sensitivity"));
static cl::opt<bool> causes("causes", cl::sub(command),
                            cl::desc("Measure the errors by cause for the report; "
                                     "both must be .onnx or .mlir"));
static cl::opt<std::string>
    calibration("calib", cl::sub(command), cl::value_desc("FILE"),
                cl::desc("For --causes: the table the candidate was quantized with, "
                         "where its recipe rescales channels"));
static cl::opt<int64_t> batch("batch", cl::init(0), cl::sub(command),
                              cl::desc("Cut .npz files along axis 0 into runs "
                                       "of N"));
static cl::opt<int64_t> samples("samples", cl::init(-1), cl::sub(command),
                                cl::desc("Use only the first N runs"));
static cl::opt<int> threads("threads", cl::init(0), cl::sub(command),
                            cl::desc("Threads (0: one per core)"));
static cl::opt<bool> evaluator("evaluate", cl::sub(command),
                               cl::desc("Run models by the reference evaluator"));

static std::string decimal(double value, unsigned digits) {
  if (std::isnan(value))
    return "-";
  if (std::isinf(value))
    return value > 0 ? "inf" : "-inf";
  std::string text;
  raw_string_ostream(text) << format("%.*f", int(digits), value);
  return text;
}

static void printTable(StringRef kind,
                       ArrayRef<const TensorComparison *> tensors) {
  size_t width = kind.size();
  for (const TensorComparison *tensor : tensors)
    width = std::max(width, tensor->name.size());
  auto row = [&](StringRef name, ArrayRef<std::string> cells) {
    outs() << left_justify(name, unsigned(width));
    for (const std::string &cell : cells)
      outs() << "  " << right_justify(cell, 12);
    outs() << '\n';
  };
  row(kind, {"SQNR dB", "cosine", "max abs", "mean abs", "top-1"});
  for (const TensorComparison *tensor : tensors) {
    const ErrorMetrics &m = tensor->metrics;
    auto abs = [](double value) {
      std::string text;
      raw_string_ostream(text) << format("%.4g", value);
      return text;
    };
    row(tensor->name,
        {decimal(m.getSQNR(), 2), decimal(m.getCosine(), 6), abs(m.getMaxAbs()),
         abs(m.getMeanAbs()), decimal(m.getTop1(), 4)});
  }
}

static void printText(const ModelComparison &comparison) {
  std::vector<const TensorComparison *> outputs;
  for (const TensorComparison &output : comparison.getOutputs())
    outputs.push_back(&output);
  printTable("output", outputs);
  ArrayRef<TensorComparison> all = comparison.getLayers();
  if (all.empty())
    return;
  std::vector<const TensorComparison *> worst = getWorst(all, 10);
  outs() << "\nworst " << worst.size() << " of " << all.size() << " layers";
  if (!comparison.getUnmatched().empty())
    outs() << " (" << comparison.getUnmatched().size()
           << " more are in one model only)";
  outs() << '\n';
  printTable("layer", worst);
}

static ErrorCode fail(mlir::MLIRContext &context, Error error, ErrorCode code) {
  mlir::emitError(mlir::UnknownLoc::get(&context)) << toString(std::move(error));
  return code;
}

static ErrorCode writeJSON(mlir::MLIRContext &context,
                           const ModelComparison &comparison) {
  Error error = writeFile(jsonFile, [&](raw_ostream &stream) {
    stream << formatv("{0:2}", json::Value(comparison.toJSON())) << '\n';
    return Error::success();
  });
  return error ? fail(context, std::move(error), ErrorCode::IO)
               : ErrorCode::None;
}

static ErrorCode readSensitivity(mlir::MLIRContext &context,
                                 std::optional<Attribution> &attribution) {
  if (sensitivity.empty())
    return ErrorCode::None;
  auto buffer = MemoryBuffer::getFile(sensitivity);
  if (!buffer)
    return fail(context, createFileError(sensitivity, buffer.getError()),
                ErrorCode::IO);
  Expected<json::Value> value = json::parse((*buffer)->getBuffer());
  if (!value)
    return fail(context, createFileError(sensitivity, value.takeError()),
                ErrorCode::InvalidInput);
  Expected<Attribution> read = attributionFromJSON(*value);
  if (!read)
    return fail(context, createFileError(sensitivity, read.takeError()),
                ErrorCode::InvalidInput);
  attribution = std::move(*read);
  return ErrorCode::None;
}

/// Attributes the candidate's error over the data.
static ErrorCode measureCauses(mlir::MLIRContext &context, StringRef recipe,
                               DataSource &source,
                               std::optional<Attribution> &attribution) {
  ErrorCode code;
  mlir::OwningOpRef<mlir::ModuleOp> reference = loadModel(context, files[0], code);
  if (!reference)
    return code;
  mlir::OwningOpRef<mlir::ModuleOp> candidate = loadModel(context, files[1], code);
  if (!candidate)
    return code;
  code = makeReference(*reference, recipe, calibration);
  if (code != ErrorCode::None)
    return code;
  mlir::FailureOr<Attribution> measured = attributeError(
      *reference, *candidate, RunSet::of(source, samples), threads, code);
  if (succeeded(measured))
    attribution = std::move(*measured);
  return code;
}

static ErrorCode writeHTML(mlir::MLIRContext &context,
                           const ModelComparison &comparison,
                           const std::optional<Attribution> &attribution) {
  Report report;
  report.commands = {getCommandLine()};
  report.reference = &comparison.getReference();
  report.candidate = &comparison.getCandidate();
  report.comparison = &comparison;
  report.attribution = attribution ? &*attribution : nullptr;
  Error error = writeReport(report, reportFile);
  return error ? fail(context, std::move(error), ErrorCode::IO)
               : ErrorCode::None;
}

static ErrorCode runAll(mlir::MLIRContext &context,
                        ModelComparison &comparison, DataSource &source) {
  int64_t count = source.size();
  if (samples >= 0)
    count = std::min<int64_t>(count, samples);
  Progress progress("compare");
  for (int64_t i = 0; i < count; ++i) {
    ErrorCode code;
    mlir::FailureOr<NamedTensors> inputs = source.read(i, code);
    if (failed(inputs))
      return code;
    code = comparison.add(*inputs);
    if (code != ErrorCode::None)
      return code;
    progress.update(i + 1, count);
  }
  return ErrorCode::None;
}

static ErrorCode run(mlir::MLIRContext &context) {
  if (files.size() != 2 || data.empty())
    return usageError(context, "REFERENCE, CANDIDATE and --data DATA are needed");
  if (samples == 0)
    return usageError(context, "--samples takes at least 1");
  if (causes && (reportFile.empty() || !sensitivity.empty()))
    return usageError(context, "--causes measures for --report FILE.html what "
                               "--sensitivity FILE.json reads");
  std::optional<Attribution> attribution;
  ErrorCode code = readSensitivity(context, attribution);
  if (code != ErrorCode::None)
    return code;
  mlir::FailureOr<DataSource> source =
      DataSource::open(context, data, batch, code);
  if (failed(source))
    return code;
  CompareOptions options;
  options.reference = files[0];
  options.candidate = files[1];
  options.layers = layers;
  options.evaluate = evaluator;
  options.threads = threads;
  std::unique_ptr<ModelComparison> comparison =
      ModelComparison::open(context, options, code);
  if (!comparison)
    return code;
  code = runAll(context, *comparison, *source);
  if (code == ErrorCode::None && causes)
    code = measureCauses(context, comparison->getCandidate().recipe, *source,
                         attribution);
  if (code == ErrorCode::None && !jsonFile.empty())
    code = writeJSON(context, *comparison);
  if (code == ErrorCode::None && !reportFile.empty())
    code = writeHTML(context, *comparison, attribution);
  if (code == ErrorCode::None && jsonFile != "-")
    printText(*comparison);
  return code;
}

Command tool::getCompareCommand() { return {&command, run}; }
