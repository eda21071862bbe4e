//===- Builders.h - Pieces the onnx to qnn patterns share --------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Epilogue regions, transposes and the dimension permutations between ONNX's
// channels-first tensors and qnn's channels-last ones.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_ONNXTOQNN_BUILDERS_H
#define QUANTC_LIB_CONVERSION_ONNXTOQNN_BUILDERS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace quantc {

/// The type an element has inside a region: integers lose their sign.
mlir::Type getScalarType(mlir::Type element);

/// Fills `region` with one block of arguments `first` and then one per extra;
/// `body` computes the value to yield.
void buildEpilogue(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::Region &region,
    mlir::TypeRange first, mlir::ValueRange extras,
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange)> body);

/// `value` with its dimensions permuted: result dimension i is dimension perm[i].
/// A constant is permuted at once, anything else gets an onnx.Transpose.
mlir::Value transpose(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, llvm::ArrayRef<int64_t> perm);

/// [N, C, spatial...] to [N, spatial..., C], and back.
llvm::SmallVector<int64_t> toChannelsLast(int64_t rank);
llvm::SmallVector<int64_t> toChannelsFirst(int64_t rank);
/// The type with its dimensions permuted.
mlir::RankedTensorType permute(mlir::RankedTensorType type,
                               llvm::ArrayRef<int64_t> perm);

/// An onnx.Cast to `element`; `value` itself where it has that type.
mlir::Value castTo(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value value, mlir::Type element);

/// `value` with a dimension of 1 inserted at `axis`.
mlir::Value unsqueeze(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, int64_t axis);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_ONNXTOQNN_BUILDERS_H
