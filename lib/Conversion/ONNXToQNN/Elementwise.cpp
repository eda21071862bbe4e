//===- Elementwise.cpp - Elementwise operators to qnn ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/ONNXToQNN.h"

using namespace mlir;
using namespace quantc;

void quantc::populateElementwiseToQNNPatterns(RewritePatternSet &patterns) {}
