// RUN: quant-opt %s --convert-quantize-to-map | FileCheck %s

// CHECK-LABEL: func.func @per_tensor
func.func @per_tensor(%q: tensor<?x8xi8>, %s: tensor<f32>) -> tensor<?x8xf32> {
  // CHECK: qnn.map %{{.*}}, %{{.*}} : (tensor<?x8xi8>, tensor<f32>) -> tensor<?x8xf32> {
  // CHECK: ^bb0(%[[Q:.*]]: i8, %[[S:.*]]: f32)
  // CHECK: qnn.dequantize %[[Q]], %[[S]] {{.*}} : (i8, f32) -> f32
  %0 = qnn.dequantize %q, %s {codec = #qnn.int<8, signed>, block = array<i64: -1, -1>}
      : (tensor<?x8xi8>, tensor<f32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// Blocks longer than one element become a dimension.
// CHECK-LABEL: func.func @per_group
func.func @per_group(%q: tensor<64x8xi8>, %s: tensor<2x8xf32>) -> tensor<64x8xf32> {
  // CHECK: onnx.Reshape %{{.*}} -> tensor<2x32x8xi8>
  // CHECK: onnx.Reshape %{{.*}} -> tensor<2x1x8xf32>
  // CHECK: qnn.map {{.*}} -> tensor<2x32x8xf32>
  // CHECK: onnx.Reshape %{{.*}} -> tensor<64x8xf32>
  %0 = qnn.dequantize %q, %s {codec = #qnn.int<8, signed>, block = array<i64: 32, 1>}
      : (tensor<64x8xi8>, tensor<2x8xf32>) -> tensor<64x8xf32>
  return %0 : tensor<64x8xf32>
}
