//===- Families.h - Kernel families registered by others ----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_FAMILIES_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_FAMILIES_H

#include "quantc/Target/CPU/Kernels.h"

namespace quantc {

void addNormalizationKernels(KernelRegistry &registry);
void addDynamicQuantizeKernels(KernelRegistry &registry);
void addScanKernels(KernelRegistry &registry);
void addResizeKernels(KernelRegistry &registry);
void addGridSampleKernels(KernelRegistry &registry);
void addRecurrentKernels(KernelRegistry &registry);
void addRotaryEmbeddingKernels(KernelRegistry &registry);
void addScatterKernels(KernelRegistry &registry);
void addGenerateKernels(KernelRegistry &registry);
void addTopKKernels(KernelRegistry &registry);
void addPadKernels(KernelRegistry &registry);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_FAMILIES_H
