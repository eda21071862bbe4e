//===- ShapeHelpers.h - What shape functions are written with ---*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Checks here emit an error at the operation and fail; `constraint` is the
// numbered constraint of its description that is broken ("C1").
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_ONNX_IR_SHAPEHELPERS_H
#define QUANTC_LIB_DIALECT_ONNX_IR_SHAPEHELPERS_H

#include "quantc/Dialect/ONNX/IR/DimMath.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

namespace quantc::onnx {

/// Gives every result of `op` that has the shape of `operand` that shape.
mlir::LogicalResult copyShape(ShapeEnv &env, mlir::Value operand,
                              mlir::ValueRange results);

/// Makes `axis` count from the front; it must be in [-rank, rank - 1].
mlir::LogicalResult normalizeAxis(mlir::Operation *op, int64_t &axis,
                                  int64_t rank);
/// The same for a list, in which no axis may occur twice.
mlir::LogicalResult
normalizeAxes(mlir::Operation *op, llvm::SmallVectorImpl<int64_t> &axes,
              int64_t rank);

/// The contents of `value`, if all of them are constants.
std::optional<llvm::SmallVector<int64_t>> getConstants(ShapeEnv &env,
                                                       mlir::Value value);
/// The only element of `value`, if it is known.
Dim getScalar(ShapeEnv &env, mlir::Value value);

/// `dim` must be equal to `other`: an error where both are constant, else an
/// assumption. `what` completes "C2: ... must agree, found 3 and 4".
mlir::LogicalResult requireEqual(mlir::Operation *op, ShapeEnv &env, Dim dim,
                                 Dim other, const llvm::Twine &what);
/// `value` must have this rank (or between the two), if it is known.
mlir::LogicalResult requireRank(mlir::Operation *op, ShapeEnv &env,
                                mlir::Value value, int64_t rank,
                                const llvm::Twine &what);
mlir::LogicalResult requireMinRank(mlir::Operation *op, ShapeEnv &env,
                                   mlir::Value value, int64_t rank,
                                   const llvm::Twine &what);

/// The shape all of `values` broadcast to; null (and success) if one is unknown.
mlir::FailureOr<std::optional<Dims>>
broadcastShapes(mlir::Operation *op, ShapeEnv &env, mlir::ValueRange values);
/// `value` must broadcast to `shape` without enlarging it.
mlir::LogicalResult requireBroadcastTo(mlir::Operation *op, ShapeEnv &env,
                                       mlir::Value value,
                                       llvm::ArrayRef<Dim> shape,
                                       const llvm::Twine &what);

} // namespace quantc::onnx

#endif // QUANTC_LIB_DIALECT_ONNX_IR_SHAPEHELPERS_H
