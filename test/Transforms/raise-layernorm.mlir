// RUN: quant-opt %s --quantc-raise-layernorm | FileCheck %s

// As PyTorch decomposes it for opset 14.
// CHECK-LABEL: func.func @pow_div
func.func @pow_div(%x: tensor<?x?x8xf32>, %scale: tensor<8xf32>, %bias: tensor<8xf32>) -> tensor<?x?x8xf32> {
  // CHECK-NEXT: %[[Y:.*]] = onnx.LayerNormalization %arg0, %arg1, %arg2 {epsilon = 9.99999996E-13 : f32}
  // CHECK-NEXT: return %[[Y]]
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %epsilon = onnx.Constant dense<1.0e-12> : tensor<f32>
  %0 = onnx.ReduceMean %x, %axes : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %1 = onnx.Sub %x, %0 : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %2 = onnx.Pow %1, %two : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %3 = onnx.ReduceMean %2, %axes : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %4 = onnx.Add %3, %epsilon : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %5 = onnx.Sqrt %4 : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %6 = onnx.Div %1, %5 : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %7 = onnx.Mul %6, %scale : (tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %8 = onnx.Add %bias, %7 : (tensor<8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  return %8 : tensor<?x?x8xf32>
}

// A reciprocal root, two axes, no scale and no bias.
// CHECK-LABEL: func.func @reciprocal
func.func @reciprocal(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK: %[[ONE:.*]] = onnx.Constant dense<1.000000e+00> : tensor<3x4xf32>
  // CHECK: onnx.LayerNormalization %arg0, %[[ONE]] {axis = -2 : i64
  %axes = onnx.Constant dense<[2, 1]> : tensor<2xi64>
  %epsilon = onnx.Constant dense<0.001> : tensor<1xf32>
  %0 = onnx.ReduceMean %x, %axes : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<2x1x1xf32>
  %1 = onnx.Sub %x, %0 : (tensor<2x3x4xf32>, tensor<2x1x1xf32>) -> tensor<2x3x4xf32>
  %2 = onnx.Mul %1, %1 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = onnx.ReduceMean %2, %axes : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<2x1x1xf32>
  %4 = onnx.Add %epsilon, %3 : (tensor<1xf32>, tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %5 = onnx.Sqrt %4 : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %6 = onnx.Reciprocal %5 : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %7 = onnx.Mul %6, %1 : (tensor<2x1x1xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %7 : tensor<2x3x4xf32>
}

// Over a dimension that is not the last.
// CHECK-LABEL: func.func @inner_axis
func.func @inner_axis(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-NOT: onnx.LayerNormalization
  // CHECK: onnx.Div
  %axes = onnx.Constant dense<1> : tensor<1xi64>
  %epsilon = onnx.Constant dense<0.001> : tensor<f32>
  %0 = onnx.ReduceMean %x, %axes : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<2x1x4xf32>
  %1 = onnx.Sub %x, %0 : (tensor<2x3x4xf32>, tensor<2x1x4xf32>) -> tensor<2x3x4xf32>
  %2 = onnx.Mul %1, %1 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = onnx.ReduceMean %2, %axes : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<2x1x4xf32>
  %4 = onnx.Add %3, %epsilon : (tensor<2x1x4xf32>, tensor<f32>) -> tensor<2x1x4xf32>
  %5 = onnx.Sqrt %4 : (tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  %6 = onnx.Div %1, %5 : (tensor<2x3x4xf32>, tensor<2x1x4xf32>) -> tensor<2x3x4xf32>
  return %6 : tensor<2x3x4xf32>
}

// One factor per row is no scale.
// CHECK-LABEL: func.func @row_scale
func.func @row_scale(%x: tensor<4x4xf32>, %one: tensor<4xf32>, %row: tensor<4x1xf32>) -> tensor<4x4xf32> {
  // CHECK: onnx.LayerNormalization
  // CHECK: onnx.Mul
  %ones = onnx.Constant dense<1.0> : tensor<4xf32>
  %0 = onnx.LayerNormalization %x, %ones : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %1 = onnx.Mul %0, %row : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}
