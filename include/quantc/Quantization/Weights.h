//===- Weights.h - From a float weight to codes and scales -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Every weight method has one signature: the weight, what is known of its
// inputs, the codec and the structure of the scales go in, codes and scales come
// out. Adding a method is a function and a line in the table of Weights.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_WEIGHTS_H
#define QUANTC_QUANTIZATION_WEIGHTS_H

#include "quantc/Calibration/Histogram.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace quantc {

struct WeightProblem {
  /// Row-major values of shape `shape`.
  llvm::ArrayRef<float> values;
  llvm::ArrayRef<int64_t> shape;
  qnn::QuantCodecInterface codec;
  /// Values sharing a scale, as `qnn.dequantize` says it: -1 for the whole
  /// dimension, else 1.
  llvm::ArrayRef<int64_t> block;
  /// Statistics of the inputs that meet the weight, or null.
  const Histogram *inputs = nullptr;
};

struct QuantizedWeight {
  std::vector<int8_t> codes;
  std::vector<float> scales;
  llvm::SmallVector<int64_t, 4> scaleShape;
};

/// Runs weight method `method`:
///
/// rtn (round to nearest, symmetric): scale = max |w| / 127 over the values that
/// share it, 1 where all are zero; code = saturate(round_half_even(w / scale)),
/// IEEE f32 division. Largest error: half a scale.
///
/// mse: of rtn's scale times 1, 0.99, ..., 0.8, the one with the least sum of squared
/// errors, the larger on a tie; then codes as rtn. Saturates the few largest
/// weights of a channel where that pays.
///
/// NaN and infinite weights are an error.
llvm::Expected<QuantizedWeight> quantizeWeight(llvm::StringRef method,
                                               const WeightProblem &problem);

/// For every element of a weight of `shape`, row-major, the index of its scale;
/// `block` as in WeightProblem.
std::vector<uint32_t> getScaleIndices(llvm::ArrayRef<int64_t> shape,
                                      llvm::ArrayRef<int64_t> block);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_WEIGHTS_H
