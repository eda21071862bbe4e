// RUN: quant-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @constants
func.func @constants() {
  // CHECK: onnx.Constant dense<[1, -1]> : tensor<2xi64>
  %0 = onnx.Constant dense<[1, -1]> : tensor<2xi64>
  // CHECK: onnx.Constant dense<[true, false]> : tensor<2xi1>
  %1 = onnx.Constant dense<[true, false]> : tensor<2xi1>
  // CHECK: onnx.Constant dense<[-8, 7, 0]> : tensor<3xi4>
  %2 = onnx.Constant dense<[-8, 7, 0]> : tensor<3xi4>
  // CHECK: onnx.Constant #onnx.file<"m.weights", 64, 4096> : tensor<32x32xf32>
  %3 = onnx.Constant #onnx.file<"m.weights", 64, 4096> : tensor<32x32xf32>
  // CHECK: onnx.Constant dense<> : tensor<0xf32>
  %4 = onnx.Constant dense<> : tensor<0xf32>
  return
}

// CHECK-LABEL: func.func @math
func.func @math(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>, %s: tensor<f32>) {
  // CHECK: onnx.MatMul %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %0 = onnx.MatMul %x, %w : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  // CHECK: onnx.Gemm %{{.*}}, %{{.*}}, %{{.*}} {transB = 1 : i64}
  %1 = onnx.Gemm %x, %x, %s {transB = 1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x2xf32>
  // A default is not printed, an operand that is absent is none.
  // CHECK: onnx.Gelu %{{[a-z0-9]*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = onnx.Gelu %x {approximate = "none"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Clip %{{.*}}, none, %{{.*}} : (tensor<2x3xf32>, none, tensor<f32>) -> tensor<2x3xf32>
  %3 = onnx.Clip %x, none, %s : (tensor<2x3xf32>, none, tensor<f32>) -> tensor<2x3xf32>
  // CHECK: onnx.Clip %{{[a-z0-9]*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = onnx.Clip %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Einsum %{{.*}}, %{{.*}} {equation = "ij,jk"}
  %5 = onnx.Einsum %x, %w {equation = "ij,jk"} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  // CHECK: onnx.ReduceMean %{{.*}} {keepdims = 0 : i64} : (tensor<2x3xf32>) -> tensor<f32>
  %6 = onnx.ReduceMean %x {keepdims = 0 : i64} : (tensor<2x3xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func.func @results
func.func @results(%x: tensor<5x2x3xf32>, %w: tensor<1x16x3xf32>, %r: tensor<1x16x4xf32>,
                   %h: tensor<1x2x4xf32>) {
  // The second result and two operands are absent.
  // CHECK: %{{.*}}, %{{.*}} = onnx.LSTM %{{.*}}, %{{.*}}, %{{.*}}, none, none, %{{.*}} {hidden_size = 4 : i64}
  // CHECK-SAME: -> (tensor<5x1x2x4xf32>, none, tensor<1x2x4xf32>)
  %0:2 = onnx.LSTM %x, %w, %r, none, none, %h {hidden_size = 4 : i64} : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>, none, none, tensor<1x2x4xf32>) -> (tensor<5x1x2x4xf32>, none, tensor<1x2x4xf32>)
  return
}

// CHECK-LABEL: func.func @control
func.func @control(%c: tensor<i1>, %n: tensor<i64>, %x: tensor<4xf32>) {
  // CHECK: onnx.If %{{.*}} {
  // CHECK: } else {
  // CHECK: } : (tensor<i1>) -> tensor<4xf32>
  %0 = onnx.If %c {
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield %x : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  // CHECK: onnx.Loop %{{.*}}, none, %{{.*}} {
  // CHECK: } : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32>
  %1 = onnx.Loop %n, none, %x {
  ^bb0(%i: tensor<i64>, %k: tensor<i1>, %y: tensor<4xf32>):
    onnx.Yield %k, %y : tensor<i1>, tensor<4xf32>
  } : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32>
  return
}
