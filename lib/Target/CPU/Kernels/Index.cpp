//===- Index.cpp - Gather, scatter, range and the like ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/CPU/Kernels.h"

using namespace mlir;
using namespace quantc;

void quantc::addIndexKernels(KernelRegistry &registry) {}
