//===- compile.cpp - quantc compile ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Accuracy/Report.h"

#include "llvm/Support/FileSystem.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("compile",
            "Compile a model to a binary\n"
            "  example: quantc compile model.onnx --recipe w8a8-dynamic -o model.so");
static cl::opt<std::string> model(cl::Positional, cl::desc("MODEL"),
                                  cl::Required, cl::sub(command));
static cl::opt<std::string>
    output("o", cl::sub(command), cl::value_desc("FILE"),
           cl::desc(".so, .a, .o, or an executable; text with --emit"));
static cl::opt<std::string> recipe("recipe", cl::sub(command),
                                   cl::value_desc("NAME|FILE"),
                                   cl::desc("Quantize by this recipe first"));
static cl::opt<std::string> calibration("calib", cl::sub(command),
                                        cl::value_desc("FILE"),
                                        cl::desc("Table from quantc calibrate"));
static cl::opt<std::string> data("data", cl::sub(command), cl::value_desc("DATA"),
                                 cl::desc("Calibrate on it first: .npz, "
                                          "test_data_set folder, or a folder of "
                                          "either"));
static cl::opt<std::string> target("target", cl::init("cpu"), cl::sub(command),
                                   cl::value_desc("cpu[:ISA,...]"),
                                   cl::desc("quantc targets lists them"));
static cl::opt<std::string>
    emit("emit", cl::sub(command), cl::value_desc("onnx|qnn|kernels|llvm|asm"),
         cl::desc("Stop there and write text"));
static cl::list<std::string> dims("dim", cl::sub(command),
                                  cl::value_desc("NAME=N"),
                                  cl::desc("Fix a named dimension"));
static cl::opt<bool> printPipeline("print-pipeline", cl::sub(command),
                                   cl::desc("Print the passes run, as quant-opt "
                                            "takes them"));
static cl::opt<std::string> saveTemps("save-temps", cl::sub(command),
                                      cl::value_desc("DIR"),
                                      cl::desc("Write the form after each stage"));

static cl::opt<std::string> reportFile("report", cl::sub(command),
                                       cl::value_desc("FILE.html"),
                                       cl::desc("Write sizes, placement and "
                                                "remarks to read in a browser"));

/// Compiles, keeping what the report tells.
static ErrorCode compileWithReport(mlir::ModuleOp module,
                                   CompileOptions &options) {
  mlir::MLIRContext &context = *module.getContext();
  ModelSummary summary;
  summary.path = output.empty() || output == "-" ? model : output;
  summary.recipe = recipe;
  summary.remarks = getStoredRemarks(module);
  summary.isa = options.target;
  if (auto hash = module->getAttrOfType<mlir::StringAttr>("onnx.sha256"))
    summary.hash = hash.str();
  options.onQuantized = [&](mlir::ModuleOp quantized) {
    summary.graph = describeGraph(quantized);
  };
  ErrorCode code;
  {
    RemarkRecorder recorder(&context);
    code = compileModel(module, options, output.empty() ? "-" : output.getValue());
    llvm::append_range(summary.remarks, recorder.remarks);
  }
  if (code != ErrorCode::None)
    return code;
  (void)sys::fs::file_size(summary.path, summary.fileBytes);
  Report report;
  report.commands = {getCommandLine()};
  report.candidate = &summary;
  if (Error error = writeReport(report, reportFile)) {
    mlir::emitError(mlir::UnknownLoc::get(&context)) << toString(std::move(error));
    return ErrorCode::IO;
  }
  return ErrorCode::None;
}

static ErrorCode run(mlir::MLIRContext &context) {
  CompileOptions options;
  options.target = target;
  options.recipe = recipe;
  options.calibration = calibration;
  options.emit = emit;
  options.printPipeline = printPipeline;
  options.saveTemps = saveTemps;
  if (ErrorCode code = parseDims(context, dims, options.dims);
      code != ErrorCode::None)
    return code;
  const StringRef forms[] = {"onnx", "qnn", "kernels", "llvm", "asm"};
  if (!emit.empty() && !is_contained(forms, emit))
    return usageError(context, "--emit " + emit + ": one of " +
                                   join(ArrayRef<StringRef>(forms), ", ") +
                                   " is expected");
  if (!data.empty() && (recipe.empty() || !calibration.empty()))
    return usageError(context, "--data DATA goes with --recipe, in place of --calib");
  if (output.empty() && emit.empty() && !printPipeline)
    return usageError(context, "-o FILE is missing");
  if (StringRef(output) == model)
    return usageError(context, "-o would overwrite the model");
  ErrorCode code;
  mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(context, model, code);
  if (!module)
    return code;
  TemporaryTable table;
  if (!data.empty()) {
    code = fixDims(*module, options.dims);
    if (code == ErrorCode::None)
      code = table.calibrate(*module, data, recipe);
    if (code != ErrorCode::None)
      return code;
    options.dims.clear();
    options.calibration = table.getPath();
  }
  if (!reportFile.empty())
    return compileWithReport(*module, options);
  return compileModel(*module, options, output.empty() ? "-" : output.getValue());
}

Command tool::getCompileCommand() { return {&command, run}; }
