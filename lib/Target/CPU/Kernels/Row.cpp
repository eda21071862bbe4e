//===- Row.cpp - Softmax, normalizations, dynamic quantization ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/CPU/Kernels.h"

using namespace mlir;
using namespace quantc;

void quantc::addRowKernels(KernelRegistry &registry) {}
