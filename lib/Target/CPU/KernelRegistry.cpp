//===- KernelRegistry.cpp - Which operations have kernels ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/CPU/Kernels.h"

using namespace mlir;
using namespace quantc;

const KernelEmitter *KernelRegistry::lookup(Operation *op) const {
  auto it = emitters.find(op->getName().getStringRef());
  return it == emitters.end() ? nullptr : &it->second;
}

const KernelRegistry &KernelRegistry::get() {
  static const KernelRegistry registry = [] {
    KernelRegistry registry;
    addCopyKernels(registry);
    addMatMulKernels(registry);
    addConvKernels(registry);
    addPoolKernels(registry);
    addMapKernels(registry);
    addRowKernels(registry);
    addReductionKernels(registry);
    addMovementKernels(registry);
    addIndexKernels(registry);
    addAttentionKernels(registry);
    addObserveKernels(registry);
    return registry;
  }();
  return registry;
}
