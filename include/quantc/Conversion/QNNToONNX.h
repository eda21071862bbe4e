//===- QNNToONNX.h - qnn operations as onnx operators ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One populate function per family, lib/Conversion/QNNToONNX/<Family>.cpp. Every
// pattern is exact on integers; float operators keep docs/Numerics.md's
// operations one by one.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_QNNTOONNX_H
#define QUANTC_CONVERSION_QNNTOONNX_H

#include "mlir/IR/PatternMatch.h"

namespace quantc {

/// qnn.quantize and dequantize of tensors -> QuantizeLinear, DequantizeLinear,
/// or a qnn.map where `opset` has no form for their scales;
/// qnn.dynamic_quantize -> reductions and elementwise operators.
void populateQuantizeToONNXPatterns(mlir::RewritePatternSet &patterns,
                                    int64_t opset);
/// qnn.matmul, qnn.conv -> (Conv|MatMul)(Integer)?, their epilogues a qnn.map.
void populateProductsToONNXPatterns(mlir::RewritePatternSet &patterns);
/// qnn.max_pool, qnn.average_pool -> MaxPool, sums and a qnn.map.
void populatePoolsToONNXPatterns(mlir::RewritePatternSet &patterns);

} // namespace quantc

#endif // QUANTC_CONVERSION_QNNTOONNX_H
