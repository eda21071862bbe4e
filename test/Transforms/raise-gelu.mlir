// RUN: quant-opt %s --quantc-raise-gelu | FileCheck %s

// PyTorch: x * (1 + erf(x / sqrt(2))) * 0.5.
// CHECK-LABEL: func.func @erf_div
func.func @erf_div(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NEXT: %[[Y:.*]] = onnx.Gelu %arg0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK-NEXT: return %[[Y]]
  %sqrt2 = onnx.Constant dense<1.41421354> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.Div %x, %sqrt2 : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %1 = onnx.Erf %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = onnx.Add %1, %one : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %3 = onnx.Mul %x, %2 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = onnx.Mul %3, %half : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  return %4 : tensor<?x8xf32>
}

// TensorFlow: (0.5 * x) * (1 + erf(x * 0.707)).
// CHECK-LABEL: func.func @erf_mul
func.func @erf_mul(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: onnx.Gelu %arg0
  %root = onnx.Constant dense<0.707106769> : tensor<1xf32>
  %one = onnx.Constant dense<1.0> : tensor<1xf32>
  %half = onnx.Constant dense<0.5> : tensor<1xf32>
  %0 = onnx.Mul %root, %x : (tensor<1xf32>, tensor<8xf32>) -> tensor<8xf32>
  %1 = onnx.Erf %0 : (tensor<8xf32>) -> tensor<8xf32>
  %2 = onnx.Add %one, %1 : (tensor<1xf32>, tensor<8xf32>) -> tensor<8xf32>
  %3 = onnx.Mul %half, %x : (tensor<1xf32>, tensor<8xf32>) -> tensor<8xf32>
  %4 = onnx.Mul %3, %2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %4 : tensor<8xf32>
}

// GPT-2's tanh form.
// CHECK-LABEL: func.func @tanh_pow
func.func @tanh_pow(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: onnx.Gelu %arg0 {approximate = "tanh"}
  %root = onnx.Constant dense<0.797884583> : tensor<f32>
  %c = onnx.Constant dense<4.471500e-02> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %three = onnx.Constant dense<3.0> : tensor<f32>
  %0 = onnx.Pow %x, %three : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %1 = onnx.Mul %0, %c : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %2 = onnx.Add %x, %1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %3 = onnx.Mul %2, %root : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %4 = onnx.Tanh %3 : (tensor<8xf32>) -> tensor<8xf32>
  %5 = onnx.Add %4, %one : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %6 = onnx.Mul %x, %half : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %7 = onnx.Mul %6, %5 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %7 : tensor<8xf32>
}

// x taken out of the sum: sqrt(2 / pi) x (1 + 0.044715 x x).
// CHECK-LABEL: func.func @tanh_factored
func.func @tanh_factored(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: onnx.Gelu %arg0 {approximate = "tanh"}
  %root = onnx.Constant dense<0.797884583> : tensor<f32>
  %c = onnx.Constant dense<4.471500e-02> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.Mul %x, %c : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %1 = onnx.Mul %0, %x : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %2 = onnx.Add %1, %one : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %3 = onnx.Mul %x, %root : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %4 = onnx.Mul %3, %2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %5 = onnx.Tanh %4 : (tensor<8xf32>) -> tensor<8xf32>
  %6 = onnx.Add %5, %one : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %7 = onnx.Mul %x, %6 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %8 = onnx.Mul %7, %half : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  return %8 : tensor<8xf32>
}

// Other constants, other functions.
// CHECK-LABEL: func.func @other_constant
func.func @other_constant(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NOT: onnx.Gelu
  // CHECK: onnx.Erf
  %root = onnx.Constant dense<0.708> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.Mul %x, %root : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %1 = onnx.Erf %0 : (tensor<8xf32>) -> tensor<8xf32>
  %2 = onnx.Add %1, %one : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %3 = onnx.Mul %x, %2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %4 = onnx.Mul %3, %half : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  return %4 : tensor<8xf32>
}

// The function of one value, times another.
// CHECK-LABEL: func.func @other_value
func.func @other_value(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NOT: onnx.Gelu
  // CHECK: onnx.Erf
  %root = onnx.Constant dense<0.707106769> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.Mul %x, %root : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %1 = onnx.Erf %0 : (tensor<8xf32>) -> tensor<8xf32>
  %2 = onnx.Add %1, %one : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %3 = onnx.Mul %y, %2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %4 = onnx.Mul %3, %half : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  return %4 : tensor<8xf32>
}
