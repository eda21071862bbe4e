//===- ShapeCode.h - Shape expressions as code -------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_SHAPECODE_H
#define QUANTC_LIB_TARGET_CPU_SHAPECODE_H

#include "MainFunction.h"
#include "mlir/IR/Builders.h"

namespace quantc {

/// Emits affine expressions over a model's shape symbols as i64 arithmetic, each
/// expression once. `dims` points to the dimensions of all inputs.
class ShapeCode {
public:
  ShapeCode(mlir::OpBuilder &builder, mlir::Location loc,
            const InputDims &inputDims, mlir::Value dims)
      : builder(builder), loc(loc), inputDims(inputDims), dims(dims) {}

  mlir::Value get(mlir::AffineExpr expr);
  mlir::Value constant(int64_t value);
  /// The dimension at `position` of all inputs' dimensions.
  mlir::Value inputDim(unsigned position);
  mlir::Value add(mlir::Value a, mlir::Value b);
  /// Whether a sum or product in what was emitted so far left 64 bits (i1; null
  /// if none can have).
  mlir::Value getOverflow() const { return overflow; }

private:
  mlir::Value emitBinary(mlir::AffineBinaryOpExpr expr);
  template <typename OpTy> mlir::Value checked(mlir::Value a, mlir::Value b);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const InputDims &inputDims;
  mlir::Value dims;
  mlir::Value overflow;
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> values;
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_SHAPECODE_H
