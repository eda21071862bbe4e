// RUN: quant-opt %s --convert-qnn-to-onnx | FileCheck %s

// CHECK-LABEL: func.func @matmul
// CHECK: %[[ACC:.*]] = onnx.MatMulInteger %arg0, %arg1 : (tensor<?x8xui8>, tensor<8x4xi8>) -> tensor<?x4xi32>
// CHECK: qnn.map %[[ACC]], %arg2
// CHECK-NEXT: ^bb0(%{{.*}}: i32, %{{.*}}: f32):
func.func @matmul(%x: tensor<?x8xui8>, %w: tensor<8x4xi8>, %c: tensor<4xf32>) -> tensor<?x4xf32> {
  %0 = qnn.matmul %x, %w with %c : (tensor<?x8xui8>, tensor<8x4xi8>, tensor<4xf32>) -> tensor<?x4xf32> {
  ^bb0(%acc: i32, %f: f32):
    %1 = arith.sitofp %acc : i32 to f32
    %2 = arith.mulf %1, %f : f32
    qnn.yield %2 : f32
  }
  return %0 : tensor<?x4xf32>
}

// The correction for the zero point goes into ConvInteger, which then also pads
// with it: 2 * (1 + 3) = 8, 2 * (2 + 4) = 12.
// CHECK-LABEL: func.func @corrected
// CHECK: %[[X:.*]] = onnx.Transpose %arg0 {perm = array<i64: 0, 3, 1, 2>}
// CHECK: %[[Z:.*]] = onnx.Constant dense<2> : tensor<ui8>
// CHECK: %[[ACC:.*]] = onnx.ConvInteger %[[X]], %{{.*}}, %[[Z]]
// CHECK-SAME: pads = array<i64: 1, 1, 1, 1>
// CHECK: %[[BACK:.*]] = onnx.Transpose %[[ACC]] {perm = array<i64: 0, 2, 3, 1>}
// CHECK: qnn.map %[[BACK]]
// CHECK-NOT: arith.subi
func.func @corrected(%x: tensor<1x4x4x2xui8>) -> tensor<1x6x6x2xi32> {
  %w = onnx.Constant dense<[[[[1, 2], [3, 4]]]]> : tensor<1x1x2x2xi8>
  %k = onnx.Constant dense<[8, 12]> : tensor<2xi32>
  %0 = qnn.conv %x, %w with %k {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, pad_code = 2 : i64}
      : (tensor<1x4x4x2xui8>, tensor<1x1x2x2xi8>, tensor<2xi32>) -> tensor<1x6x6x2xi32> {
  ^bb0(%acc: i32, %c: i32):
    %1 = arith.subi %acc, %c : i32
    qnn.yield %1 : i32
  }
  return %0 : tensor<1x6x6x2xi32>
}

// Another subtraction is none: the padding is written out.
// CHECK-LABEL: func.func @padded
// CHECK: %[[P:.*]] = onnx.Pad %{{.*}}, %{{.*}}, %{{.*}} -> tensor<1x2x6x6xui8>
// CHECK: onnx.ConvInteger %[[P]], %{{.*}} {
// CHECK-SAME: pads = array<i64: 0, 0, 0, 0>
// CHECK: arith.subi
func.func @padded(%x: tensor<1x4x4x2xui8>) -> tensor<1x6x6x2xi32> {
  %w = onnx.Constant dense<[[[[1, 2], [3, 4]]]]> : tensor<1x1x2x2xi8>
  %k = onnx.Constant dense<[8, 13]> : tensor<2xi32>
  %0 = qnn.conv %x, %w with %k {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, pad_code = 2 : i64}
      : (tensor<1x4x4x2xui8>, tensor<1x1x2x2xi8>, tensor<2xi32>) -> tensor<1x6x6x2xi32> {
  ^bb0(%acc: i32, %c: i32):
    %1 = arith.subi %acc, %c : i32
    qnn.yield %1 : i32
  }
  return %0 : tensor<1x6x6x2xi32>
}
