//===- Equalization.cpp - Channel ranges of neighbouring layers -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Equalization.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace quantc;

std::vector<double> quantc::computeEqualization(ArrayRef<double> first,
                                                ArrayRef<double> second) {
  std::vector<double> factors;
  for (auto [r1, r2] : zip_equal(first, second)) {
    // sqrt(r1 r2) / r2 without the product, which may leave the range of doubles.
    double factor = std::sqrt(r1 / r2);
    factors.push_back(std::isnormal(factor) ? factor : 1);
  }
  return factors;
}
