//===- PlainPool.h - Pools that stay onnx ------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_PLAINPOOL_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_PLAINPOOL_H

#include "quantc/Target/CPU/CodeBuilder.h"

namespace quantc {

void addPlainPoolKernels(KernelRegistry &registry);
void addLocalResponseKernels(KernelRegistry &registry);

/// sum + |x|^p, fma for p = 2; and what is taken of it in the end.
mlir::Value emitNormTerm(CodeBuilder &code, int64_t p, mlir::Value x,
                         mlir::Value sum);
mlir::Value emitNormRoot(CodeBuilder &code, int64_t p, mlir::Value sum);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_PLAINPOOL_H
