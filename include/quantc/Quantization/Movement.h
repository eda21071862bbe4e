//===- Movement.h - Operations that leave codes alone ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_MOVEMENT_H
#define QUANTC_QUANTIZATION_MOVEMENT_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

namespace quantc {

/// The data operands of an operation whose every result element is an element
/// of them or zero: it does the same to codes as to the numbers they stand for,
/// as long as all its operands and its result share scale and zero point. A
/// maximum counts, because decoding is monotone. Empty for any other operation.
///
/// Reshape, Flatten, Squeeze, Unsqueeze, Transpose, Slice, Identity, Expand,
/// Tile, DepthToSpace, SpaceToDepth, MaxPool, GlobalMaxPool, qnn.max_pool, Concat, Pad
/// with the constant zero.
llvm::SmallVector<mlir::OpOperand *> getMovedOperands(mlir::Operation *op);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_MOVEMENT_H
