//===- CompiledModel.h - An artifact loaded into this process ----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_COMPILEDMODEL_H
#define QUANTC_DRIVER_COMPILEDMODEL_H

#include "quantc/Driver/Data.h"
#include "quantc/Driver/Driver.h"
#include "quantc/runtime.h"
#include <memory>

namespace quantc {

/// A .so of quantc's, opened by dlopen and driven through its C interface.
class CompiledModel {
public:
  /// `isa` "" takes the best. Errors are diagnostics at an unknown location.
  static std::unique_ptr<CompiledModel> open(mlir::MLIRContext &context,
                                             llvm::StringRef path,
                                             llvm::StringRef isa, int threads,
                                             ErrorCode &code);
  /// Compiles `module` (consumed) into a temporary folder and opens the artifact;
  /// `options.target` says for which CPU, "cpu:native" compiles fastest.
  static std::unique_ptr<CompiledModel> build(mlir::ModuleOp module,
                                              const CompileOptions &options,
                                              int threads, ErrorCode &code);
  ~CompiledModel();

  int numInputs() const;
  int numOutputs() const;
  const quantc_tensor_info &input(int i) const;
  const quantc_tensor_info &output(int i) const;
  /// A property of the artifact, or "".
  llvm::StringRef property(const char *key) const;

  /// Inputs by name (or in the model's order where names are empty). Messages
  /// begin with `what`.
  mlir::FailureOr<NamedTensors> run(const NamedTensors &inputs, ErrorCode &code,
                                    const llvm::Twine &what = "");

  int numObservations() const;
  quantc_observation observation(int i) const;
  void resetObservations();
  /// While enabled, runs are subtracted from the observations' counts.
  void takeBack(bool enable);

private:
  struct Library;
  CompiledModel() = default;
  mlir::MLIRContext *context = nullptr;
  std::unique_ptr<Library> library;
  quantc_model *model = nullptr;
};

/// The element type of a DLPack type, and the other way round.
mlir::Type getElementType(mlir::MLIRContext &context, DLDataType type);
DLDataType getDLPackType(mlir::Type element);
/// The type of an artifact's input or output, and its dimensions' names.
std::pair<mlir::RankedTensorType, mlir::ArrayAttr>
getType(mlir::MLIRContext &context, const quantc_tensor_info &info);

} // namespace quantc

#endif // QUANTC_DRIVER_COMPILEDMODEL_H
