// RUN: quant-opt %s --quantc-infer-shapes=remarks=true -verify-diagnostics -split-input-file -o /dev/null
// RUN: quant-opt %s --quantc-infer-shapes -split-input-file | FileCheck %s

// Where the branches differ, the dimension is unknown.
// CHECK-LABEL: func.func @if
// CHECK-SAME: -> tensor<?x4xf32>
func.func @if(%c: tensor<i1>, %a: tensor<2x4xf32>, %b: tensor<3x4xf32>) -> tensor<*xf32> {
  // expected-remark @+1 {{shape of result 0: [s0, 4]}}
  %0 = onnx.If %c {
    // expected-remark @+1 {{shape of result 0: [2, 4]}}
    %1 = onnx.Relu %a : (tensor<2x4xf32>) -> tensor<*xf32>
    onnx.Yield %1 : tensor<*xf32>
  } else {
    onnx.Yield %b : tensor<3x4xf32>
  } : (tensor<i1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// The first carried value grows, the second keeps its shape; the third result
// is stacked.
// CHECK-LABEL: func.func @loop
// CHECK-SAME: -> (tensor<?x4xf32>, tensor<4xf32>, tensor<?x4xf32>)
func.func @loop(%n: tensor<i64>, %a: tensor<1x4xf32>, %b: tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  // expected-remark @+3 {{shape of result 0: [s0, 4]}}
  // expected-remark @+2 {{shape of result 1: [4]}}
  // expected-remark @+1 {{shape of result 2: [s1, 4]}}
  %0:3 = onnx.Loop %n, none, %a, %b {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %grown: tensor<*xf32>, %kept: tensor<*xf32>):
    // expected-remark @+1 {{shape of result 0: [(s0 + 1), 4]}}
    %1 = onnx.Concat %grown, %a {axis = 0 : i64} : (tensor<*xf32>, tensor<1x4xf32>) -> tensor<*xf32>
    // expected-remark @+1 {{shape of result 0: [4]}}
    %2 = onnx.Relu %kept : (tensor<*xf32>) -> tensor<*xf32>
    onnx.Yield %c, %1, %2, %2 : tensor<i1>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
  } : (tensor<i64>, none, tensor<1x4xf32>, tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %0#0, %0#1, %0#2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// Exporters write Squeeze this way; sizes decide, and the branch stays.
// CHECK-LABEL: func.func @decided
// CHECK-SAME: -> tensor<4xf32>
func.func @decided(%x: tensor<1x4xf32>) -> tensor<*xf32> {
  // expected-remark @+1 {{shape of result 0: [1]}}
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  // expected-remark @+1 {{shape of result 0: [1]}}
  %one = onnx.Constant dense<1> : tensor<1xi64>
  // expected-remark @+1 {{shape of result 0: [1]}}
  %size = onnx.Shape %x {end = 1 : i64} : (tensor<1x4xf32>) -> tensor<1xi64>
  // expected-remark @+1 {{shape of result 0: [1]}}
  %c = onnx.Equal %size, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  // CHECK-NOT: onnx.If
  // CHECK: onnx.Squeeze {{.*}} -> tensor<4xf32>
  %0 = onnx.If %c {
    // expected-remark @+1 {{shape of result 0: [4]}}
    %1 = onnx.Squeeze %x, %zero : (tensor<1x4xf32>, tensor<1xi64>) -> tensor<*xf32>
    onnx.Yield %1 : tensor<*xf32>
  } else {
    onnx.Yield %x : tensor<1x4xf32>
  } : (tensor<1xi1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// A constant decides, and of the branch taken another one.
// CHECK-LABEL: func.func @constant
func.func @constant(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: onnx.If
  // CHECK: %[[R:.*]] = onnx.Neg %arg0
  // CHECK: return %[[R]]
  // expected-remark @+1 {{shape of result 0: []}}
  %false = onnx.Constant dense<false> : tensor<i1>
  %0 = onnx.If %false {
    onnx.Yield %x : tensor<4xf32>
  } else {
    %1 = onnx.If %false {
      onnx.Yield %x : tensor<4xf32>
    } else {
      // expected-remark @+1 {{shape of result 0: [4]}}
      %2 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
      onnx.Yield %2 : tensor<4xf32>
    } : (tensor<i1>) -> tensor<4xf32>
    onnx.Yield %1 : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
