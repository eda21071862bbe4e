//===- Candidates.h - A model by a changed recipe, measured ------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_ACCURACY_CANDIDATES_H
#define QUANTC_LIB_ACCURACY_CANDIDATES_H

#include "mlir/IR/OwningOpRef.h"
#include "quantc/Accuracy/MixedPrecision.h"
#include "quantc/Recipes/RecipeText.h"

namespace quantc {

struct Candidate {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string recipe; ///< YAML
  double drop = 0;    ///< points, as MixedPrecision's
  uint64_t size = 0;  ///< bytes of constants
};

/// Makes candidates from a model as loaded, and compares them with it.
class Candidates {
public:
  Candidates(mlir::ModuleOp module, const MixedPrecisionOptions &options)
      : module(module), context(*module.getContext()), options(options) {}

  /// Reads the recipe and measures the float model; before anything else.
  ErrorCode prepare();
  /// Quantizes by the recipe with `rules` added.
  ErrorCode make(llvm::ArrayRef<NodeRule> rules, Candidate &candidate);

private:
  ErrorCode measureDrop(mlir::ModuleOp candidate, double &drop);
  ErrorCode fail(llvm::Error error, ErrorCode code);

  mlir::ModuleOp module;
  mlir::MLIRContext &context;
  const MixedPrecisionOptions &options;
  std::string recipe;
  /// The float model's outputs by run, or its score.
  std::vector<NamedTensors> references;
  double referenceScore = 0;
};

/// Bytes of the constants that an operand is made of.
int64_t getConstantBytes(mlir::Value operand);

} // namespace quantc

#endif // QUANTC_LIB_ACCURACY_CANDIDATES_H
