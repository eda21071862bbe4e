// RUN: quant-opt %s --quantc-quantize="recipe=%S/Inputs/minmax.yaml calibration=%S/Inputs/x.calib" | FileCheck %s
// RUN: quant-opt %s --quantc-quantize="recipe=w8a8-dynamic" | FileCheck %s --check-prefix=DYNAMIC

// x was seen in [-1.5, 3]: scale 4.5 / 255, zero point round(1.5 / scale) = 85.
// Weights: one scale per column, 1 where a column is zero.
// CHECK-LABEL: func.func @matmul
// CHECK-DAG: %[[S:.*]] = onnx.Constant dense<0.0176470596> : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant dense<85> : tensor<ui8>
// CHECK: %[[Q:.*]] = qnn.quantize %arg0, %[[S]], %[[Z]] {block = array<i64: -1, -1>, codec = #qnn.int<8, unsigned>}
// CHECK: %[[A:.*]] = qnn.dequantize %[[Q]], %[[S]], %[[Z]] {block = array<i64: -1, -1>
// CHECK-DAG: %[[C:.*]] = onnx.Constant dense<{{\[\[}}127, -127, 0], [32, 64, 0]]> : tensor<2x3xi8>
// CHECK-DAG: %[[WS:.*]] = onnx.Constant dense<{{\[\[}}0.0157480314, 0.00787401571, 1.000000e+00]]> : tensor<1x3xf32>
// CHECK: %[[W:.*]] = qnn.dequantize %[[C]], %[[WS]] {block = array<i64: -1, 1>, codec = #qnn.int<8, signed>}
// CHECK: onnx.MatMul %[[A]], %[[W]]
// DYNAMIC-LABEL: func.func @matmul
// DYNAMIC: %[[Q:.*]], %[[S:.*]], %[[Z:.*]] = qnn.dynamic_quantize %arg0 {block = array<i64: 1, -1>, codec = #qnn.int<8, unsigned>}
// DYNAMIC-SAME: -> (tensor<?x2xui8>, tensor<?x1xf32>, tensor<?x1xui8>)
// DYNAMIC: %[[A:.*]] = qnn.dequantize %[[Q]], %[[S]], %[[Z]]
// DYNAMIC: onnx.MatMul %[[A]]
func.func @matmul(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x3xf32> {
  %w = onnx.Constant dense<[[2.0, -1.0, 0.0], [0.5, 0.5, 0.0]]> : tensor<2x3xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// A transposed weight has its channels in rows; the bias stays in float.
// CHECK-LABEL: func.func @gemm
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: %[[W:.*]] = qnn.dequantize {{.*}} {block = array<i64: 1, -1>, codec = #qnn.int<8, signed>} : (tensor<2x2xi8>, tensor<2x1xf32>)
// CHECK: onnx.Gemm %{{.*}}, %[[W]], %[[B]]
func.func @gemm(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = onnx.Gemm %x, %w, %b {transB = 1 : i64} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// One quantize for both readers.
// CHECK-LABEL: func.func @shared
// CHECK-COUNT-1: qnn.quantize
// CHECK-NOT: qnn.quantize
// DYNAMIC-LABEL: func.func @shared
// DYNAMIC-COUNT-1: qnn.dynamic_quantize
// DYNAMIC-NOT: qnn.dynamic_quantize
func.func @shared(%x: tensor<?x2xf32> {onnx.name = "x"}) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  %v = onnx.Constant dense<[[1.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.MatMul %x, %v : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}

// An embedding table has a scale per row; small tables stay as they are.
// CHECK-LABEL: func.func @embedding
// CHECK: %[[T:.*]] = qnn.dequantize {{.*}} {block = array<i64: 1, -1>, codec = #qnn.int<8, signed>} : (tensor<64x32xi8>, tensor<64x1xf32>)
// CHECK: onnx.Gather %[[T]], %arg0
// CHECK: onnx.Gather %{{.*}}, %arg0 : (tensor<2x32xf32>
func.func @embedding(%ids: tensor<?xi64>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %t = onnx.Constant dense<2.0> : tensor<64x32xf32>
  %u = onnx.Constant dense<2.0> : tensor<2x32xf32>
  %0 = onnx.Gather %t, %ids : (tensor<64x32xf32>, tensor<?xi64>) -> tensor<?x32xf32>
  %1 = onnx.Gather %u, %ids : (tensor<2x32xf32>, tensor<?xi64>) -> tensor<?x32xf32>
  return %0, %1 : tensor<?x32xf32>, tensor<?x32xf32>
}

// A product of no columns has nothing to sum.
// CHECK-LABEL: func.func @no_columns
// DYNAMIC-LABEL: func.func @no_columns
// CHECK: onnx.MatMul
func.func @no_columns(%x: tensor<2x4xf32> {onnx.name = "x"}) -> tensor<2x0xf32> {
  %w = onnx.Constant dense<> : tensor<4x0xf32>
  %0 = onnx.MatMul %x, %w : (tensor<2x4xf32>, tensor<4x0xf32>) -> tensor<2x0xf32>
  return %0 : tensor<2x0xf32>
}
