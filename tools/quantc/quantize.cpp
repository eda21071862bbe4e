//===- quantize.cpp - quantc quantize ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Accuracy/MixedPrecision.h"
#include "quantc/Driver/Data.h"
#include "quantc/Support/Files.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("quantize",
            "Quantize a model by a recipe\n"
            "  With --max-drop or --target-size, measured over --data, the "
            "operations that cost most\n  accuracy stay in float; OUT.yaml is the "
            "recipe that says which.\n"
            "  example: quantc quantize model.onnx --recipe w8a8 --calib "
            "model.calib -o model.int8.onnx\n"
            "  example: quantc quantize model.onnx --recipe w8a8 --calib "
            "model.calib --data test/ --max-drop 0.3 -o mixed.mlir");
static cl::opt<std::string> model(cl::Positional, cl::desc("MODEL"),
                                  cl::Required, cl::sub(command));
static cl::opt<std::string> output("o", cl::sub(command),
                                   cl::value_desc("OUT.onnx|OUT.mlir"),
                                   cl::desc("The quantized model"));
static cl::opt<std::string> recipe("recipe", cl::sub(command),
                                   cl::value_desc("NAME|FILE"),
                                   cl::desc("What to quantize, and how"));
static cl::opt<std::string> calibration("calib", cl::sub(command),
                                        cl::value_desc("FILE"),
                                        cl::desc("Table from quantc calibrate"));
static cl::opt<ExportFormat> exportFormat(
    "format", cl::sub(command), cl::init(ExportFormat::QDQ),
    cl::desc("How OUT.onnx says it:"),
    cl::values(clEnumValN(ExportFormat::QDQ, "qdq",
                          "QuantizeLinear and DequantizeLinear pairs"),
               clEnumValN(ExportFormat::Integer, "integer",
                          "MatMulInteger, ConvInteger and what follows them")));
static cl::opt<int64_t>
    opset("opset", cl::sub(command), cl::value_desc("N"),
          cl::desc("Operator set version of OUT.onnx (default: 21, or newer "
                   "where an operator needs it)"));
static cl::opt<bool>
    externalData("external-data", cl::sub(command),
                 cl::desc("Weights of OUT.onnx in OUT.onnx.data"));

static cl::opt<std::string> data("data", cl::sub(command), cl::value_desc("DATA"),
                                 cl::desc("What is calibrated on without --calib, "
                                          "and accuracy measured on: .npz, "
                                          "test_data_set folder, or a folder of "
                                          "either"));
static cl::opt<int64_t> batch("batch", cl::init(0), cl::sub(command),
                              cl::desc("Cut .npz files along axis 0 into runs "
                                       "of N"));
static cl::opt<int64_t> samples("samples", cl::init(-1), cl::sub(command),
                                cl::desc("Use only the first N runs"));
static cl::opt<int> threads("threads", cl::init(0), cl::sub(command),
                            cl::desc("Runs at once (0: one per core)"));
static cl::opt<double> maxDrop("max-drop", cl::sub(command),
                               cl::value_desc("POINTS"),
                               cl::desc("Keep the fewest operations in float that "
                                        "lose at most POINTS of 100 x mean cosine "
                                        "of the outputs' rows to the float model's"));
static cl::opt<uint64_t> targetSize("target-size", cl::sub(command),
                                    cl::value_desc("BYTES"),
                                    cl::desc("Lose the least accuracy whose "
                                             "constants have at most BYTES"));
static cl::opt<std::string> sensitivity("sensitivity", cl::sub(command),
                                        cl::value_desc("FILE.json"),
                                        cl::desc("Write where the error comes from, "
                                                 "by operation and cause"));

static ErrorCode checkTargets(mlir::MLIRContext &context) {
  if (maxDrop.getNumOccurrences() && targetSize.getNumOccurrences())
    return usageError(context, "--max-drop and --target-size exclude each other");
  if (maxDrop.getNumOccurrences() && !(maxDrop >= 0))
    return usageError(context, "--max-drop takes a number from 0 on");
  if (data.empty())
    return usageError(context, "--max-drop, --target-size and --sensitivity measure "
                               "accuracy over --data DATA, which is missing");
  return ErrorCode::None;
}

/// Writes `text` to `path`; what fails is reported.
static ErrorCode write(mlir::MLIRContext &context, StringRef path,
                       const std::string &text) {
  Error error = writeFile(path, text);
  if (!error)
    return ErrorCode::None;
  mlir::emitError(mlir::UnknownLoc::get(&context)) << toString(std::move(error));
  return ErrorCode::IO;
}

static void printSummary(const MixedPrecision &found) {
  errs() << formatv("{0} operations on ranges per token, {1} in float, {2:f1} % of "
                    "the multiplications on integers\n",
                    found.tokens.size(), found.floats.size(),
                    100 * found.integerShare)
         << formatv("{0:f4} points lost, {1} bytes of constants (quantized "
                    "throughout: {2:f4}, {3})\n",
                    found.drop, found.size, found.fullDrop, found.fullSize);
}

/// Quantizes to a target, or only measures, and writes what was found.
static ErrorCode runMeasured(mlir::MLIRContext &context, mlir::ModuleOp module) {
  if (ErrorCode code = checkTargets(context); code != ErrorCode::None)
    return code;
  ErrorCode code;
  mlir::FailureOr<DataSource> source =
      DataSource::open(context, data, batch, code);
  if (failed(source))
    return code;
  MixedPrecisionOptions options;
  options.recipe = recipe;
  options.calibration = calibration;
  if (maxDrop.getNumOccurrences())
    options.maxDrop = maxDrop;
  if (targetSize.getNumOccurrences())
    options.targetSize = targetSize;
  options.runs = RunSet::of(*source, samples);
  options.threads = threads;
  if (!isQuiet())
    options.progress = [](const Twine &step) { errs() << step << '\n'; };
  MixedPrecision found;
  code = quantizeToTarget(module, options, found);
  if (code == ErrorCode::None && !sensitivity.empty())
    code = write(context, sensitivity,
                 formatv("{0:2}\n", toJSON(found.attribution)).str());
  if (code == ErrorCode::None && output != "-" &&
      (options.maxDrop || options.targetSize)) {
    SmallString<128> path(output);
    sys::path::replace_extension(path, ".yaml");
    code = write(context, path, found.recipe);
  }
  if (code == ErrorCode::None && !isQuiet())
    printSummary(found);
  return code;
}

static ErrorCode run(mlir::MLIRContext &context) {
  if (output.empty() || recipe.empty())
    return usageError(context, "--recipe NAME and -o OUT are needed; quantc recipes "
                               "lists the names");
  StringRef ending = sys::path::extension(output);
  bool isONNX = ending == ".onnx";
  if (output != "-" && ending != ".mlir" && !isONNX)
    return usageError(
        context,
        "-o " + output + ": a quantized model is written as .onnx or .mlir");
  if (!isONNX && (exportFormat.getNumOccurrences() || opset.getNumOccurrences() ||
                  externalData))
    return usageError(context, "-o " + output +
                                   ": --format, --opset and --external-data "
                                   "are about .onnx files");
  ErrorCode code;
  mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(context, model, code);
  if (!module)
    return code;
  // Without a table the same data make one.
  TemporaryTable table;
  if (!data.empty() && calibration.empty()) {
    code = table.calibrate(*module, data, recipe, batch, samples);
    if (code != ErrorCode::None)
      return code;
    calibration = table.getPath();
  }
  bool isMeasured = maxDrop.getNumOccurrences() ||
                    targetSize.getNumOccurrences() || !sensitivity.empty();
  code = isMeasured ? runMeasured(context, *module)
                    : quantizeModel(*module, recipe, calibration);
  return code != ErrorCode::None
             ? code
             : saveModel(*module, output, {exportFormat, opset, externalData});
}

Command tool::getQuantizeCommand() { return {&command, run}; }
