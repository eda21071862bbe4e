// RUN: quant-opt %s --quantc-raise-swish | FileCheck %s

// CHECK-LABEL: func.func @silu
func.func @silu(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: onnx.Swish %arg0 : (tensor<8xf32>)
  %0 = onnx.Sigmoid %x : (tensor<8xf32>) -> tensor<8xf32>
  %1 = onnx.Mul %0, %x : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// CHECK-LABEL: func.func @alpha
func.func @alpha(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: onnx.Swish %arg0 {alpha = 1.702000e+00 : f32}
  %alpha = onnx.Constant dense<1.702> : tensor<f32>
  %0 = onnx.Mul %x, %alpha : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %1 = onnx.Sigmoid %0 : (tensor<8xf32>) -> tensor<8xf32>
  %2 = onnx.Mul %x, %1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %2 : tensor<8xf32>
}

// A gate of another value (squeeze and excitation).
// CHECK-LABEL: func.func @gate
func.func @gate(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NOT: onnx.Swish
  // CHECK: onnx.Mul
  %0 = onnx.Sigmoid %y : (tensor<8xf32>) -> tensor<8xf32>
  %1 = onnx.Mul %x, %0 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}
