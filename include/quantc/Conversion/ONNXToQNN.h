//===- ONNXToQNN.h - onnx operators as qnn operations ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One populate function per operator family, lib/Conversion/ONNXToQNN/<Family>.cpp.
// Every pattern is exact: the qnn operation computes the bits that
// docs/Numerics.md gives the onnx operator.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_ONNXTOQNN_H
#define QUANTC_CONVERSION_ONNXTOQNN_H

#include "mlir/IR/PatternMatch.h"

namespace quantc {

/// MatMul, Gemm, MatMulInteger -> qnn.matmul.
void populateMatMulToQNNPatterns(mlir::RewritePatternSet &patterns);
/// Conv, ConvInteger -> qnn.conv between transposes to and from channels last.
void populateConvToQNNPatterns(mlir::RewritePatternSet &patterns);
/// MaxPool, AveragePool and the global pools -> qnn pools, channels last.
void populatePoolToQNNPatterns(mlir::RewritePatternSet &patterns);
/// Elementwise operators -> qnn.map.
void populateElementwiseToQNNPatterns(mlir::RewritePatternSet &patterns);
/// QuantizeLinear and its kin -> qnn.quantize, dequantize, dynamic_quantize.
void populateQuantizeToQNNPatterns(mlir::RewritePatternSet &patterns);

} // namespace quantc

#endif // QUANTC_CONVERSION_ONNXTOQNN_H
