//===- DirectConv.h - Convolutions without a packed filter -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_DIRECTCONV_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_DIRECTCONV_H

#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Target/CPU/Kernels.h"

namespace quantc {

std::pair<mlir::Value, mlir::Value> directConvGrid(KernelContext &ctx);
mlir::LogicalResult directConvBody(KernelContext &ctx);
int64_t directConvScratch(mlir::Operation *op);

/// A depthwise convolution whose filter is packed (Depthwise.cpp).
bool isPackedDepthwise(qnn::ConvOp op);
std::pair<mlir::Value, mlir::Value> depthwiseGrid(KernelContext &ctx);
mlir::LogicalResult depthwiseBody(KernelContext &ctx);
int64_t depthwiseScratch(mlir::Operation *op);

void addConvTransposeKernels(KernelRegistry &registry);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_DIRECTCONV_H
