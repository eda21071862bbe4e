// RUN: quant-opt %s --quantc-fold-scales --canonicalize | FileCheck %s

// Behind a product, through its bias and Relu: (Relu(x W + b)) * c.
// CHECK-LABEL: func.func @factor
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}2.000000e+00, 8.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[6.000000e+00, 2.000000e+01]> : tensor<2xf32>
// CHECK: %[[P:.*]] = onnx.MatMul %arg0, %[[W]]
// CHECK: %[[Q:.*]] = onnx.Add %[[P]], %[[B]]
// CHECK: %[[R:.*]] = onnx.Relu %[[Q]]
// CHECK: return %[[R]]
func.func @factor(%x: tensor<?x1xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %b = onnx.Constant dense<[3.0, 5.0]> : tensor<2xf32>
  %c = onnx.Constant dense<[2.0, 4.0]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x1xf32>, tensor<1x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.Add %0, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = onnx.Relu %1 : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.Mul %2, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %3 : tensor<?x2xf32>
}

// In front of a convolution: an image divided by 4.
// CHECK-LABEL: func.func @image
// CHECK: %[[W:.*]] = onnx.Constant dense<2.500000e-01> : tensor<2x3x1x1xf32>
// CHECK: onnx.Conv %arg0, %[[W]]
// CHECK-NOT: onnx.Div
func.func @image(%x: tensor<?x3x4x4xf32>) -> tensor<?x2x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x3x1x1xf32>
  %c = onnx.Constant dense<4.0> : tensor<f32>
  %0 = onnx.Div %x, %c : (tensor<?x3x4x4xf32>, tensor<f32>) -> tensor<?x3x4x4xf32>
  %1 = onnx.Conv %0, %w : (tensor<?x3x4x4xf32>, tensor<2x3x1x1xf32>) -> tensor<?x2x4x4xf32>
  return %1 : tensor<?x2x4x4xf32>
}

// Of grouped rows of a Gemm with a transposed weight.
// CHECK-LABEL: func.func @rows
// CHECK: %[[W:.*]] = onnx.Constant dense<{{\[\[}}2.000000e+00, -8.000000e+00]]> : tensor<1x2xf32>
// CHECK: onnx.Gemm %arg0, %[[W]] {transB = 1 : i64}
func.func @rows(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %c = onnx.Constant dense<[2.0, -4.0]> : tensor<2xf32>
  %0 = onnx.Mul %x, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = onnx.Gemm %0, %w {transB = 1 : i64} : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x1xf32>
  return %1 : tensor<?x1xf32>
}

// A batch normalization behind a Gemm: factors 2 and 1/2, offsets 1 - 2 * 2 = -3 and
// 1 - 4 / 2 = -1, added to the bias.
// CHECK-LABEL: func.func @batchnorm
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}2.000000e+00, 1.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[3.000000e+00, 1.500000e+00]> : tensor<2xf32>
// CHECK: %[[Y:.*]] = onnx.Gemm %arg0, %[[W]], %[[B]]
// CHECK-NEXT: return %[[Y]]
func.func @batchnorm(%x: tensor<?x1xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %c = onnx.Constant dense<[3.0, 5.0]> : tensor<2xf32>
  %s = onnx.Constant dense<[2.0, 1.0]> : tensor<2xf32>
  %b = onnx.Constant dense<1.0> : tensor<2xf32>
  %m = onnx.Constant dense<[2.0, 4.0]> : tensor<2xf32>
  %v = onnx.Constant dense<[1.0, 4.0]> : tensor<2xf32>
  %0 = onnx.Gemm %x, %w, %c : (tensor<?x1xf32>, tensor<1x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = onnx.BatchNormalization %0, %s, %b, %m, %v {epsilon = 0.0 : f32} : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// Constants added twice, and subtracted.
// CHECK-LABEL: func.func @offsets
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[4.000000e+00, 1.000000e+00]> : tensor<2xf32>
// CHECK: %[[P:.*]] = onnx.MatMul
// CHECK: %[[Y:.*]] = onnx.Add %[[P]], %[[B]]
// CHECK-NEXT: return %[[Y]]
func.func @offsets(%x: tensor<?x1xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %b = onnx.Constant dense<[3.0, 5.0]> : tensor<2xf32>
  %c = onnx.Constant dense<2.0> : tensor<f32>
  %d = onnx.Constant dense<[1.0, 6.0]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x1xf32>, tensor<1x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.Add %0, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = onnx.Add %c, %1 : (tensor<f32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.Sub %2, %d : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %3 : tensor<?x2xf32>
}

// The scale of the scores: 1 / sqrt(4) where none is given.
// CHECK-LABEL: func.func @attention
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<5.000000e-01> : tensor<4x4xf32>
// CHECK: %[[Q:.*]] = onnx.MatMul %arg0, %[[W]]
// CHECK: onnx.Attention %[[Q]], %arg0, %arg0 {{.*}}scale = 1.000000e+00 : f32
func.func @attention(%x: tensor<1x?x4xf32>) -> tensor<1x?x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<4x4xf32>
  %0 = onnx.MatMul %x, %w : (tensor<1x?x4xf32>, tensor<4x4xf32>) -> tensor<1x?x4xf32>
  %1 = onnx.Attention %0, %x, %x {q_num_heads = 1 : i64, kv_num_heads = 1 : i64} : (tensor<1x?x4xf32>, tensor<1x?x4xf32>, tensor<1x?x4xf32>) -> tensor<1x?x4xf32>
  return %1 : tensor<1x?x4xf32>
}

// Codes of a constant, with ties to even and the zero point.
// CHECK-LABEL: func.func @constant
// CHECK: %[[C:.*]] = onnx.Constant dense<[10, 12, 255, 0]> : tensor<4xui8>
// CHECK: return %[[C]]
func.func @constant() -> tensor<4xui8> {
  %x = onnx.Constant dense<[0.0, 0.75, 1000.0, -9.0]> : tensor<4xf32>
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<10> : tensor<ui8>
  %0 = qnn.quantize %x, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %0 : tensor<4xui8>
}

// Codes of scale 1/2 reach 127.5, those between them, of scale 1, do not saturate.
// CHECK-LABEL: func.func @requantize
// CHECK: %[[X:.*]] = qnn.dequantize %arg0
// CHECK-NEXT: %[[Q:.*]] = qnn.quantize %[[X]]
// CHECK-NEXT: return %[[Q]]
func.func @requantize(%q: tensor<?xui8>) -> tensor<?xui8> {
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<ui8>
  %0 = qnn.dequantize %q, %half, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xui8>, tensor<f32>, tensor<ui8>) -> tensor<?xf32>
  %1 = qnn.quantize %0, %one, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xf32>, tensor<f32>, tensor<ui8>) -> tensor<?xui8>
  %2 = qnn.dequantize %1, %one, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xui8>, tensor<f32>, tensor<ui8>) -> tensor<?xf32>
  %3 = qnn.quantize %2, %two, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xf32>, tensor<f32>, tensor<ui8>) -> tensor<?xui8>
  return %3 : tensor<?xui8>
}

// The zero point's correction and an integer bias, two factors.
// CHECK-LABEL: func.func @epilogue
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[90, 195]> : tensor<2xi32>
// CHECK-DAG: %[[F:.*]] = onnx.Constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: qnn.matmul %arg0, %{{.*}} with %[[B]], %[[F]]
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %[[K:.*]]: i32, %[[C:.*]]: f32):
// CHECK-NEXT: %[[S:.*]] = arith.addi %[[ACC]], %[[K]]
// CHECK-NEXT: %[[T:.*]] = arith.sitofp %[[S]]
// CHECK-NEXT: %[[Y:.*]] = arith.mulf %[[T]], %[[C]]
// CHECK-NEXT: qnn.yield %[[Y]]
func.func @epilogue(%x: tensor<?x4xui8>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<1> : tensor<4x2xi8>
  %k = onnx.Constant dense<[10, 5]> : tensor<2xi32>
  %b = onnx.Constant dense<[100, 200]> : tensor<2xi32>
  %c = onnx.Constant dense<[0.5, 1.0]> : tensor<2xf32>
  %0 = qnn.matmul %x, %w with %k, %b, %c : (tensor<?x4xui8>, tensor<4x2xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: i32, %a0: i32, %a1: i32, %a2: f32):
    %two = arith.constant 2.0 : f32
    %1 = arith.subi %acc, %a0 : i32
    %2 = arith.addi %1, %a1 : i32
    %3 = arith.sitofp %2 : i32 to f32
    %4 = arith.mulf %3, %a2 : f32
    %5 = arith.mulf %4, %two : f32
    qnn.yield %5 : f32
  }
  return %0 : tensor<?x2xf32>
}
