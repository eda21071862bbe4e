// RUN: quant-opt %s --convert-onnx-to-qnn | FileCheck %s

// CHECK-LABEL: func.func @conv
// CHECK-DAG: %[[W:.*]] = onnx.Transpose %arg1 {perm = array<i64: 2, 3, 1, 0>}{{.*}} -> tensor<3x3x8x16xf32>
// CHECK-DAG: %[[X:.*]] = onnx.Transpose %arg0 {perm = array<i64: 0, 2, 3, 1>}{{.*}} -> tensor<?x10x10x8xf32>
// CHECK: %[[Y:.*]] = qnn.conv %[[X]], %[[W]] with %arg2
// CHECK-SAME: dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>
// CHECK-SAME: -> tensor<?x5x5x16xf32>
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[B:.*]]: f32):
// CHECK-NEXT: arith.addf %[[ACC]], %[[B]] : f32
// CHECK: onnx.Transpose %[[Y]] {perm = array<i64: 0, 3, 1, 2>}{{.*}} -> tensor<?x16x5x5xf32>
func.func @conv(%x: tensor<?x8x10x10xf32>, %w: tensor<16x8x3x3xf32>, %b: tensor<16xf32>) -> tensor<?x16x5x5xf32> {
  %0 = onnx.Conv %x, %w, %b {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x8x10x10xf32>, tensor<16x8x3x3xf32>, tensor<16xf32>) -> tensor<?x16x5x5xf32>
  return %0 : tensor<?x16x5x5xf32>
}

// The odd element of SAME_UPPER padding is at the end.
// CHECK-LABEL: func.func @same_upper
// CHECK: qnn.conv {{.*}}pads = array<i64: 0, 1>
func.func @same_upper(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) -> tensor<1x6x4xf32> {
  %0 = onnx.Conv %x, %w {auto_pad = "SAME_UPPER", strides = array<i64: 2>} : (tensor<1x4x8xf32>, tensor<6x4x3xf32>) -> tensor<1x6x4xf32>
  return %0 : tensor<1x6x4xf32>
}

// The constant zero point is the padding; its share of the sum is subtracted.
// CHECK-LABEL: func.func @integer
// CHECK: %[[SUM:.*]] = onnx.Constant dense<{{\[\[\[\[}}3, 7]]]]> : tensor<1x1x1x2xi32>
// CHECK: %[[FLAT:.*]] = onnx.Reshape %[[SUM]]{{.*}} -> tensor<2xi32>
// CHECK: qnn.conv {{.*}} with %{{.*}}, %[[FLAT]] {{.*}}pad_code = 5 : i64
// CHECK: arith.subi
func.func @integer(%x: tensor<1x2x3x3xui8>) -> tensor<1x2x3x3xi32> {
  %w = onnx.Constant dense<[[[[1]], [[2]]], [[[3]], [[4]]]]> : tensor<2x2x1x1xi8>
  %z = onnx.Constant dense<5> : tensor<ui8>
  %0 = "onnx.ConvInteger"(%x, %w, %z) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2x3x3xui8>, tensor<2x2x1x1xi8>, tensor<ui8>) -> tensor<1x2x3x3xi32>
  return %0 : tensor<1x2x3x3xi32>
}

// A zero point known at run time pads the input; one of the filter needs the sum
// of each window.
// CHECK-LABEL: func.func @integer_dynamic
// CHECK: %[[P:.*]] = onnx.Pad %arg0, %{{.*}}, %arg2 {{.*}} -> tensor<1x2x5x5xui8>
// CHECK: %[[X:.*]] = onnx.Transpose %[[P]]
// CHECK: %[[WINDOWS:.*]] = qnn.conv %[[X]], %{{.*}} -> tensor<1x3x3x1xi32>
// CHECK: qnn.conv %[[X]], %{{.*}} with %arg2, %{{.*}}, %arg3, %[[WINDOWS]] {{.*}}pads = array<i64: 0, 0, 0, 0>
func.func @integer_dynamic(%x: tensor<1x2x3x3xui8>, %w: tensor<4x2x3x3xi8>, %zx: tensor<ui8>, %zw: tensor<i8>) -> tensor<1x4x3x3xi32> {
  %0 = "onnx.ConvInteger"(%x, %w, %zx, %zw) {operandSegmentSizes = array<i32: 1, 1, 1, 1>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x2x3x3xui8>, tensor<4x2x3x3xi8>, tensor<ui8>, tensor<i8>) -> tensor<1x4x3x3xi32>
  return %0 : tensor<1x4x3x3xi32>
}
