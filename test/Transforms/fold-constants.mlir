// RUN: quant-opt %s --quantc-fold-constants | FileCheck %s

// CHECK-LABEL: func.func @transpose
func.func @transpose() -> tensor<3x2xf32> {
  // CHECK: onnx.Constant dense<{{\[}}[1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]>
  // CHECK-NOT: onnx.Transpose
  %w = onnx.Constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = onnx.Transpose %w {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// What is folded folds its users.
// CHECK-LABEL: func.func @chain
func.func @chain() -> tensor<2xi64> {
  // CHECK: %[[R:.*]] = onnx.Constant dense<[5, 7]> : tensor<2xi64>
  // CHECK: return %[[R]]
  %a = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %b = onnx.Constant dense<[3, 3]> : tensor<2xi64>
  %0 = onnx.Add %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %1 = onnx.Add %0, %a : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %1 : tensor<2xi64>
}

// Codes have to be seen: a dequantized weight is not folded.
// CHECK-LABEL: func.func @codes
func.func @codes() -> tensor<4xf32> {
  // CHECK: onnx.DequantizeLinear
  %w = onnx.Constant dense<[1, 2, 3, 4]> : tensor<4xi8>
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.DequantizeLinear %w, %s : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// An argument is no constant.
// CHECK-LABEL: func.func @argument
func.func @argument(%x: tensor<2xi64>) -> tensor<2xi64> {
  // CHECK: onnx.Add
  %a = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %0 = onnx.Add %x, %a : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// Out of range: an error when the model runs, if it does.
// CHECK-LABEL: func.func @out_of_range
func.func @out_of_range() -> tensor<1x1xi64> {
  // CHECK: onnx.Gather
  %a = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %i = onnx.Constant dense<7> : tensor<1x1xi64>
  %0 = onnx.Gather %a, %i : (tensor<2xi64>, tensor<1x1xi64>) -> tensor<1x1xi64>
  return %0 : tensor<1x1xi64>
}
