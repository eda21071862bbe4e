//===- ShapeOperands.h - Shapes as operands of Reshape ----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_SHAPEOPERANDS_H
#define QUANTC_LIB_TRANSFORMS_SHAPEOPERANDS_H

#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"
#include <optional>

namespace quantc {

/// The shape operand that says `to` for data of shape `from`: 0 for a dimension
/// copied from the same place, and at most one -1; none if that does not do.
std::optional<llvm::SmallVector<int64_t>>
describeReshape(llvm::ArrayRef<Dim> from, llvm::ArrayRef<Dim> to);

/// The first value holding the same elements in the same order: what `value` is
/// after Reshape, Flatten, Squeeze and Unsqueeze.
mlir::Value getReshapeRoot(mlir::Value value);

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_SHAPEOPERANDS_H
