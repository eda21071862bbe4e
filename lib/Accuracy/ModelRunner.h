//===- ModelRunner.h - A model ready to run, however ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Hides whether a compiled artifact, a model compiled for the occasion or the
// reference evaluator computes.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_ACCURACY_MODELRUNNER_H
#define QUANTC_LIB_ACCURACY_MODELRUNNER_H

#include "quantc/Accuracy/Compare.h"
#include "quantc/Driver/CompiledModel.h"
#include "quantc/Driver/Driver.h"

namespace quantc {

/// An input or output.
struct Port {
  std::string name;
  mlir::RankedTensorType type; ///< null if unranked
  mlir::ArrayAttr dims;        ///< names of dimensions, or null
};

class ModelRunner {
public:
  /// Opens a compiled artifact.
  static std::unique_ptr<ModelRunner> open(mlir::MLIRContext &context,
                                           llvm::StringRef path, int threads,
                                           ErrorCode &code);
  /// Makes a model runnable. The summary's path names it in messages; its graph,
  /// remarks and isEvaluated are filled in.
  static std::unique_ptr<ModelRunner> build(mlir::ModuleOp module,
                                            const CompareOptions &options,
                                            ModelSummary &summary,
                                            ErrorCode &code);

  const std::vector<Port> &getInputs() const { return inputs; }
  const std::vector<Port> &getOutputs() const { return outputs; }
  /// The outputs in the model's order.
  mlir::FailureOr<NamedTensors> run(const NamedTensors &inputs,
                                    ErrorCode &code);

  std::unique_ptr<CompiledModel> compiled; ///< or
  mlir::OwningOpRef<mlir::ModuleOp> folded; ///< for the evaluator

private:
  void readPorts(mlir::MLIRContext &context);

  std::vector<Port> inputs, outputs;
};

} // namespace quantc

#endif // QUANTC_LIB_ACCURACY_MODELRUNNER_H
