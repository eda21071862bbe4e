//===- Simulation.h - Quantization by run-time parameters --------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A search of ranges by the model's own outputs runs the model once per candidate.
// Here scales are inputs, so it is compiled once.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_SIMULATION_H
#define QUANTC_QUANTIZATION_SIMULATION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Recipes/Recipe.h"

namespace quantc {

/// Tensors that share one scale and zero point.
struct SimulatedRange {
  /// Their names in a calibration table.
  std::vector<std::string> tensors;
  CodecSpec codec;
  /// The new inputs, f32 scalars.
  std::string scaleInput, zeroPointInput;
};

/// The new boolean scalar input: false computes the float model.
inline constexpr llvm::StringLiteral simulationInputName = "quantc.simulate";

/// Puts y = (clip(round(x / scale) + zero point) - zero point) * scale, the value
/// that codes of x stand for, in place of every activation that `recipe` quantizes
/// with a fixed range (graph-stage onnx; weights stay as they are), with scale and
/// zero point as new inputs of `function`. In program order.
std::vector<SimulatedRange> simulateActivations(mlir::func::FuncOp function,
                                                const Recipe &recipe);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_SIMULATION_H
