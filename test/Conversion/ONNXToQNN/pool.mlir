// RUN: quant-opt %s --convert-onnx-to-qnn | FileCheck %s

// ceil_mode over known extents is end padding.
// CHECK-LABEL: func.func @max
// CHECK: %[[X:.*]] = onnx.Transpose %arg0 {perm = array<i64: 0, 2, 3, 1>}
// CHECK: %[[Y:.*]] = qnn.max_pool %[[X]]
// CHECK-SAME: pads = array<i64: 0, 0, 1, 1>
// CHECK-SAME: (tensor<1x8x8x4xf32>) -> tensor<1x4x4x4xf32>
// CHECK: onnx.Transpose %[[Y]] {perm = array<i64: 0, 3, 1, 2>}
func.func @max(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32> {
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, ceil_mode = 1 : i64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// Unknown extents leave it as it is.
// CHECK-LABEL: func.func @max_unknown
// CHECK: onnx.MaxPool
func.func @max_unknown(%x: tensor<1x4x?x?xf32>) -> tensor<1x4x?x?xf32> {
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, ceil_mode = 1 : i64} : (tensor<1x4x?x?xf32>) -> tensor<1x4x?x?xf32>
  return %0 : tensor<1x4x?x?xf32>
}

// CHECK-LABEL: func.func @average
// CHECK: qnn.average_pool {{.*}}count_include_pad = true
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[N:.*]]: i32):
// CHECK-NEXT: %[[F:.*]] = arith.sitofp %[[N]] : i32 to f32
// CHECK-NEXT: %[[M:.*]] = arith.divf %[[ACC]], %[[F]] : f32
// CHECK-NEXT: qnn.yield %[[M]] : f32
func.func @average(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, count_include_pad = 1 : i64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %0 : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: func.func @global
// CHECK: qnn.average_pool {{.*}}kernel_shape = array<i64: -1, -1>
// CHECK-SAME: (tensor<?x?x?x4xf32>) -> tensor<?x1x1x4xf32>
func.func @global(%x: tensor<?x4x?x?xf32>) -> tensor<?x4x1x1xf32> {
  %0 = onnx.GlobalAveragePool %x : (tensor<?x4x?x?xf32>) -> tensor<?x4x1x1xf32>
  return %0 : tensor<?x4x1x1xf32>
}
