// RUN: quant-opt %s --quantc-inline-branches | FileCheck %s

// CHECK-LABEL: func.func @then
func.func @then(%x: tensor<4x1xf32>) -> tensor<*xf32> {
  // CHECK-NOT: onnx.If
  // CHECK: %[[S:.*]] = onnx.Squeeze %arg0
  // CHECK: %[[R:.*]] = onnx.Identity %[[S]] : (tensor<4xf32>) -> tensor<*xf32>
  // CHECK: return %[[R]]
  %true = onnx.Constant dense<true> : tensor<1xi1>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.If %true {
    %1 = onnx.Squeeze %x, %axis : (tensor<4x1xf32>, tensor<1xi64>) -> tensor<4xf32>
    onnx.Yield %1 : tensor<4xf32>
  } else {
    onnx.Yield %x : tensor<4x1xf32>
  } : (tensor<1xi1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// The outer one leaves an inner one whose condition is known too.
// CHECK-LABEL: func.func @nested
func.func @nested(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: onnx.If
  // CHECK: %[[R:.*]] = onnx.Neg %arg0
  // CHECK: return %[[R]]
  %false = onnx.Constant dense<false> : tensor<i1>
  %0 = onnx.If %false {
    onnx.Yield %x : tensor<4xf32>
  } else {
    %1 = onnx.If %false {
      onnx.Yield %x : tensor<4xf32>
    } else {
      %2 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
      onnx.Yield %2 : tensor<4xf32>
    } : (tensor<i1>) -> tensor<4xf32>
    onnx.Yield %1 : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @unknown
func.func @unknown(%c: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: onnx.If
  %0 = onnx.If %c {
    %1 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
    onnx.Yield %1 : tensor<4xf32>
  } else {
    onnx.Yield %x : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
