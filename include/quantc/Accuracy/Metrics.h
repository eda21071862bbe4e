//===- Metrics.h - How far one tensor is from another ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The figures a quantized model is judged by, summed up over any number of runs
// in double and in one fixed order. A row is the last axis of a tensor: the
// logits of one image, the embedding of one token.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_METRICS_H
#define QUANTC_ACCURACY_METRICS_H

#include "quantc/Evaluator/Evaluator.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace quantc {

/// The elements of `tensor` as doubles, whatever its element type (exact but for
/// 64-bit integers beyond 2^53).
std::vector<double> toDoubles(const Tensor &tensor);

/// The difference between a reference r and a candidate c, over all tensors added
/// so far.
///
/// An element that is NaN in both, or the same infinity in both, agrees: it adds
/// to no sum but counts as an element. Where only one is finite, or both are not
/// and differ, the element is a mismatch: then SQNR is -inf, maximum and mean are
/// +inf, and the cosine of its row is 0. Over no elements everything agrees.
class ErrorMetrics {
public:
  /// An error that gives both shapes where they differ; element types may.
  llvm::Error add(const Tensor &reference, const Tensor &candidate);
  /// The same for rows of `rowLength` elements; both have the same length.
  void add(llvm::ArrayRef<double> reference, llvm::ArrayRef<double> candidate,
           int64_t rowLength);

  /// Adds what `other` has seen, as if it had come after all of this.
  void merge(const ErrorMetrics &other);

  int64_t getNumElements() const { return elements; }
  int64_t getNumRows() const { return rows; }
  int64_t getNumMismatches() const { return mismatches; }
  /// Whether every element agrees exactly.
  bool isEqual() const { return noise == 0 && mismatches == 0; }

  /// Signal to quantization noise: 10 log10(sum r^2 / sum (r - c)^2) in dB; +inf
  /// when equal, -inf for an error on a reference that is all zero.
  double getSQNR() const;
  /// Mean over the rows of r.c / (|r| |c|), in [-1, 1]; a row is 1 where both
  /// are all zero and 0 where one is.
  double getCosine() const;
  /// The least of the rows' cosines.
  double getMinCosine() const { return rows ? minCosine : 1; }
  /// Maximum and mean of |r - c|, in the tensor's own unit.
  double getMaxAbs() const;
  double getMeanAbs() const;
  /// Share of the rows of two elements or more whose greatest element (the first
  /// of equal ones; NaN is never the greatest) is at the same place, in [0, 1];
  /// NaN where there is no such row.
  double getTop1() const;
  /// Root of the mean of r^2.
  double getReferenceRMS() const;

  /// {"elements", "equal", "mismatches", "sqnr_db", "cosine", "min_cosine",
  /// "max_abs", "mean_abs", "top1"}; null stands for what is not finite.
  llvm::json::Object toJSON() const;

private:
  void addRow(llvm::ArrayRef<double> reference, llvm::ArrayRef<double> candidate);

  int64_t elements = 0, mismatches = 0, rows = 0;
  int64_t rankedRows = 0, sameTop = 0; // rows of two elements or more
  double signal = 0, noise = 0, absolute = 0, largest = 0;
  double cosines = 0, minCosine = 1;
};

} // namespace quantc

#endif // QUANTC_ACCURACY_METRICS_H
