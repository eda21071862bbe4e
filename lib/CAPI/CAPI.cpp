//===- CAPI.cpp - The C interface of the compiler -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include "quantc/Driver/CompiledModel.h"
#include "quantc/Driver/Diagnostics.h"
#include "quantc/Driver/Driver.h"
#include "quantc/Evaluator/Evaluator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"

#include <mutex>

using namespace mlir;
using namespace quantc;

quantc_context *quantc_context_create(void) {
  static std::once_flag once;
  std::call_once(once, registerPasses);
  auto *self = new quantc_context();
  DialectRegistry registry;
  registerDialects(registry);
  self->context.appendDialectRegistry(registry);
  self->context.loadAllAvailableDialects();
  self->context.printOpOnDiagnostic(false);
  return self;
}

void quantc_context_destroy(quantc_context *context) { delete context; }

const char *quantc_context_message(const quantc_context *context) {
  return context->message.c_str();
}

int quantc_module_load(quantc_context *context, const char *path,
                       quantc_module **module) {
  Call call(context);
  ErrorCode code;
  OwningOpRef<ModuleOp> loaded = loadModel(context->context, path, code);
  *module = loaded ? new quantc_module{context, std::move(loaded)} : nullptr;
  return call.finish(code);
}

quantc_module *quantc_module_clone(const quantc_module *module) {
  OwningOpRef<ModuleOp> copy = cast<ModuleOp>((*module->module)->clone());
  return new quantc_module{module->owner, std::move(copy)};
}

void quantc_module_destroy(quantc_module *module) { delete module; }

int quantc_module_save(quantc_module *module, const char *path) {
  Call call(module->owner);
  return call.finish(saveModel(*module->module, path));
}

int quantc_module_export_onnx(quantc_module *module, const char *path,
                              const char *format, int opset,
                              int external_data) {
  Call call(module->owner);
  ExportOptions options;
  options.opset = opset;
  options.externalData = external_data != 0;
  if (StringRef(format) == "integer") {
    options.format = ExportFormat::Integer;
  } else if (StringRef(format) != "qdq") {
    emitError(UnknownLoc::get(&module->owner->context))
        << "format '" << format << "'; qdq and integer are known";
    return call.finish(ErrorCode::InvalidInput);
  }
  return call.finish(exportONNX(*module->module, path, options));
}

int quantc_module_run_pipeline(quantc_module *module, const char *pipeline) {
  Call call(module->owner);
  return call.finish(runPipeline(*module->module, pipeline));
}

/// The model's function; null in text that has none.
static func::FuncOp mainOf(const quantc_module *module) {
  ModuleOp op = const_cast<quantc_module *>(module)->module.get();
  return op.lookupSymbol<func::FuncOp>("main");
}

int quantc_module_num_inputs(const quantc_module *module) {
  func::FuncOp main = mainOf(module);
  return main ? int(main.getNumArguments()) : 0;
}

int quantc_module_num_outputs(const quantc_module *module) {
  func::FuncOp main = mainOf(module);
  return main ? int(main.getNumResults()) : 0;
}

const char *quantc_module_input_name(const quantc_module *module, int i) {
  auto name = mainOf(module).getArgAttrOfType<StringAttr>(i, "onnx.name");
  return name ? name.data() : "";
}

const char *quantc_module_output_name(const quantc_module *module, int i) {
  auto name = mainOf(module).getResultAttrOfType<StringAttr>(i, "onnx.name");
  return name ? name.data() : "";
}

static CalibrateOptions toOptions(const quantc_calibrate_options &from,
                                  void *user) {
  CalibrateOptions options;
  options.recipe = from.recipe ? from.recipe : "";
  options.mask = from.mask ? from.mask : "auto";
  options.skipNonFinite = from.skip_nonfinite;
  options.resume = from.resume;
  options.searchRuns = from.cross_entropy;
  if (from.checkpoint_seconds != 0)
    options.checkpointSeconds = from.checkpoint_seconds;
  if (from.progress)
    options.progress = [&from, user](int64_t done) {
      from.progress(user, done);
    };
  // The callbacks may be an interpreter's, bound to the calling thread.
  options.threads = 1;
  return options;
}

int quantc_module_calibrate(quantc_module *module,
                            const quantc_calibrate_options *options,
                            quantc_next_run next, void *user,
                            const char *output) {
  Call call(module->owner);
  MLIRContext &context = module->owner->context;
  std::vector<DLTensor> inputs(quantc_module_num_inputs(module));
  NextRun nextRun = [&](NamedTensors &named, ErrorCode &code) {
    int status = next(user, inputs.data());
    if (status < 0)
      code = ErrorCode::InvalidInput;
    if (status <= 0)
      return false;
    named.clear();
    for (const DLTensor &input : inputs)
      named.push_back({"", copyTensor(context, input)});
    return true;
  };
  return call.finish(calibrateToFile(*module->module, nextRun,
                                     toOptions(*options, user), output));
}

int quantc_module_quantize(quantc_module *module, const char *recipe,
                           const char *calibration) {
  Call call(module->owner);
  return call.finish(quantizeModel(*module->module, recipe,
                                   calibration ? calibration : ""));
}

int quantc_module_compile(quantc_module *module, const char *target,
                          const char *output) {
  Call call(module->owner);
  CompileOptions options;
  options.target = target;
  OwningOpRef<ModuleOp> copy = module->module->clone();
  return call.finish(compileModel(*copy, options, output));
}

int quantc_module_evaluate(quantc_module *module, const DLTensor *inputs,
                           int f64, quantc_take_output take, void *user) {
  Call call(module->owner);
  MLIRContext &context = module->owner->context;
  func::FuncOp main = mainOf(module);
  if (!main) {
    emitError(UnknownLoc::get(&context)) << "no function @main to evaluate";
    return call.finish(ErrorCode::InvalidInput);
  }
  std::vector<Tensor> arguments;
  for (int i = 0; i < quantc_module_num_inputs(module); ++i)
    arguments.push_back(copyTensor(context, inputs[i]));
  EvaluatorOptions options;
  options.precision = f64 ? Precision::F64 : Precision::F32;
  ErrorCode code;
  FailureOr<std::vector<Tensor>> results =
      evaluate(main, arguments, options, code);
  if (failed(results))
    return call.finish(code);
  for (auto [i, tensor] : llvm::enumerate(*results)) {
    DLTensor view = viewTensor(tensor);
    take(user, int(i), &view);
  }
  return call.finish(ErrorCode::None);
}
