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
            "model.calib -o model.int8.mlir");
static cl::opt<std::string> model(cl::Positional, cl::desc("MODEL"),
                                  cl::Required, cl::sub(command));
static cl::opt<std::string> output("o", cl::sub(command), cl::Required,
                                   cl::value_desc("OUT.mlir"),
                                   cl::desc("The quantized model"));
static cl::opt<std::string> recipe("recipe", cl::sub(command), cl::Required,
                                   cl::value_desc("NAME|FILE"),
                                   cl::desc("What to quantize, and how"));
static cl::opt<std::string> calibration("calib", cl::sub(command),
                                        cl::value_desc("FILE"),
                                        cl::desc("Table from quantc calibrate"));

static ErrorCode run(mlir::MLIRContext &context) {
  if (output != "-" && sys::path::extension(output) != ".mlir")
    return usageError(context, "-o " + output +
                                   ": a quantized model is written as .mlir");
  ErrorCode code;
  mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(context, model, code);
  if (!module)
    return code;
  code = quantizeModel(*module, recipe, calibration);
  return code != ErrorCode::None ? code : saveModel(*module, output);
}

Command tool::getQuantizeCommand() { return {&command, run}; }
