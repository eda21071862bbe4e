// RUN: quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(quantc-use-reciprocals))' | FileCheck %s

// The scale is a constant, so every x where a code ends was tried.
// CHECK-LABEL: func @constant_scale
// CHECK: qnn.quantize {{.*}} {by_reciprocal, codec = #qnn.int<8, unsigned>}
func.func @constant_scale(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = onnx.Constant dense<0.0235> : tensor<f32>
  %z = onnx.Constant dense<3> : tensor<ui8>
  %0 = qnn.map %x, %s, %z : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8> {
  ^bb0(%a: f32, %b: f32, %c: i8):
    %q = qnn.quantize %a, %b, %c {codec = #qnn.int<8, unsigned>} : (f32, f32, i8) -> i8
    qnn.yield %q : i8
  }
  return %0 : tensor<4xui8>
}

// -----

// 1 / scale would be subnormal; a scale from the run is not known at all.
// CHECK-LABEL: func @others
// CHECK-NOT: by_reciprocal
func.func @others(%x: tensor<4xf32>, %t: tensor<f32>) -> (tensor<4xui8>, tensor<4xui8>) {
  %s = onnx.Constant dense<3.0e38> : tensor<f32>
  %0:2 = qnn.map %x, %s, %t : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> (tensor<4xui8>, tensor<4xui8>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = qnn.quantize %a, %b {codec = #qnn.int<8, unsigned>} : (f32, f32) -> i8
    %q = qnn.quantize %a, %c {codec = #qnn.int<8, unsigned>} : (f32, f32) -> i8
    qnn.yield %p, %q : i8, i8
  }
  return %0#0, %0#1 : tensor<4xui8>, tensor<4xui8>
}
