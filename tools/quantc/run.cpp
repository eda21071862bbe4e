//===- run.cpp - quantc run ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Driver/CompiledModel.h"
#include "quantc/Driver/NumpyIO.h"
#include "quantc/Evaluator/Evaluator.h"

#include "llvm/Support/Path.h"

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("run",
            "Run a compiled model, or a model by the reference evaluator\n"
            "  example: quantc run model.so --data inputs.npz -o outputs.npz");
static cl::opt<std::string> model(cl::Positional, cl::desc("MODEL|OUT.so"),
                                  cl::Required, cl::sub(command));
static cl::opt<std::string> data("data", cl::sub(command), cl::value_desc("FILE"),
                                 cl::desc(".npz or test_data_set folder"));
static cl::list<std::string> inputs("input", cl::sub(command),
                                    cl::value_desc("NAME=FILE.npy"),
                                    cl::desc("One input"));
static cl::opt<std::string> output("o", cl::sub(command),
                                   cl::value_desc("RESULT.npz"),
                                   cl::desc("Outputs under their ONNX names"));
static cl::opt<int> threads("threads", cl::init(1), cl::sub(command),
                            cl::desc("Threads (0: one per core)"));
static cl::opt<std::string> isaName("isa", cl::sub(command),
                                cl::desc("Force one of the artifact's ISAs"));
static cl::opt<Precision> precision(
    "precision", cl::sub(command), cl::init(Precision::F32),
    cl::desc("Of the evaluator"),
    cl::values(clEnumValN(Precision::F32, "f32", "as compiled code, to the bit"),
               clEnumValN(Precision::F64, "f64",
                          "the graph as it stands, in double")));

static mlir::FailureOr<NamedTensors> readInputs(mlir::MLIRContext &context,
                                                ErrorCode &code) {
  NamedTensors result;
  code = ErrorCode::None;
  if (!data.empty()) {
    mlir::FailureOr<DataSource> source = DataSource::open(context, data, 0, code);
    if (failed(source))
      return mlir::failure();
    if (source->size() != 1) {
      code = usageError(context, "--data " + data + " holds " +
                                     Twine(source->size()) +
                                     " runs; quantc run takes one");
      return mlir::failure();
    }
    mlir::FailureOr<NamedTensors> read = source->read(0, code);
    if (failed(read))
      return mlir::failure();
    result = std::move(*read);
  }
  for (const std::string &input : inputs) {
    auto [name, path] = StringRef(input).split('=');
    if (path.empty()) {
      code = usageError(context, "--input " + input + ": expected NAME=FILE.npy");
      return mlir::failure();
    }
    mlir::FailureOr<Tensor> tensor = readNpy(context, path, code);
    if (failed(tensor))
      return mlir::failure();
    result.push_back({name.str(), std::move(*tensor)});
  }
  return result;
}

static mlir::FailureOr<NamedTensors> evaluateModel(mlir::MLIRContext &context,
                                                   const NamedTensors &named,
                                                   ErrorCode &code) {
  mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(context, model, code);
  if (!module)
    return mlir::failure();
  // In f32 what counts is what compiling makes of the graph.
  if (precision == Precision::F32) {
    code = foldModel(*module);
    if (code != ErrorCode::None)
      return mlir::failure();
  }
  code = ErrorCode::InvalidInput;
  auto function = module->lookupSymbol<mlir::func::FuncOp>("main");
  if (!function) {
    module->emitError() << model << ": no function 'main'";
    return mlir::failure();
  }
  mlir::FailureOr<std::vector<Tensor>> ordered = orderInputs(function, named);
  if (failed(ordered))
    return mlir::failure();
  EvaluatorOptions options;
  options.precision = precision;
  mlir::FailureOr<std::vector<Tensor>> results =
      evaluate(function, *ordered, options, code);
  if (failed(results))
    return mlir::failure();
  NamedTensors outputs;
  for (auto [i, tensor] : llvm::enumerate(*results)) {
    auto name = function.getResultAttrOfType<mlir::StringAttr>(i, "onnx.name");
    outputs.push_back({name ? name.str() : "output_" + std::to_string(i),
                       std::move(tensor)});
  }
  return outputs;
}

static ErrorCode run(mlir::MLIRContext &context) {
  if (output.empty())
    return usageError(context, "-o RESULT.npz is missing");
  ErrorCode code;
  mlir::FailureOr<NamedTensors> named = readInputs(context, code);
  if (failed(named))
    return code;
  mlir::FailureOr<NamedTensors> outputs;
  StringRef ending = sys::path::extension(model);
  if (ending == ".onnx" || ending == ".mlir") {
    outputs = evaluateModel(context, *named, code);
  } else {
    std::unique_ptr<CompiledModel> compiled =
        CompiledModel::open(context, model, isaName, threads, code);
    if (!compiled)
      return code;
    outputs = compiled->run(*named, code);
  }
  if (failed(outputs))
    return code;
  return writeNpz(context, output, *outputs);
}

Command tool::getRunCommand() { return {&command, run}; }
