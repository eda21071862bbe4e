//===- Compare.h - Two models on the same data -------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Either model is a compiled artifact (.so) or a .onnx or .mlir file. Files are
// compiled for this machine and run from memory, because compiled code and the
// reference evaluator give the same bits and compiled code is a thousand times
// faster; where an operator has no compiled form the evaluator runs the model, and
// a warning says so.
//
// Outputs are matched by name. Layers are matched by the names that getTensorNames
// gives after the graph stage; to see them both models are compiled a second time
// with those tensors as outputs, so the outputs' figures are always those of the
// model as it is deployed. Seen from outside, a layer that would have been fused is
// written as f32: its figures can differ from the fused code's by f32 rounding.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_COMPARE_H
#define QUANTC_ACCURACY_COMPARE_H

#include "quantc/Accuracy/Attribution.h"
#include "quantc/Accuracy/Metrics.h"
#include "quantc/Accuracy/ModelGraph.h"
#include "quantc/Driver/Data.h"
#include "quantc/Driver/Diagnostics.h"
#include <memory>

namespace quantc {

/// Counts of values in a few hundred equal bins over a range that grows with the
/// data: small enough to keep for every layer, where the calibration table's
/// histograms (by the float's bits) would take half a megabyte each.
class HistogramCollector {
public:
  void add(llvm::ArrayRef<double> values);
  /// The bins between the extreme values; empty before any finite value.
  ValueHistogram get() const;

private:
  static constexpr size_t numBins = 512;
  double limit = 0; ///< bins cover [-limit, limit]; a power of two
  double lo = 0, hi = 0;
  std::vector<uint64_t> counts;
};

/// One of the two models.
struct ModelSummary {
  std::string path;
  bool isArtifact = false;
  bool isEvaluated = false; ///< by the reference evaluator
  std::string recipe, isa, hash;
  uint64_t fileBytes = 0; ///< of the file and of a .weights file beside it
  ModelGraph graph;       ///< empty for an artifact
  std::vector<Remark> remarks;
};

struct CompareOptions {
  std::string reference, candidate; ///< .onnx, .mlir or a compiled model
  /// Compare every layer that both models have under one name; both must be
  /// .onnx or .mlir then.
  bool layers = false;
  /// Run .onnx and .mlir by the reference evaluator.
  bool evaluate = false;
  /// Threads of compiled models; 0: one per core. Results do not depend on it.
  int threads = 0;
};

struct TensorComparison {
  std::string name;
  std::string type; ///< the reference's
  ErrorMetrics metrics;
  /// The reference's, of layers; where the candidate's quantization includes a
  /// rectifier, its result's; where its channels are scaled, so are these.
  HistogramCollector values;
};

/// The `count` tensors with the lowest SQNR, lowest first; those without any error
/// are left out.
std::vector<const TensorComparison *>
getWorst(llvm::ArrayRef<TensorComparison> tensors, size_t count);

class ModelSide;

class ModelComparison {
public:
  /// Loads and compiles both models and checks that inputs and outputs match:
  /// the candidate has the reference's outputs, both have the same inputs, and
  /// element types and fixed dimensions agree.
  static std::unique_ptr<ModelComparison> open(mlir::MLIRContext &context,
                                               const CompareOptions &options,
                                               ErrorCode &code);
  ~ModelComparison();

  /// Called with every output of a run: name, reference, candidate.
  using Visitor = std::function<void(llvm::StringRef, const Tensor &,
                                     const Tensor &)>;
  /// Runs both models on `inputs` and adds up the differences.
  ErrorCode add(const NamedTensors &inputs, const Visitor &visit = nullptr);

  int64_t getNumRuns() const { return runs; }
  const ModelSummary &getReference() const;
  const ModelSummary &getCandidate() const;
  const std::vector<TensorComparison> &getOutputs() const { return outputs; }
  const std::vector<TensorComparison> &getLayers() const { return layers; }
  /// Names of layers that only one of the models has.
  llvm::ArrayRef<std::string> getUnmatched() const { return unmatched; }

  /// {"format": "quantc-comparison", "version": 1, "reference", "candidate",
  /// "runs", "outputs", "layers", "unmatched_layers"}.
  llvm::json::Object toJSON() const;

private:
  ModelComparison() = default;
  ErrorCode checkPorts(mlir::MLIRContext &context);
  ErrorCode exposeLayers(mlir::MLIRContext &context,
                         const CompareOptions &options);
  std::string findQuantized(llvm::StringRef layer) const;
  ErrorCode addLayers(const NamedTensors &inputs);

  std::unique_ptr<ModelSide> reference, candidate;
  std::vector<unsigned> candidateOutputs; ///< position of the reference's n-th
  std::vector<TensorComparison> outputs, layers;
  std::vector<std::string> unmatched;
  int64_t runs = 0;
};

} // namespace quantc

#endif // QUANTC_ACCURACY_COMPARE_H
