//===- DequantizedOperands.h - What a dequantize feeds a product -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_DEQUANTIZEDOPERANDS_H
#define QUANTC_LIB_TRANSFORMS_DEQUANTIZEDOPERANDS_H

#include "quantc/Dialect/QNN/IR/QNN.h"
#include <optional>
#include <vector>

namespace quantc {

/// A dequantized operand with one scale, or one per row, that is not constant.
struct Activation {
  qnn::DequantizeOp dequantize;
  bool isSigned = false;
  bool isStatic = false;
  bool hasZeroPoint = false; // one that may be other than 0
  float scale = 1;       // where static
  int64_t zeroPoint = 0; // where static
};

/// A dequantized constant with a scale per element of its last dimension.
struct Weight {
  mlir::Value codes;
  std::vector<float> scales;     // [N]
  std::vector<int32_t> sums;     // [N]: sum of the codes of a column
  int64_t depth = 0;             // number of codes in a column
};

/// The activation that `value` stands for; otherwise `reason` says why it is none.
std::optional<Activation> getActivation(mlir::Value value, const char *&reason);

/// The weight that `value` stands for; otherwise `reason` says why it is none.
std::optional<Weight> getWeight(mlir::Value value, const char *&reason);

/// Whether 32 bits hold the sum of the products in the worst case.
bool fitsAccumulator(const Activation &activation, const Weight &weight);

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_DEQUANTIZEDOPERANDS_H
