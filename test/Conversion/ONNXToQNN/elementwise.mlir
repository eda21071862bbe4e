// RUN: quant-opt %s --convert-onnx-to-qnn | FileCheck %s

// CHECK-LABEL: func.func @add
func.func @add(%a: tensor<?x8xf32>, %b: tensor<8xf32>) -> tensor<?x8xf32> {
  // CHECK: qnn.map %{{.*}}, %{{.*}} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32> {
  // CHECK: arith.addf
  // CHECK: qnn.yield
  %0 = onnx.Add %a, %b : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// Signedness picks the operation; division is safe for every divisor.
// CHECK-LABEL: func.func @divide_unsigned
func.func @divide_unsigned(%a: tensor<8xui8>, %b: tensor<8xui8>) -> tensor<8xui8> {
  // CHECK: ^bb0(%[[A:.*]]: i8, %[[B:.*]]: i8)
  // CHECK: %[[BAD:.*]] = arith.cmpi eq, %[[B]]
  // CHECK: %[[SAFE:.*]] = arith.select %[[BAD]]
  // CHECK: arith.divui %[[A]], %[[SAFE]]
  %0 = onnx.Div %a, %b : (tensor<8xui8>, tensor<8xui8>) -> tensor<8xui8>
  return %0 : tensor<8xui8>
}

// f16 is computed in f32 and rounded once.
// CHECK-LABEL: func.func @half
func.func @half(%a: tensor<8xf16>) -> tensor<8xf16> {
  // CHECK: arith.extf %{{.*}} : f16 to f32
  // CHECK: math.erf %{{.*}} : f32
  // CHECK: %[[Y:.*]] = arith.truncf %{{.*}} : f32 to f16
  // CHECK: qnn.yield %[[Y]] : f16
  %0 = onnx.Gelu %a : (tensor<8xf16>) -> tensor<8xf16>
  return %0 : tensor<8xf16>
}

// CHECK-LABEL: func.func @square
func.func @square(%a: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: arith.mulf %[[X:.*]], %[[X]]
  // CHECK-NOT: math.powf
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %0 = onnx.Pow %a, %two : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// A float is clamped before it becomes an integer; NaN gives 0.
// CHECK-LABEL: func.func @cast
func.func @cast(%a: tensor<8xf32>) -> tensor<8xui8> {
  // CHECK: arith.cmpf ogt
  // CHECK: arith.fptoui %{{.*}} : f32 to i8
  // CHECK: arith.cmpf uno
  %0 = onnx.Cast %a : (tensor<8xf32>) -> tensor<8xui8>
  return %0 : tensor<8xui8>
}

// CHECK-LABEL: func.func @where
func.func @where(%c: tensor<8xi1>, %a: tensor<8xi64>, %b: tensor<i64>) -> tensor<8xi64> {
  // CHECK: ^bb0(%[[C:.*]]: i1, %[[A:.*]]: i64, %[[B:.*]]: i64)
  // CHECK: arith.select %[[C]], %[[A]], %[[B]] : i64
  %0 = onnx.Where %c, %a, %b : (tensor<8xi1>, tensor<8xi64>, tensor<i64>) -> tensor<8xi64>
  return %0 : tensor<8xi64>
}

// Parameters by one map over channels, then a fused multiply-add.
// CHECK-LABEL: func.func @batchnorm
func.func @batchnorm(%x: tensor<?x4x5x5xf32>, %s: tensor<4xf32>, %b: tensor<4xf32>,
                     %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<?x4x5x5xf32> {
  // CHECK: %[[P:.*]]:2 = qnn.map
  // CHECK: onnx.Unsqueeze %[[P]]#0
  // CHECK-SAME: tensor<4x1x1xf32>
  // CHECK: qnn.map
  // CHECK: math.fma
  %0 = onnx.BatchNormalization %x, %s, %b, %m, %v
      : (tensor<?x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
      -> tensor<?x4x5x5xf32>
  return %0 : tensor<?x4x5x5xf32>
}

// CHECK-LABEL: func.func @quantize_axis
func.func @quantize_axis(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %z: tensor<3xui8>)
    -> tensor<2x3x4xui8> {
  // CHECK: %[[S:.*]] = onnx.Unsqueeze %{{.*}} -> tensor<1x3x1xf32>
  // CHECK: qnn.quantize %{{.*}}, %[[S]], %{{.*}} {block = array<i64: -1, 1, -1>, codec = #qnn.int<8, unsigned>}
  %0 = onnx.QuantizeLinear %x, %s, %z {axis = 1 : i64}
      : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xui8>) -> tensor<2x3x4xui8>
  return %0 : tensor<2x3x4xui8>
}
