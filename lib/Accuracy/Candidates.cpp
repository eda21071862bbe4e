//===- Candidates.cpp - A model by a changed recipe, measured -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Candidates.h"
#include "quantc/Accuracy/Metrics.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Driver/Driver.h"
#include "quantc/Support/Files.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

using namespace mlir;
using namespace quantc;

int64_t quantc::getConstantBytes(Value operand) {
  if (auto data = ConstantData::get(operand))
    return int64_t(data->getBytes().size());
  int64_t bytes = 0;
  if (auto dequantize = operand.getDefiningOp<qnn::DequantizeOp>())
    for (Value part : dequantize->getOperands())
      if (auto data = ConstantData::get(part))
        bytes += int64_t(data->getBytes().size());
  return bytes;
}

/// Bytes of all constants of a model, equal ones counted once.
static uint64_t getModelBytes(ModuleOp module) {
  llvm::DenseSet<Attribute> seen;
  uint64_t bytes = 0;
  module.walk([&](onnx::ConstantOp op) {
    if (seen.insert(op.getValue()).second)
      bytes += uint64_t(getConstantBytes(op.getResult()));
  });
  return bytes;
}

ErrorCode Candidates::fail(llvm::Error error, ErrorCode code) {
  emitError(UnknownLoc::get(&context)) << llvm::toString(std::move(error));
  return code;
}

ErrorCode Candidates::prepare() {
  llvm::Expected<std::string> text = readRecipeText(options.recipe);
  if (!text)
    return fail(text.takeError(), ErrorCode::InvalidInput);
  recipe = std::move(*text);
  ErrorCode code;
  TemporaryArtifact artifact(module, code);
  if (code != ErrorCode::None)
    return code;
  if (options.metric) {
    FailureOr<double> score = options.metric(artifact.getPath());
    referenceScore = failed(score) ? 0 : *score;
    return failed(score) ? ErrorCode::InvalidInput : ErrorCode::None;
  }
  references.resize(size_t(options.runs.size));
  return forEachRun(context, artifact.getPath(), options.runs, options.threads,
                    [&](int64_t i, const NamedTensors &inputs,
                        CompiledModel &model) {
                      ErrorCode status = ErrorCode::None;
                      FailureOr<NamedTensors> outputs = model.run(inputs, status);
                      if (succeeded(outputs))
                        references[size_t(i)] = std::move(*outputs);
                      return status;
                    });
}

ErrorCode Candidates::measureDrop(ModuleOp candidate, double &drop) {
  ErrorCode code;
  TemporaryArtifact artifact(candidate, code);
  if (code != ErrorCode::None)
    return code;
  if (options.metric) {
    FailureOr<double> score = options.metric(artifact.getPath());
    drop = failed(score) ? 0 : referenceScore - *score;
    return failed(score) ? ErrorCode::InvalidInput : ErrorCode::None;
  }
  std::vector<ErrorMetrics> metrics(references.size());
  code = forEachRun(
      context, artifact.getPath(), options.runs, options.threads,
      [&](int64_t i, const NamedTensors &inputs, CompiledModel &model) {
        ErrorCode status = ErrorCode::None;
        FailureOr<NamedTensors> outputs = model.run(inputs, status);
        if (failed(outputs))
          return status;
        for (auto [a, b] : llvm::zip_equal(references[size_t(i)], *outputs))
          if (llvm::Error error = metrics[size_t(i)].add(a.second, b.second))
            return fail(std::move(error), ErrorCode::InvalidInput);
        return ErrorCode::None;
      });
  ErrorMetrics total;
  for (const ErrorMetrics &metric : metrics)
    total.merge(metric);
  drop = 100 * (1 - total.getCosine());
  return code;
}

ErrorCode Candidates::make(ArrayRef<NodeRule> rules, Candidate &candidate) {
  llvm::Expected<std::string> text =
      appendRules(recipe, options.recipe, rules);
  if (!text)
    return fail(text.takeError(), ErrorCode::InvalidInput);
  candidate.recipe = std::move(*text);
  SmallString<128> path;
  std::error_code error =
      llvm::sys::fs::createTemporaryFile("quantc-recipe", "yaml", path);
  if (error)
    return fail(llvm::errorCodeToError(error), ErrorCode::IO);
  llvm::FileRemover remover(path);
  if (llvm::Error failure = writeFile(path, candidate.recipe))
    return fail(std::move(failure), ErrorCode::IO);
  candidate.module = module.clone();
  ErrorCode code =
      quantizeModel(*candidate.module, path, options.calibration);
  if (code != ErrorCode::None)
    return code;
  candidate.size = getModelBytes(*candidate.module);
  return measureDrop(*candidate.module, candidate.drop);
}
