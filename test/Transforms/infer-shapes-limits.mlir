// RUN: quant-opt %s --quantc-infer-shapes -verify-diagnostics -split-input-file -o /dev/null
// RUN: quant-opt %s --quantc-infer-shapes -verify-diagnostics -split-input-file | FileCheck %s

// Bounds and steps as large as they get are clamped.
// CHECK-LABEL: func.func @slice
func.func @slice(%x: tensor<10xf32>, %y: tensor<?xf32>) {
  %min = onnx.Constant dense<-9223372036854775808> : tensor<1xi64>
  %max = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  // CHECK: onnx.Slice {{.*}} -> tensor<1xf32>
  %0 = onnx.Slice %x, %max, %min, %axis, %min : (tensor<10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.Slice {{.*}} -> tensor<1xf32>
  %1 = onnx.Slice %x, %min, %max, %axis, %max : (tensor<10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.Slice {{.*}} -> tensor<?xf32>
  %2 = onnx.Slice %y, %max, %min, %axis, %min : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

// Overflow and division by zero in shape arithmetic: contents become unknown.
// CHECK-LABEL: func.func @arithmetic
func.func @arithmetic() {
  %min = onnx.Constant dense<-9223372036854775808> : tensor<1xi64>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %0 = onnx.Div %min, %minus : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %1 = onnx.Div %min, %zero : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %2 = onnx.Mod %min, %zero : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %3 = onnx.Mul %min, %min : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  // CHECK: onnx.ConstantOfShape {{.*}} -> tensor<?xf32>
  %4 = onnx.ConstantOfShape %0 : (tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.ConstantOfShape {{.*}} -> tensor<?xf32>
  %5 = onnx.ConstantOfShape %1 : (tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.ConstantOfShape {{.*}} -> tensor<?xf32>
  %6 = onnx.ConstantOfShape %3 : (tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @constant_of_shape() {
  %0 = onnx.Constant dense<4611686018427387904> : tensor<2xi64>
  // expected-error @+1 {{computes a dimension of 4611686018427387904, which is negative or exceeds 2^40}}
  %1 = onnx.ConstantOfShape %0 : (tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

// A product that overflows is unknown.
// CHECK-LABEL: func.func @tile
func.func @tile(%x: tensor<1024x1024xf32>) {
  %0 = onnx.Constant dense<9223372036854775807> : tensor<2xi64>
  // CHECK: onnx.Tile {{.*}} -> tensor<?x?xf32>
  %1 = onnx.Tile %x, %0 : (tensor<1024x1024xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @range() {
  %min = onnx.Constant dense<-9223372036854775808> : tensor<i64>
  %max = onnx.Constant dense<9223372036854775807> : tensor<i64>
  %step = onnx.Constant dense<-1> : tensor<i64>
  // expected-error @+1 {{C2: the range is endless or too long}}
  %0 = onnx.Range %max, %min, %step : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return
}

// -----

// Empty tensors are tensors: nothing divides by their size.
// CHECK-LABEL: func.func @empty
func.func @empty(%x: tensor<0x4xf32>) {
  %shape = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<0x4xf32>
  %0 = onnx.Reshape %x, %shape : (tensor<0x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}
