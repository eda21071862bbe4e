// RUN: quant-opt %s --quantc-remove-neutral-ops | FileCheck %s

// CHECK-LABEL: func.func @floats
func.func @floats(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: return %arg0
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<8xf32>
  %0 = onnx.Mul %one, %x : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %1 = onnx.Div %0, %one : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %2 = onnx.Sub %1, %zero : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %3 = onnx.Pow %2, %one : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %3 : tensor<8xf32>
}

// -0 + 0 and -0 - (-0) are +0.
// CHECK-LABEL: func.func @signed_zero
func.func @signed_zero(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK-DAG: onnx.Add
  // CHECK-DAG: onnx.Sub
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %minus = onnx.Constant dense<-0.0> : tensor<f32>
  %0 = onnx.Add %x, %zero : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %1 = onnx.Sub %x, %minus : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: func.func @booleans
func.func @booleans(%x: tensor<8xi1>, %a: tensor<8xi64>, %b: tensor<8xi64>) -> (tensor<8xi1>, tensor<8xi64>) {
  // CHECK-NEXT: return %arg0, %arg2
  %true = onnx.Constant dense<true> : tensor<i1>
  %false = onnx.Constant dense<false> : tensor<i1>
  %0 = onnx.And %true, %x : (tensor<i1>, tensor<8xi1>) -> tensor<8xi1>
  %1 = onnx.Or %0, %false : (tensor<8xi1>, tensor<i1>) -> tensor<8xi1>
  %2 = onnx.Where %false, %a, %b : (tensor<i1>, tensor<8xi64>, tensor<8xi64>) -> tensor<8xi64>
  return %1, %2 : tensor<8xi1>, tensor<8xi64>
}

// Broadcasting is no identity.
// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%x: tensor<1xf32>) -> tensor<8xf32> {
  // CHECK: onnx.Mul
  %one = onnx.Constant dense<1.0> : tensor<8xf32>
  %0 = onnx.Mul %x, %one : (tensor<1xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK-LABEL: func.func @casts
func.func @casts(%x: tensor<8xi32>, %y: tensor<8xf32>) -> (tensor<8xi32>, tensor<8xf32>, tensor<8xi1>) {
  // There and back; through fewer bits it stays.
  // CHECK: %[[I:.*]] = onnx.Cast %arg1 : (tensor<8xf32>) -> tensor<8xi32>
  // CHECK: %[[F:.*]] = onnx.Cast %[[I]] : (tensor<8xi32>) -> tensor<8xf32>
  // CHECK: %[[B:.*]] = onnx.Cast %arg0 : (tensor<8xi32>) -> tensor<8xi1>
  // CHECK: return %arg0, %[[F]], %[[B]]
  %0 = onnx.Cast %x : (tensor<8xi32>) -> tensor<8xi64>
  %1 = onnx.Cast %0 : (tensor<8xi64>) -> tensor<8xi32>
  %2 = onnx.Cast %y : (tensor<8xf32>) -> tensor<8xi32>
  %3 = onnx.Cast %2 : (tensor<8xi32>) -> tensor<8xf32>
  %4 = onnx.Cast %0 : (tensor<8xi64>) -> tensor<8xi1>
  return %1, %3, %4 : tensor<8xi32>, tensor<8xf32>, tensor<8xi1>
}

// A float that is out of range saturates, an integer wraps.
// CHECK-LABEL: func.func @casts_out_of_range
func.func @casts_out_of_range(%x: tensor<8xi16>) -> (tensor<8xi8>, tensor<8xi1>, tensor<8xi32>) {
  // CHECK: %[[F:.*]] = onnx.Cast %arg0 : (tensor<8xi16>) -> tensor<8xf32>
  // CHECK: %[[A:.*]] = onnx.Cast %[[F]] : (tensor<8xf32>) -> tensor<8xi8>
  // CHECK: %[[B:.*]] = onnx.Cast %arg0 : (tensor<8xi16>) -> tensor<8xi1>
  // CHECK: %[[C:.*]] = onnx.Cast %arg0 : (tensor<8xi16>) -> tensor<8xi32>
  // CHECK: return %[[A]], %[[B]], %[[C]]
  %0 = onnx.Cast %x : (tensor<8xi16>) -> tensor<8xf32>
  %1 = onnx.Cast %0 : (tensor<8xf32>) -> tensor<8xi8>
  %2 = onnx.Cast %0 : (tensor<8xf32>) -> tensor<8xi1>
  %3 = onnx.Cast %0 : (tensor<8xf32>) -> tensor<8xi32>
  return %1, %2, %3 : tensor<8xi8>, tensor<8xi1>, tensor<8xi32>
}
