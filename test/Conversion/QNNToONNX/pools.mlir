// RUN: quant-opt %s --convert-qnn-to-onnx | FileCheck %s

// CHECK-LABEL: func.func @global
// CHECK-DAG: %[[N:.*]] = onnx.Constant dense<20> : tensor<i32>
// CHECK-DAG: %[[WIDE:.*]] = onnx.Cast %arg0 : (tensor<?x4x5x3xui8>) -> tensor<?x4x5x3xi32>
// CHECK: %[[SUM:.*]] = onnx.ReduceSum %[[WIDE]]
// CHECK: qnn.map %[[SUM]], %[[N]]
func.func @global(%x: tensor<?x4x5x3xui8>) -> tensor<?x1x1x3xi32> {
  %0 = qnn.average_pool %x {kernel_shape = array<i64: -1, -1>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<?x4x5x3xui8>) -> tensor<?x1x1x3xi32> {
  ^bb0(%acc: i32, %count: i32):
    %1 = arith.divsi %acc, %count : i32
    qnn.yield %1 : i32
  }
  return %0 : tensor<?x1x1x3xi32>
}

// An image of unknown size is counted when the model runs.
// CHECK-LABEL: func.func @unknown
// CHECK: onnx.ReduceProd
// CHECK: onnx.ReduceSum
func.func @unknown(%x: tensor<1x?x?x3xf32>) -> tensor<1x1x1x3xf32> {
  %0 = qnn.average_pool %x {kernel_shape = array<i64: -1, -1>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x?x?x3xf32>) -> tensor<1x1x1x3xf32> {
  ^bb0(%acc: f32, %count: i32):
    %1 = arith.sitofp %count : i32 to f32
    %2 = arith.divf %acc, %1 : f32
    qnn.yield %2 : f32
  }
  return %0 : tensor<1x1x1x3xf32>
}

// Windows at the border hold less of the image: 2 and 3 of three.
// CHECK-LABEL: func.func @windows
// CHECK: %[[N:.*]] = onnx.Constant dense<
// CHECK-SAME: {{\[\[}}[2], [3], [3], [2]]]> : tensor<1x4x1xi32>
// CHECK: %[[SUM:.*]] = onnx.ConvInteger
// CHECK-SAME: group = 2 : i64
// CHECK-SAME: tensor<2x1x3xi8>
// CHECK: %[[BACK:.*]] = onnx.Transpose %[[SUM]]
// CHECK: qnn.map %[[BACK]], %[[N]]
func.func @windows(%x: tensor<1x4x2xi8>) -> tensor<1x4x2xi32> {
  %0 = qnn.average_pool %x {kernel_shape = array<i64: 3>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 1, 1>}
      : (tensor<1x4x2xi8>) -> tensor<1x4x2xi32> {
  ^bb0(%acc: i32, %count: i32):
    %1 = arith.divsi %acc, %count : i32
    qnn.yield %1 : i32
  }
  return %0 : tensor<1x4x2xi32>
}

// CHECK-LABEL: func.func @max
// CHECK: onnx.Transpose
// CHECK: onnx.MaxPool
// CHECK-SAME: (tensor<1x2x4x4xui8>) -> tensor<1x2x2x2xui8>
// CHECK: onnx.Transpose
func.func @max(%x: tensor<1x4x4x2xui8>) -> tensor<1x2x2x2xui8> {
  %0 = qnn.max_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x4x2xui8>) -> tensor<1x2x2x2xui8>
  return %0 : tensor<1x2x2x2xui8>
}
