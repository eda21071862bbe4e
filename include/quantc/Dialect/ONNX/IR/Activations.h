//===- Activations.h - Activations of recurrent networks ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_ACTIVATIONS_H
#define QUANTC_DIALECT_ONNX_IR_ACTIVATIONS_H

#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <string>

namespace quantc {

/// One of ONNX's activations with its parameters; of x, by name:
///   affine            alpha * x + beta
///   elu               x < 0 ? alpha * (exp(x) - 1) : x
///   hardsigmoid       max(0, min(1, alpha * x + beta))
///   leakyrelu         x < 0 ? alpha * x : x
///   relu, sigmoid, softplus, softsign, tanh
///   scaledtanh        alpha * tanh(beta * x)
///   thresholdedrelu   x > alpha ? x : 0
struct Activation {
  std::string name; // in lower case
  float alpha = 0, beta = 0;

  bool operator==(const Activation &other) const {
    return name == other.name && alpha == other.alpha && beta == other.beta;
  }
};

/// The activations of an RNN, GRU or LSTM: those of the first direction, then of
/// the second. Reports a wrong number of them; a name that is none of the above is
/// left to whoever computes it.
mlir::FailureOr<llvm::SmallVector<Activation>>
getActivations(mlir::Operation *op);

} // namespace quantc

#endif // QUANTC_DIALECT_ONNX_IR_ACTIVATIONS_H
