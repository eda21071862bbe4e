// RUN: quant-opt %s --convert-onnx-to-qnn | FileCheck %s

// CHECK-LABEL: func.func @matmul
// CHECK: %[[Y:.*]] = qnn.matmul %arg0, %arg1 : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32> {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32):
// CHECK-NEXT: qnn.yield %[[ACC]] : f32
// CHECK: return %[[Y]]
func.func @matmul(%x: tensor<?x8xf32>, %w: tensor<8x4xf32>) -> tensor<?x4xf32> {
  %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// A row and a column that are vectors.
// CHECK-LABEL: func.func @vectors
// CHECK-DAG: %[[A:.*]] = onnx.Unsqueeze %arg0
// CHECK-DAG: %[[B:.*]] = onnx.Unsqueeze %arg1
// CHECK: %[[Y:.*]] = qnn.matmul %[[A]], %[[B]] : (tensor<1x8xf32>, tensor<8x1xf32>) -> tensor<1x1xf32>
// CHECK: onnx.Squeeze %[[Y]]{{.*}} -> tensor<f32>
func.func @vectors(%x: tensor<8xf32>, %w: tensor<8xf32>) -> tensor<f32> {
  %0 = onnx.MatMul %x, %w : (tensor<8xf32>, tensor<8xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK-LABEL: func.func @row
// CHECK: %[[A:.*]] = onnx.Unsqueeze %arg0
// CHECK: %[[Y:.*]] = qnn.matmul %[[A]], %arg1 : (tensor<1x8xf32>, tensor<5x8x3xf32>) -> tensor<5x1x3xf32>
// CHECK: onnx.Squeeze %[[Y]]{{.*}} -> tensor<5x3xf32>
func.func @row(%x: tensor<8xf32>, %w: tensor<5x8x3xf32>) -> tensor<5x3xf32> {
  %0 = onnx.MatMul %x, %w : (tensor<8xf32>, tensor<5x8x3xf32>) -> tensor<5x3xf32>
  return %0 : tensor<5x3xf32>
}

// f16 is computed in f32 and rounded once.
// CHECK-LABEL: func.func @half
// CHECK: arith.extf
// CHECK: arith.extf
// CHECK: qnn.matmul {{.*}} -> tensor<2x4xf16> {
// CHECK: %[[H:.*]] = arith.truncf {{.*}} : f32 to f16
// CHECK: qnn.yield %[[H]] : f16
func.func @half(%x: tensor<2x8xf16>, %w: tensor<8x4xf16>) -> tensor<2x4xf16> {
  %0 = onnx.MatMul %x, %w : (tensor<2x8xf16>, tensor<8x4xf16>) -> tensor<2x4xf16>
  return %0 : tensor<2x4xf16>
}

// A constant is transposed at once; a factor of 1 leaves no multiplication.
// CHECK-LABEL: func.func @gemm
// CHECK: %[[B:.*]] = onnx.Constant dense<{{\[\[}}1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-NOT: onnx.Transpose
// CHECK: qnn.matmul %arg0, %[[B]] with %arg1
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[C:.*]]: f32):
// CHECK: %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-NEXT: %[[S:.*]] = arith.mulf %[[ACC]], %[[TWO]] : f32
// CHECK-NEXT: %[[Y:.*]] = arith.addf %[[S]], %[[C]] : f32
// CHECK-NEXT: qnn.yield %[[Y]] : f32
func.func @gemm(%x: tensor<?x2xf32>, %c: tensor<2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = onnx.Gemm %x, %w, %c {transB = 1 : i64, alpha = 2.0 : f32} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// acc - za * colsum(b) - zb * rowsum(a) + K * za * zb
// CHECK-LABEL: func.func @integer
// CHECK: %[[WIDEB:.*]] = qnn.map %arg1
// CHECK: %[[COLSUM:.*]] = onnx.ReduceSum %[[WIDEB]]{{.*}} -> tensor<1x4xi32>
// CHECK: %[[WIDEA:.*]] = qnn.map %arg0
// CHECK: %[[ROWSUM:.*]] = onnx.ReduceSum %[[WIDEA]]{{.*}} -> tensor<?x1xi32>
// CHECK: qnn.matmul %arg0, %arg1 with %arg2, %[[COLSUM]], %arg3, %[[ROWSUM]]
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %[[ZA:.*]]: i8, %[[CS:.*]]: i32, %[[ZB:.*]]: i8, %[[RS:.*]]: i32):
// CHECK: %[[K:.*]] = arith.constant 8 : i32
// CHECK: %[[ZAW:.*]] = arith.extui %[[ZA]] : i8 to i32
// CHECK: %[[P:.*]] = arith.muli %[[ZAW]], %[[CS]]
// CHECK: %[[S:.*]] = arith.subi %[[ACC]], %[[P]]
// CHECK: %[[ZBW:.*]] = arith.extsi %[[ZB]] : i8 to i32
// CHECK: %[[BOTH:.*]] = arith.muli %[[ZAW]], %[[ZBW]]
// CHECK: arith.muli %[[BOTH]], %[[K]]
func.func @integer(%x: tensor<?x8xui8>, %w: tensor<8x4xi8>, %za: tensor<ui8>, %zb: tensor<i8>) -> tensor<?x4xi32> {
  %0 = "onnx.MatMulInteger"(%x, %w, %za, %zb) {operandSegmentSizes = array<i32: 1, 1, 1, 1>} : (tensor<?x8xui8>, tensor<8x4xi8>, tensor<ui8>, tensor<i8>) -> tensor<?x4xi32>
  return %0 : tensor<?x4xi32>
}

// No zero points, no correction.
// CHECK-LABEL: func.func @integer_plain
// CHECK: qnn.matmul %arg0, %arg1 : (tensor<?x8xui8>, tensor<8x4xi8>) -> tensor<?x4xi32>
func.func @integer_plain(%x: tensor<?x8xui8>, %w: tensor<8x4xi8>) -> tensor<?x4xi32> {
  %0 = "onnx.MatMulInteger"(%x, %w) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<?x8xui8>, tensor<8x4xi8>) -> tensor<?x4xi32>
  return %0 : tensor<?x4xi32>
}
