//===- Movement.h - Copying elements about -----------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operators that only move elements do not care what those are, but how wide.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_MOVEMENT_H
#define QUANTC_LIB_EVALUATOR_MOVEMENT_H

#include "Elements.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

namespace quantc::evaluator {

/// Calls `function` with a Tag of an integer as wide as the element.
template <typename Function>
void withStorage(mlir::Type element, Function function) {
  switch (getElementBytes(element)) {
  case 1:
    return function(Tag<uint8_t>());
  case 2:
    return function(Tag<uint16_t>());
  case 4:
    return function(Tag<uint32_t>());
  default:
    return function(Tag<uint64_t>());
  }
}

/// Fills `y`, read as of `shape`, with the elements of `x` at `start` and on with
/// `strides` (which may be zero or negative).
void copyStrided(const Tensor &x, int64_t start, const Sizes &strides,
                 llvm::ArrayRef<int64_t> shape, Tensor &y);

/// A result with the bytes of `x` under another shape.
mlir::LogicalResult reshape(mlir::Operation *op, Evaluation &env,
                            const Tensor &x, mlir::Value result,
                            llvm::ArrayRef<int64_t> shape);

/// `index` counted from the front where negative; reported when outside.
mlir::FailureOr<int64_t> normalizeIndex(mlir::Operation *op, int64_t index,
                                        int64_t size);

// The parts of addMovement.
void addReshape(Registry &registry);
void addSlice(Registry &registry);

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_MOVEMENT_H
