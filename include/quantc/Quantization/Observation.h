//===- Observation.h - Which tensors calibration observes --------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A superset of what any recipe asks of a calibration table, so that one pass
// over the data serves every recipe. Plan.h decides what a recipe then uses.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_OBSERVATION_H
#define QUANTC_QUANTIZATION_OBSERVATION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"
#include "quantc/Recipes/Recipe.h"

namespace quantc {

/// A value worth observing, and the axis of its channels where they are.
struct ObservedTensor {
  mlir::Value value;
  std::optional<int64_t> channelAxis;
};

/// In program order of the first reader, f32 only (graph-stage onnx):
///
/// * what MatMul, Gemm, Conv and ConvTranspose with a constant weight read, with
///   channels (the last axis; axis 1 of convolutions) where their number is fixed;
/// * the values between convolutions that anything but a following activation
///   function or an operation that only moves elements reads: operands of Add,
///   Mul, pools and the like.
///
/// With a `recipe` only what operations that it quantizes read.
std::vector<ObservedTensor> findObservedValues(mlir::func::FuncOp function,
                                              const Recipe *recipe);

/// The input of `function` whose zeros mark positions to leave out, or null.
/// `mask` is an input's name, "none", or "auto": an integer or boolean input
/// [batch, seq] called attention_mask, attn_mask, input_mask or mask (possibly
/// with more around it) beside another integer input of the same dimensions. A
/// name that is no such input is an error that says what is.
llvm::Expected<mlir::Value> findMask(mlir::func::FuncOp function,
                                     llvm::StringRef mask, ShapeEnv &env);

/// Whether the positions of `mask` [batch, seq] are the leading dimensions of
/// `value`: [batch, seq, ...] or [batch * seq, ...].
bool isMaskedBy(mlir::Value value, mlir::Value mask, ShapeEnv &env);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_OBSERVATION_H
