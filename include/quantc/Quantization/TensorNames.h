//===- TensorNames.h - Stable names of a model's values ----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_TENSORNAMES_H
#define QUANTC_QUANTIZATION_TENSORNAMES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <string>

namespace quantc {

/// Ends the name of the addition that quantc-correct-bias puts after a product
/// without a bias: to a reader, the sum is what the product's name stands for.
inline constexpr llvm::StringLiteral correctedSuffix = "/corrected";

/// The ONNX node name in a location: its first name, empty where it has none.
llvm::StringRef getNodeName(mlir::Location loc);

/// A name for every argument and every result in the body of `function` but
/// constants, codes and dequantized values. Equal IR gives equal names, so a
/// calibration table made from one run of the graph stage fits every other, and a
/// quantized model has the names of the float one. An argument has its `onnx.name`; a result has its
/// node's name, or its operator's where the node has none, then `:i` for a
/// result other than the first, then `#k` from the second value of a name on.
llvm::DenseMap<mlir::Value, std::string>
getTensorNames(mlir::func::FuncOp function);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_TENSORNAMES_H
