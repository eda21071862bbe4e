// RUN: quant-opt %s --quantc-raise-rmsnorm | FileCheck %s

// CHECK-LABEL: func.func @pow_reciprocal
func.func @pow_reciprocal(%x: tensor<?x?x8xf32>, %scale: tensor<8xf32>) -> tensor<?x?x8xf32> {
  // CHECK-NEXT: %[[Y:.*]] = onnx.RMSNormalization %arg0, %arg1
  // CHECK-NEXT: return %[[Y]]
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %epsilon = onnx.Constant dense<1.0e-05> : tensor<f32>
  %0 = onnx.Pow %x, %two : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %1 = onnx.ReduceMean %0, %axes : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %2 = onnx.Add %1, %epsilon : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %3 = onnx.Sqrt %2 : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %4 = onnx.Div %one, %3 : (tensor<f32>, tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %5 = onnx.Mul %x, %4 : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %6 = onnx.Mul %scale, %5 : (tensor<8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  return %6 : tensor<?x?x8xf32>
}

// The mean of another value's squares.
// CHECK-LABEL: func.func @other
func.func @other(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK-NOT: onnx.RMSNormalization
  // CHECK: onnx.Div
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %epsilon = onnx.Constant dense<1.0e-05> : tensor<f32>
  %0 = onnx.Mul %y, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = onnx.ReduceMean %0, %axes : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add %1, %epsilon : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt %2 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div %x, %3 : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}
