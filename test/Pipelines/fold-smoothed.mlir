// RUN: quant-opt %s --pass-pipeline='builtin.module(quantc-quantize-model{recipe=%S/../Transforms/Inputs/smooth.yaml calibration=%S/../Transforms/Inputs/smooth.calib},quantc-fold)' | FileCheck %s

// The division that Gelu does not let through costs one multiplication in the
// epilogue it is in, before the codes: no step of its own. That of the argument is
// in the map that quantizes it.
// CHECK-LABEL: func.func @main
// CHECK: %[[Q:.*]] = qnn.map %arg0
// CHECK: arith.mulf
// CHECK: qnn.quantize
// CHECK: %[[H:.*]] = qnn.matmul %[[Q]], %{{.*}} -> tensor<?x2xui8>
// CHECK: math.erf
// CHECK: arith.mulf
// CHECK: qnn.quantize
// CHECK-NOT: qnn.map
// CHECK: qnn.matmul %[[H]]
// CHECK-NOT: qnn.map
// CHECK-NOT: quantc.channel_factors
func.func @main(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[2.0, -1.0], [2.0, 0.5]]> : tensor<2x2xf32>
  %u = onnx.Constant dense<[[2.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.Gelu %0 : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("gelu")
  %2 = onnx.MatMul %1, %u : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %2 : tensor<?x1xf32>
}
