// RUN: quant-opt %s --quantc-infer-shapes=remarks=true -verify-diagnostics -o /dev/null
// RUN: quant-opt %s --quantc-infer-shapes | FileCheck %s

// Static sizes go into types, function results follow.
// CHECK-LABEL: func.func @matmul
// CHECK-SAME: -> tensor<?x4xf32>
func.func @matmul(%x: tensor<?x8xf32> {onnx.dims = ["batch", ""]},
                  %w: tensor<8x4xf32>) -> tensor<*xf32> {
  // CHECK: onnx.MatMul %{{.*}}, %{{.*}} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  // expected-remark @+1 {{shape of result 0: [batch, 4]}}
  %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// Heads are split and merged: the products cancel.
// CHECK-LABEL: func.func @heads
func.func @heads(%x: tensor<?x?x384xf32> {onnx.dims = ["batch", "sequence", ""]})
    -> tensor<*xf32> {
  // expected-remark @+1 {{shape of result 0: [3]}}
  %shape = onnx.Shape %x : (tensor<?x?x384xf32>) -> tensor<*xi64>
  // expected-remark @+1 {{shape of result 0: [2]}}
  %leading = onnx.Constant dense<[0, 1]> : tensor<2xi64>
  // expected-remark @+1 {{shape of result 0: [2]}}
  %dims = onnx.Gather %shape, %leading {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  // expected-remark @+1 {{shape of result 0: [2]}}
  %split = onnx.Constant dense<[-1, 32]> : tensor<2xi64>
  // expected-remark @+1 {{shape of result 0: [4]}}
  %target = onnx.Concat %dims, %split {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x?x12x32xf32>
  // expected-remark @+1 {{shape of result 0: [batch, sequence, 12, 32]}}
  %heads = onnx.Reshape %x, %target : (tensor<?x?x384xf32>, tensor<*xi64>) -> tensor<*xf32>
  // CHECK: onnx.Transpose {{.*}} -> tensor<?x12x?x32xf32>
  // expected-remark @+1 {{shape of result 0: [batch, 12, sequence, 32]}}
  %moved = onnx.Transpose %heads {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  // expected-remark @+1 {{shape of result 0: [2]}}
  %flat = onnx.Constant dense<[-1, 32]> : tensor<2xi64>
  // expected-remark @+1 {{shape of result 0: [((batch * sequence) * 12), 32]}}
  %rows = onnx.Reshape %moved, %flat : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %rows : tensor<*xf32>
}

// A table of positions, cut to the sequence; a range; both broadcast away.
// CHECK-LABEL: func.func @positions
func.func @positions(%ids: tensor<1x?xi64> {onnx.dims = ["", "sequence"]},
                     %table: tensor<1x512xi64>) -> (tensor<*xi64>, tensor<*xi64>) {
  // expected-remark @+1 {{shape of result 0: [1]}}
  %length = onnx.Shape %ids {start = 1 : i64} : (tensor<1x?xi64>) -> tensor<*xi64>
  // expected-remark @+1 {{shape of result 0: [1]}}
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  // expected-remark @+1 {{shape of result 0: [1]}}
  %one = onnx.Constant dense<1> : tensor<1xi64>
  // CHECK: onnx.Slice {{.*}} -> tensor<1x?xi64>
  // expected-remark @+1 {{shape of result 0: [1, sequence]}}
  %cut = onnx.Slice %table, %zero, %length, %one : (tensor<1x512xi64>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  // expected-remark @+1 {{shape of result 0: []}}
  %end = onnx.Squeeze %length, %zero : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  // expected-remark @+1 {{shape of result 0: []}}
  %start = onnx.Constant dense<0> : tensor<i64>
  // expected-remark @+1 {{shape of result 0: []}}
  %step = onnx.Constant dense<2> : tensor<i64>
  // expected-remark @+1 {{shape of result 0: [((sequence + 1) floordiv 2)]}}
  %range = onnx.Range %start, %end, %step : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  return %cut, %range : tensor<*xi64>, tensor<*xi64>
}

// A size that depends on data is a symbol of its own.
// CHECK-LABEL: func.func @data
func.func @data(%x: tensor<4x5xf32>) -> tensor<*xi64> {
  // CHECK: onnx.NonZero {{.*}} -> tensor<2x?xi64>
  // expected-remark @+1 {{shape of result 0: [2, s0]}}
  %0 = onnx.NonZero %x : (tensor<4x5xf32>) -> tensor<*xi64>
  // CHECK: onnx.Transpose {{.*}} -> tensor<?x2xi64>
  // expected-remark @+1 {{shape of result 0: [s0, 2]}}
  %1 = onnx.Transpose %0 : (tensor<*xi64>) -> tensor<*xi64>
  return %1 : tensor<*xi64>
}

// What the type says beyond the shape function stays.
// CHECK-LABEL: func.func @refine
func.func @refine(%x: tensor<?x5xf32>) -> tensor<4x?xf32> {
  // CHECK: onnx.Relu {{.*}} -> tensor<4x5xf32>
  // expected-remark @+1 {{shape of result 0: [4, 5]}}
  %0 = onnx.Relu %x : (tensor<?x5xf32>) -> tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}
