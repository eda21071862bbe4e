//===- Pipelines.cpp - The stages of a model, as text ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Every job of the driver is a textual pipeline, so that what it did can be
// printed, stopped, edited and run again by quant-opt.
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Diagnostics.h"
#include "quantc/Driver/Driver.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace quantc;

ErrorCode quantc::runPipeline(ModuleOp module, StringRef pipeline) {
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  FailureOr<OpPassManager> passes = parsePassPipeline(pipeline, stream);
  if (failed(passes)) {
    module.emitError() << "pipeline '" << pipeline << "': " << problem;
    return ErrorCode::InvalidInput;
  }
  PassManager manager(module.getContext());
  static_cast<OpPassManager &>(manager) = std::move(*passes);
  return failed(manager.run(module)) ? ErrorCode::InvalidInput
                                     : ErrorCode::None;
}

/// A pass option's value, quoted where the pipeline grammar needs it.
static std::string quoted(StringRef value) {
  return "\"" + value.str() + "\"";
}

std::string Stages::graph() const { return "quantc-graph"; }

/// "{recipe=... calibration=...}", as several passes take them.
static std::string recipeOptions(const Stages &stages) {
  std::string options = "recipe=" + quoted(stages.recipe);
  if (!stages.calibration.empty())
    options += " calibration=" + quoted(stages.calibration);
  return "{" + options + "}";
}

std::string Stages::rescale() const {
  if (recipe.empty())
    return "";
  return "func.func(quantc-equalize-layers{recipe=" + quoted(recipe) +
         "},quantc-smooth-quant" + recipeOptions(*this) + ")";
}

std::string Stages::quantize() const {
  return recipe.empty() ? "" : "quantc-quantize-model" + recipeOptions(*this);
}

std::string Stages::fold() const { return "quantc-fold"; }

std::string Stages::kernels() const { return "quantc-kernels"; }

std::string Stages::code() const {
  return "quantc-code{isas=" + llvm::join(isas, ",") + " symbol=" + symbol + "}";
}

std::string Stages::join(ArrayRef<std::string> stages) {
  std::string text;
  for (const std::string &stage : stages)
    if (!stage.empty())
      text += (text.empty() ? "" : ",") + stage;
  return "builtin.module(" + text + ")";
}

std::string Stages::expand(StringRef pipeline) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  FailureOr<OpPassManager> passes = parsePassPipeline(pipeline, stream);
  if (succeeded(passes))
    passes->printAsTextualPipeline(stream);
  return text;
}

ErrorCode quantc::quantizeModel(ModuleOp module, StringRef recipe,
                                StringRef calibration) {
  Stages stages;
  stages.recipe = recipe;
  stages.calibration = calibration;
  if (ErrorCode code = checkTable(module, calibration); code != ErrorCode::None)
    return code;
  RemarkRecorder recorder(module.getContext());
  ErrorCode code =
      runPipeline(module, Stages::join({stages.graph(), stages.quantize()}));
  // What a compiled model tells about itself.
  if (code == ErrorCode::None) {
    module->setAttr("quantc.recipe",
                    StringAttr::get(module.getContext(), recipe));
    storeRemarks(module, recorder.remarks);
  }
  return code;
}

ErrorCode quantc::foldModel(ModuleOp module) {
  Stages stages;
  return runPipeline(module, Stages::join({stages.graph(), stages.fold()}));
}

ErrorCode quantc::checkTable(ModuleOp module, StringRef path) {
  if (path.empty())
    return ErrorCode::None;
  std::error_code error =
      llvm::sys::fs::access(path, llvm::sys::fs::AccessMode::Exist);
  if (!error)
    return ErrorCode::None;
  emitError(UnknownLoc::get(module.getContext()))
      << "calibration table '" << path << "': " << error.message();
  return ErrorCode::IO;
}
