//===- ProductWeight.h - The constant operand of a product -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// MatMul, Gemm and Conv hold their weights in different orders; passes that weigh
// input channels against outputs want one.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_PRODUCTWEIGHT_H
#define QUANTC_LIB_TRANSFORMS_PRODUCTWEIGHT_H

#include "ChannelSource.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace quantc {

/// The weight of a MatMul, Gemm or Conv (an f32 constant) as the part of it that
/// meets each input channel; a Conv must have one group, or one input channel per
/// group.
ChannelConstant getRows(mlir::Operation *product);
/// Whether `getRows` can say it.
bool hasRows(mlir::Operation *product);

/// Whether the weight of a MatMul, Gemm or Conv is an f32 constant that can be read,
/// one matrix for the first two, whose rows `getRows` can say.
bool isWeight(mlir::Operation *product);

/// Adds `values`, one per output channel, to the bias of a Conv or Gemm (which may
/// not have one yet), to the constant of an Add, or of the Add that is the only
/// reader of a MatMul. False, and nothing done, where that cannot be.
bool addToBias(mlir::Operation *op, llvm::ArrayRef<double> values);

/// The weights [K, N] of MatMul and Gemm operations that read the same input, side
/// by side, row-major.
std::vector<float> gatherColumns(llvm::ArrayRef<mlir::Operation *> products);

/// Calls `visit(input channel, output channel, element)` for every element of the
/// weight of a MatMul, Gemm or Conv with any number of groups.
void forEachWeight(
    mlir::Operation *product, llvm::ArrayRef<float> weight,
    llvm::function_ref<void(int64_t, int64_t, float)> visit);

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_PRODUCTWEIGHT_H
