//===- quantize.cpp - quantc quantize ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"

#include "llvm/Support/Path.h"

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("quantize",
            "Quantize a model by a recipe\n"
            "  example: quantc quantize model.onnx --recipe w8a8 --calib "
            "model.calib -o model.int8.onnx");
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
  code = quantizeModel(*module, recipe, calibration);
  return code != ErrorCode::None
             ? code
             : saveModel(*module, output, {exportFormat, opset, externalData});
}

Command tool::getQuantizeCommand() { return {&command, run}; }
