//===- MatchedOps.h - One operation in two models ----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A float model in canonical form (quantc-graph) and what quantc-quantize-model
// made of it share operators and node names, which is how an operation of the one
// is found in the other. A bias is part of its product: the third operand of a
// convolution or Gemm, or the constant that an Add puts on a matrix product.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_MATCHEDOPS_H
#define QUANTC_ACCURACY_MATCHEDOPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Calibration/Calibrators.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

namespace quantc {

/// How the quantized model gets an operand.
enum class OperandKind {
  Float,    ///< computed in float
  Static,   ///< dequantized with a constant scale
  Dynamic,  ///< dequantized with a scale measured while the model runs
  Constant, ///< a constant: dequantized codes, or floats
};

/// Matrix products and convolutions.
bool isProduct(mlir::Operation *op);

struct MatchedOp {
  mlir::Operation *floatOp = nullptr;
  /// The same operator, or the dequantize behind a table that is gathered from.
  mlir::Operation *quantizedOp = nullptr;
  /// The Add of a constant to a matrix product, or null, in either model.
  onnx::AddOp floatBias, quantizedBias;
  /// One per operand of `floatOp`; empty for a table.
  llvm::SmallVector<OperandKind> operands;

  bool isTable() const { return floatOp->getName() != quantizedOp->getName(); }
  mlir::Value getFloatResult() const;
  mlir::Value getQuantizedResult() const;
  /// The dequantize of a Static or Dynamic operand.
  qnn::DequantizeOp getDequantize(unsigned operand) const;
  /// Position of the bias among the operands, or of none (-1).
  int getBiasOperand() const;
  bool hasKind(OperandKind kind) const {
    return llvm::is_contained(operands, kind);
  }
};

/// The constant operand of a bias' Add.
mlir::Value getAddedConstant(onnx::AddOp add);

/// The range of numbers that `dequantize`'s codes stand for, for one constant scale
/// and zero point.
std::optional<Interval> getCodedRange(qnn::DequantizeOp dequantize);

/// Multiplications per element of the result of a product with a constant weight;
/// 0 for everything else.
int64_t getDepth(mlir::Operation *op);

/// Every product, and every other operation with a quantized operand, in the
/// quantized model's order. Operations found in one model only are left out.
std::vector<MatchedOp> matchOps(mlir::func::FuncOp floatMain,
                                mlir::func::FuncOp quantizedMain);

} // namespace quantc

#endif // QUANTC_ACCURACY_MATCHEDOPS_H
