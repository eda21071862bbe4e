//===- ModelRunner.cpp - A model ready to run, however --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ModelRunner.h"
#include "quantc/Driver/Diagnostics.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace quantc;

namespace {
/// Holds back diagnostics until it is known whether they matter.
class DiagnosticCollector : public ScopedDiagnosticHandler {
public:
  explicit DiagnosticCollector(MLIRContext *context)
      : ScopedDiagnosticHandler(context) {
    setHandler([this](Diagnostic &diagnostic) {
      held.push_back(std::move(diagnostic));
    });
  }
  std::vector<Diagnostic> held;
};
} // namespace

/// Keeps warnings and remarks in `summary` and hands on the errors.
static void release(MLIRContext &context, std::vector<Diagnostic> held,
                    ModelSummary &summary) {
  for (Diagnostic &diagnostic : held) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      context.getDiagEngine().emit(std::move(diagnostic));
    else
      summary.remarks.push_back(
          {describeLocation(diagnostic.getLocation()), diagnostic.str()});
  }
}

std::unique_ptr<ModelRunner> ModelRunner::open(MLIRContext &context,
                                               StringRef path, int threads,
                                               ErrorCode &code) {
  auto runner = std::make_unique<ModelRunner>();
  runner->compiled = CompiledModel::open(context, path, "", threads, code);
  if (!runner->compiled)
    return nullptr;
  runner->readPorts(context);
  return runner;
}

std::unique_ptr<ModelRunner> ModelRunner::build(ModuleOp module,
                                                const CompareOptions &options,
                                                ModelSummary &summary,
                                                ErrorCode &code) {
  MLIRContext &context = *module.getContext();
  auto runner = std::make_unique<ModelRunner>();
  summary.isEvaluated = options.evaluate;
  if (!options.evaluate) {
    CompileOptions compile;
    compile.target = "cpu:native";
    compile.onQuantized = [&](ModuleOp quantized) {
      summary.graph = describeGraph(quantized);
    };
    OwningOpRef<ModuleOp> copy = module.clone();
    std::vector<Diagnostic> held;
    {
      DiagnosticCollector collector(&context);
      runner->compiled =
          CompiledModel::build(*copy, compile, options.threads, code);
      held = std::move(collector.held);
    }
    summary.isEvaluated = code == ErrorCode::Unsupported;
    if (!summary.isEvaluated)
      release(context, std::move(held), summary);
    else
      emitWarning(UnknownLoc::get(&context))
          << summary.path << ": " << held.back().str()
          << "; the reference evaluator runs the model, which takes longer";
  }
  if (summary.isEvaluated) {
    runner->folded = module.clone();
    Stages stages;
    code = runPipeline(*runner->folded, Stages::join({stages.graph()}));
    if (code != ErrorCode::None)
      return nullptr;
    summary.graph = describeGraph(*runner->folded);
    code = runPipeline(*runner->folded, Stages::join({stages.fold()}));
  }
  if (code != ErrorCode::None)
    return nullptr;
  runner->readPorts(context);
  return runner;
}

void ModelRunner::readPorts(MLIRContext &context) {
  if (compiled) {
    auto read = [&](const quantc_tensor_info &info) {
      auto [type, dims] = getType(context, info);
      return Port{info.name, type, dims};
    };
    for (int i = 0; i < compiled->numInputs(); ++i)
      inputs.push_back(read(compiled->input(i)));
    for (int i = 0; i < compiled->numOutputs(); ++i)
      outputs.push_back(read(compiled->output(i)));
    return;
  }
  auto main = folded->lookupSymbol<func::FuncOp>("main");
  auto read = [&](ArrayAttr attributes, unsigned i, Type type) {
    Port port{"", dyn_cast<RankedTensorType>(type), nullptr};
    if (!attributes)
      return port;
    auto dictionary = cast<DictionaryAttr>(attributes[i]);
    if (auto name = dictionary.getAs<StringAttr>("onnx.name"))
      port.name = name.str();
    port.dims = dictionary.getAs<ArrayAttr>("onnx.dims");
    return port;
  };
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes()))
    inputs.push_back(read(main.getAllArgAttrs(), unsigned(i), type));
  for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
    outputs.push_back(read(main.getAllResultAttrs(), unsigned(i), type));
}

FailureOr<NamedTensors> ModelRunner::run(const NamedTensors &named,
                                         ErrorCode &code) {
  if (compiled)
    return compiled->run(named, code);
  code = ErrorCode::InvalidInput;
  auto main = folded->lookupSymbol<func::FuncOp>("main");
  FailureOr<std::vector<Tensor>> ordered = orderInputs(main, named);
  if (failed(ordered))
    return failure();
  FailureOr<std::vector<Tensor>> results = evaluate(main, *ordered);
  if (failed(results))
    return failure();
  code = ErrorCode::None;
  NamedTensors tensors;
  for (auto [port, tensor] : llvm::zip_equal(outputs, *results))
    tensors.push_back({port.name, std::move(tensor)});
  return tensors;
}
