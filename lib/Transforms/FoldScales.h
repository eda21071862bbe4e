//===- FoldScales.h - The parts of quantc-fold-scales ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_FOLDSCALES_H
#define QUANTC_LIB_TRANSFORMS_FOLDSCALES_H

#include "mlir/IR/Operation.h"

namespace quantc {

/// What was folded, by kind.
struct FoldedScales {
  unsigned factors = 0;    // Mul, Div, BatchNormalization into constants
  unsigned offsets = 0;    // Add, Sub into biases
  unsigned attentions = 0; // scales of scores
  unsigned constants = 0;  // quantized when compiled
  unsigned requantized = 0;
  unsigned epilogues = 0; // pairs of constants in epilogues

  unsigned total() const {
    return factors + offsets + attentions + constants + requantized + epilogues;
  }
};

/// Folds `op` (onnx) into constants around it; true if that was done, and `op` may
/// be gone. Otherwise `reason` says what is in the way of a factor or offset known
/// at compile time, if `op` has one.
bool foldFloatScale(mlir::Operation *op, FoldedScales &folded,
                    std::string &reason);

/// The same for operations on codes (qnn): quantize of a constant, a requantize
/// between two others, constants that meet in an epilogue.
bool foldCodeScale(mlir::Operation *op, FoldedScales &folded,
                   std::string &reason);

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_FOLDSCALES_H
