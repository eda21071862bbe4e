//===- quant-translate.cpp - Between ONNX and MLIR ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "quantc/Driver/Driver.h"
#include "quantc/Export/ONNX.h"
#include "quantc/Import/ONNX.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace quantc;
namespace cl = llvm::cl;

enum class Direction { Import, Export };
static cl::opt<Direction> direction(
    cl::Required, cl::desc("Translation:"),
    cl::values(clEnumValN(Direction::Import, "import-onnx",
                          "Read an ONNX model, write MLIR"),
               clEnumValN(Direction::Export, "export-onnx",
                          "Read MLIR or ONNX, write an ONNX model")));
static cl::opt<std::string> input(cl::Positional, cl::Required,
                                  cl::desc("<model> (-: standard input, of --import-onnx)"));
static cl::opt<std::string> output(
    "o", cl::init("-"),
    cl::desc("Output file; large weights go to <stem>.weights beside it"));
static cl::opt<std::string>
    dataDir("external-data-dir",
            cl::desc("Folder of external data (default: the model's)"));
static cl::opt<bool>
    allowHardlinks("allow-hardlinks",
                   cl::desc("Read external data with several hard links"));
static cl::opt<ExportFormat> format(
    "format", cl::init(ExportFormat::QDQ),
    cl::desc("How --export-onnx says quantization:"),
    cl::values(clEnumValN(ExportFormat::QDQ, "qdq", "Q/DQ pairs"),
               clEnumValN(ExportFormat::Integer, "integer",
                          "Integer operators of the folded form")));
static cl::opt<int64_t>
    opset("opset", cl::desc("Operator set version to write (0: automatic)"));
static cl::opt<bool> externalData(
    "external-data", cl::desc("Write weights to <output>.data"));
static cl::opt<int64_t> maxNodes("max-nodes", cl::init(1000000),
                                 cl::desc("Limit on nodes after inlining"));

static ErrorCode importModel(MLIRContext &context) {
  ErrorCode code = ErrorCode::None;
  ImportOptions options = {dataDir, allowHardlinks, maxNodes};
  OwningOpRef<ModuleOp> module;
  if (input != "-")
    module = importONNX(context, input, options, &code);
  else if (auto bytes = llvm::MemoryBuffer::getSTDIN())
    module = importONNXFromBytes(context, (*bytes)->getBuffer(), "<stdin>",
                                 options, &code);
  else
    code = ErrorCode::IO;
  return module ? saveModel(*module, output) : code;
}

static ErrorCode exportModel(MLIRContext &context) {
  ErrorCode code;
  OwningOpRef<ModuleOp> module = loadModel(context, input, code);
  return module ? exportONNX(*module, output, {format, opset, externalData})
                : code;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "quantc translation driver\n");
  registerPasses();
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  // MLIR's own handler drops warnings.
  ScopedDiagnosticHandler handler(&context, [](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Warning)
      llvm::errs() << "warning: " << diagnostic << "\n";
    return success(diagnostic.getSeverity() == DiagnosticSeverity::Warning);
  });
  return int(direction == Direction::Import ? importModel(context)
                                            : exportModel(context));
}
