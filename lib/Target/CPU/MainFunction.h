//===- MainFunction.h - How the CPU target reads @main -----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What becomes a kernel, what is another name of a buffer, and what the model's
// own code computes from the shapes of its inputs. Outlining and the conversion
// of @main must agree on it.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_MAINFUNCTION_H
#define QUANTC_LIB_TARGET_CPU_MAINFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"
#include <optional>

namespace quantc {

/// The attribute that marks a kernel function.
inline constexpr llvm::StringLiteral kernelAttrName("quantc.kernel");
/// On a kernel's grid function: bytes of scratch of one worker.
inline constexpr llvm::StringLiteral scratchAttrName("quantc.scratch_bytes");
/// On the module: the ISAs of its kernels, best first.
inline constexpr llvm::StringLiteral isasAttrName("quantc.isas");
/// On the module after convert-main-to-llvm: the data of the weights section, and
/// the prefix of the model's symbols.
inline constexpr llvm::StringLiteral weightsAttrName("quantc.weights");
inline constexpr llvm::StringLiteral symbolAttrName("quantc.symbol");
/// What every model's descriptor answers to (quantc/runtime.h).
inline constexpr llvm::StringLiteral
    modelDescriptorName("quantc_model_descriptor");
/// On the module: a line for every input and output, for people to read.
inline constexpr llvm::StringLiteral signatureAttrName("quantc.signature");
/// On the module: a dictionary of strings for `quantc_model_property`.
inline constexpr llvm::StringLiteral propertiesAttrName("quantc.properties");
/// On the call of an observer: its attributes and its number of channels.
inline constexpr llvm::StringLiteral observerAttrName("quantc.observer");

/// Whether `op` gives its first operand's bytes under another shape.
bool isView(mlir::Operation *op);

/// The value whose buffer holds `value`: views are looked through.
mlir::Value getBufferValue(mlir::Value value);

/// Where the symbols of a function's shapes are found in its input dimensions.
class InputDims {
public:
  InputDims(mlir::func::FuncOp main, ShapeEnv &env);

  /// Position of symbol `symbol` among the dimensions of all arguments, or
  /// nothing for a size that depends on data.
  std::optional<unsigned> getPosition(unsigned symbol) const;
  /// Whether `expr` can be computed before the model runs.
  bool isKnown(mlir::AffineExpr expr) const;
  bool isKnown(const Dims *dims) const;
  /// Whether main itself computes all results of `op`: small integer tensors
  /// made of dimensions.
  bool isComputedFromShapes(mlir::Operation *op) const;
  /// Dimensions that repeat one seen before, with the expression they equal.
  llvm::ArrayRef<std::pair<unsigned, mlir::AffineExpr>> getRepeats() const {
    return repeats;
  }

private:
  ShapeEnv &env;
  llvm::DenseMap<unsigned, unsigned> positions;
  llvm::SmallVector<std::pair<unsigned, mlir::AffineExpr>> repeats;
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_MAINFUNCTION_H
