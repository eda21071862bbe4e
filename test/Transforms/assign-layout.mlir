// RUN: quant-opt %s --quantc-assign-layout | FileCheck %s

// A bias per channel comes along; the transposes cancel.
// CHECK-LABEL: func.func @map
// CHECK: %[[B:.*]] = onnx.Constant dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00]]]]> : tensor<1x1x1x2xf32>
// CHECK-NOT: onnx.Transpose
// CHECK: %[[Y:.*]] = qnn.map %arg0, %[[B]] : (tensor<?x4x5x2xf32>, tensor<1x1x1x2xf32>) -> tensor<?x4x5x2xf32>
// CHECK: return %[[Y]]
func.func @map(%x: tensor<?x4x5x2xf32>) -> tensor<?x4x5x2xf32> {
  %b = onnx.Constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<?x4x5x2xf32>) -> tensor<?x2x4x5xf32>
  %1 = qnn.map %0, %b : (tensor<?x2x4x5xf32>, tensor<2x1x1xf32>) -> tensor<?x2x4x5xf32> {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %a, %c : f32
    qnn.yield %s : f32
  }
  %2 = onnx.Transpose %1 {perm = array<i64: 0, 2, 3, 1>} : (tensor<?x2x4x5xf32>) -> tensor<?x4x5x2xf32>
  return %2 : tensor<?x4x5x2xf32>
}

// A residual: both operands are transposed.
// CHECK-LABEL: func.func @residual
// CHECK: %[[S:.*]] = qnn.map %arg0, %arg1 : (tensor<1x4x5x2xf32>, tensor<1x4x5x2xf32>)
// CHECK: onnx.Transpose %[[S]]
func.func @residual(%x: tensor<1x4x5x2xf32>, %y: tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32> {
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %1 = onnx.Transpose %y {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %2 = qnn.map %0, %1 : (tensor<1x2x4x5xf32>, tensor<1x2x4x5xf32>) -> tensor<1x2x4x5xf32> {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %a, %c : f32
    qnn.yield %s : f32
  }
  return %2 : tensor<1x2x4x5xf32>
}

// The other operand would have to be transposed: nothing moves.
// CHECK-LABEL: func.func @other_operand
// CHECK: onnx.Transpose %arg0
// CHECK: qnn.map
// CHECK-NOT: onnx.Transpose
func.func @other_operand(%x: tensor<1x4x5x2xf32>, %y: tensor<1x2x4x5xf32>) -> tensor<1x2x4x5xf32> {
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %2 = qnn.map %0, %y : (tensor<1x2x4x5xf32>, tensor<1x2x4x5xf32>) -> tensor<1x2x4x5xf32> {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %a, %c : f32
    qnn.yield %s : f32
  }
  return %2 : tensor<1x2x4x5xf32>
}

// CHECK-LABEL: func.func @reshape
// CHECK: onnx.Reshape %arg0{{.*}} : (tensor<?x1x1x8xf32>, tensor<4xi64>) -> tensor<?x8x1x1xf32>
func.func @reshape(%x: tensor<?x1x1x8xf32>) -> tensor<?x8x1x1xf32> {
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<?x1x1x8xf32>) -> tensor<?x8x1x1xf32>
  return %0 : tensor<?x8x1x1xf32>
}

// Attributes that name dimensions follow.
// CHECK-LABEL: func.func @axes
// CHECK: %[[PADS:.*]] = onnx.Constant dense<[0, 3, 4, 2, 0, 0, 0, 0]>
// CHECK: %[[Q:.*]] = qnn.quantize %arg0, {{.*}} {block = array<i64: -1, -1, -1, 1>
// CHECK-SAME: tensor<1x1x1x2xf32>
// CHECK: %[[C:.*]] = onnx.Concat %[[Q]], %[[Q]] {axis = 3 : i64}
// CHECK: %[[P:.*]] = onnx.Pad %[[C]], %[[PADS]]
// CHECK: onnx.Transpose %[[P]]
func.func @axes(%x: tensor<1x4x5x2xf32>) -> tensor<1x6x7x9xi8> {
  %s = onnx.Constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %pads = onnx.Constant dense<[0, 2, 3, 4, 0, 0, 0, 0]> : tensor<8xi64>
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %1 = qnn.quantize %0, %s {codec = #qnn.int<8, signed>, block = array<i64: -1, 1, -1, -1>} : (tensor<1x2x4x5xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x5xi8>
  %2 = onnx.Concat %1, %1 {axis = 1 : i64} : (tensor<1x2x4x5xi8>, tensor<1x2x4x5xi8>) -> tensor<1x4x4x5xi8>
  %3 = "onnx.Pad"(%2, %pads) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<1x4x4x5xi8>, tensor<8xi64>) -> tensor<1x6x7x9xi8>
  return %3 : tensor<1x6x7x9xi8>
}

// CHECK-LABEL: func.func @mean
// CHECK: %[[A:.*]] = onnx.Constant dense<[1, 2]>
// CHECK: %[[M:.*]] = onnx.ReduceMean %arg0, %[[A]] {keepdims = 0 : i64} : (tensor<?x4x5x8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
// CHECK-NOT: onnx.Transpose
// CHECK: return %[[M]]
func.func @mean(%x: tensor<?x4x5x8xf32>) -> tensor<?x8xf32> {
  %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<?x4x5x8xf32>) -> tensor<?x8x4x5xf32>
  %1 = onnx.ReduceMean %0, %a {keepdims = 0 : i64} : (tensor<?x8x4x5xf32>, tensor<2xi64>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @slice
// CHECK: %[[A:.*]] = onnx.Constant dense<[1, 2]>
// CHECK: %[[S:.*]] = onnx.Slice %arg0, %{{.*}}, %{{.*}}, %[[A]], %{{.*}} -> tensor<1x2x3x8xf32>
// CHECK: onnx.Transpose %[[S]]
func.func @slice(%x: tensor<1x4x5x8xf32>) -> tensor<1x8x2x3xf32> {
  %starts = onnx.Constant dense<0> : tensor<2xi64>
  %ends = onnx.Constant dense<[4, 5]> : tensor<2xi64>
  %axes = onnx.Constant dense<[2, -1]> : tensor<2xi64>
  %steps = onnx.Constant dense<2> : tensor<2xi64>
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x8xf32>) -> tensor<1x8x4x5xf32>
  %1 = onnx.Slice %0, %starts, %ends, %axes, %steps : (tensor<1x8x4x5xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x8x2x3xf32>
  return %1 : tensor<1x8x2x3xf32>
}

// CHECK-LABEL: func.func @mean_kept
// CHECK: onnx.ReduceMean %arg0, %{{.*}} : (tensor<1x4x5x8xf32>, tensor<2xi64>) -> tensor<1x1x1x8xf32>
// CHECK: onnx.Reshape
func.func @mean_kept(%x: tensor<1x4x5x8xf32>) -> tensor<1x8x1x1xf32> {
  %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x8xf32>) -> tensor<1x8x4x5xf32>
  %1 = onnx.ReduceMean %0, %a {keepdims = 1 : i64} : (tensor<1x8x4x5xf32>, tensor<2xi64>) -> tensor<1x8x1x1xf32>
  return %1 : tensor<1x8x1x1xf32>
}

// A weight's codes are transposed at compile time, its scales follow.
// CHECK-LABEL: func.func @weight
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}1, 3], [2, 4]]> : tensor<2x2xi8>
// CHECK-DAG: %[[S:.*]] = onnx.Constant {{.*}} : tensor<1x2xf32>
// CHECK: %[[D:.*]] = qnn.dequantize %[[W]], %[[S]] {block = array<i64: -1, 1>
// CHECK: return %[[D]]
func.func @weight() -> tensor<2x2xf32> {
  %w = onnx.Constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>
  %s = onnx.Constant dense<[[0.5], [0.25]]> : tensor<2x1xf32>
  %0 = qnn.dequantize %w, %s {codec = #qnn.int<8, signed>, block = array<i64: 1, -1>} : (tensor<2x2xi8>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %1 = onnx.Transpose %0 {perm = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}
