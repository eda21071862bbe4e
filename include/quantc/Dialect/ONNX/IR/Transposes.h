//===- Transposes.h - Permuting dimensions -----------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A permutation is a list as in onnx.Transpose: dimension i of the result is
// dimension perm[i] of the operand.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_TRANSPOSES_H
#define QUANTC_DIALECT_ONNX_IR_TRANSPOSES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace quantc {

/// The type with its dimensions permuted.
mlir::RankedTensorType permute(mlir::RankedTensorType type,
                               llvm::ArrayRef<int64_t> perm);
/// The permutation that undoes `perm`.
llvm::SmallVector<int64_t> invert(llvm::ArrayRef<int64_t> perm);

/// `value` with its dimensions permuted. A constant is permuted at once, anything
/// else gets an onnx.Transpose.
mlir::Value transpose(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, llvm::ArrayRef<int64_t> perm);

} // namespace quantc

#endif // QUANTC_DIALECT_ONNX_IR_TRANSPOSES_H
