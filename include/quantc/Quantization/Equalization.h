//===- Equalization.h - Channel ranges of neighbouring layers ----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_EQUALIZATION_H
#define QUANTC_QUANTIZATION_EQUALIZATION_H

#include "llvm/ADT/ArrayRef.h"
#include <vector>

namespace quantc {

/// Cross-layer equalization (Nagel et al., "Data-Free Quantization Through Weight
/// Equalization and Bias Correction", ICCV 2019, eq. 11): s_i = sqrt(r1_i r2_i) /
/// r2_i, r1_i the largest magnitude of the weights that make channel i, r2_i of
/// those that read it. The first layer divided by s and the second multiplied by it
/// both have range sqrt(r1_i r2_i) in channel i. 1 for a channel where either is
/// zero.
std::vector<double> computeEqualization(llvm::ArrayRef<double> first,
                                        llvm::ArrayRef<double> second);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_EQUALIZATION_H
