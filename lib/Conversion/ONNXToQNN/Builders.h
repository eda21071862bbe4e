//===- Builders.h - Pieces the onnx to qnn patterns share --------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Epilogue regions and the dimension permutations between ONNX's
// channels-first tensors and qnn's channels-last ones.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_ONNXTOQNN_BUILDERS_H
#define QUANTC_LIB_CONVERSION_ONNXTOQNN_BUILDERS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "quantc/Dialect/ONNX/IR/Transposes.h"
#include "quantc/Support/ArithCode.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace quantc {

/// Fills `region` with one block of arguments `first` and then one per extra;
/// `body` computes the value to yield.
void buildEpilogue(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::Region &region,
    mlir::TypeRange first, mlir::ValueRange extras,
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange)> body);

/// [N, C, spatial...] to [N, spatial..., C], and back.
llvm::SmallVector<int64_t> toChannelsLast(int64_t rank);
llvm::SmallVector<int64_t> toChannelsFirst(int64_t rank);

/// An onnx.Cast to `element`; `value` itself where it has that type.
mlir::Value castTo(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value value, mlir::Type element);

/// `value` with a dimension of 1 inserted at `axis`.
mlir::Value unsqueeze(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, int64_t axis);

/// `vector` [C] with dimensions of 1 around, to broadcast along `axis` of `rank`;
/// `leading` keeps those in front, too.
mlir::Value alignToAxis(mlir::OpBuilder &builder, mlir::Value vector,
                        int64_t axis, int64_t rank, bool leading);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_ONNXTOQNN_BUILDERS_H
