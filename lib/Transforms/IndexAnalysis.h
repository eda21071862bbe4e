//===- IndexAnalysis.h - Integer tensors linear in coordinates --*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Exporters compute indices from Range by Unsqueeze, Expand, Mul and Add:
//   value[i, j, ...] = offset + i * steps[0] + j * steps[1] + ...
// with sizes the symbolic analysis knows. That is enough to see that a gather
// takes every element in order, or that an index is never negative.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_INDEXANALYSIS_H
#define QUANTC_LIB_TRANSFORMS_INDEXANALYSIS_H

#include "mlir/IR/Value.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"
#include <optional>

namespace quantc {

struct LinearIndex {
  /// One for each dimension; 0 for dimensions of size 1.
  Dims steps;
  Dim offset;
};

/// Works on what `env` knows; values are remembered.
class IndexAnalysis {
public:
  explicit IndexAnalysis(ShapeEnv &env) : env(env) {}

  std::optional<LinearIndex> get(mlir::Value value);
  /// The sum of `a` and `b * factor`, broadcast to `shape`.
  std::optional<LinearIndex> add(const LinearIndex &a, const LinearIndex &b,
                                 Dim factor, llvm::ArrayRef<Dim> shape);
  /// Whether `index`, over `shape`, is 0, 1, ... up to without `count`, in
  /// row-major order.
  bool countsTo(const LinearIndex &index, llvm::ArrayRef<Dim> shape, Dim count);
  /// Whether every element of a boolean tensor is true.
  bool isTrue(mlir::Value value, unsigned maxDepth = 8);

private:
  std::optional<LinearIndex> compute(mlir::Value value);
  std::optional<LinearIndex> computeUnsqueeze(onnx::UnsqueezeOp op);
  std::optional<LinearIndex> computeProduct(onnx::MulOp op,
                                            llvm::ArrayRef<Dim> shape);

  /// Real index arithmetic is a few operations deep; the stack is not endless.
  static constexpr unsigned maxDepth = 64;
  unsigned depth = 0;
  ShapeEnv &env;
  llvm::DenseMap<mlir::Value, std::optional<LinearIndex>> known;
};

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_INDEXANALYSIS_H
