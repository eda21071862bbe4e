// RUN: quant-opt %s --pass-pipeline='builtin.module(quantc-quantize-model{recipe=w8a8-dynamic},quantc-fold)' | FileCheck %s

// Two linear layers read the same codes; biases and Gelu are in the epilogue.
// CHECK-LABEL: func.func @main
// CHECK: %[[Q:.*]], %[[S:.*]], %[[Z:.*]] = qnn.dynamic_quantize %arg0
// CHECK-NEXT: %[[A:.*]] = qnn.matmul %[[Q]], %{{.*}} with {{.*}} -> tensor<?x?x2xf32>
// CHECK: qnn.matmul %[[Q]], %{{.*}} with {{.*}}%[[A]]
// CHECK: math.erf
// CHECK-NOT: qnn.map
func.func @main(%x: tensor<?x?x2xf32> {onnx.name = "x"}) -> tensor<?x?x2xf32> {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  %v = onnx.Constant dense<[[1.0, -1.0], [0.5, 0.25]]> : tensor<2x2xf32>
  %b = onnx.Constant dense<[0.5, 0.25]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x?x2xf32>, tensor<2x2xf32>) -> tensor<?x?x2xf32>
  %1 = onnx.Add %b, %0 : (tensor<2xf32>, tensor<?x?x2xf32>) -> tensor<?x?x2xf32>
  %2 = onnx.Gelu %1 : (tensor<?x?x2xf32>) -> tensor<?x?x2xf32>
  %3 = onnx.MatMul %x, %v : (tensor<?x?x2xf32>, tensor<2x2xf32>) -> tensor<?x?x2xf32>
  %4 = onnx.Add %3, %2 : (tensor<?x?x2xf32>, tensor<?x?x2xf32>) -> tensor<?x?x2xf32>
  return %4 : tensor<?x?x2xf32>
}
