// RUN: quant-opt %s --quantc-equalize-layers="recipe=%S/Inputs/equalize.yaml" --split-input-file --verify-diagnostics | FileCheck %s

// Ranges 8 and 1/2 before, 2 and 2 behind: s = sqrt(8 * 2) / 2 = 2 and
// sqrt(1/2 * 2) / 2 = 1/2. Both layers then have ranges 4 and 1.
// CHECK-LABEL: func.func @pair
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[\[\[}}4.000000e+00]]], {{\[\[\[}}-1.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[1.500000e+00, 1.000000e+01]> : tensor<2xf32>
// CHECK-DAG: %[[U:.*]] = onnx.Constant dense<{{\[\[\[\[}}4.000000e+00]], {{\[\[}}1.000000e+00]]]]> : tensor<1x2x1x1xf32>
// CHECK-DAG: %[[X:.*]] = onnx.Conv %arg0, %[[W]], %[[B]] {{{.*}}quantc.channel_factors = array<f32: 5.000000e-01, 2.000000e+00>}
// CHECK-DAG: %[[R:.*]] = onnx.Relu %[[X]] {quantc.channel_factors = array<f32: 5.000000e-01, 2.000000e+00>}
// CHECK-DAG: %[[P:.*]] = onnx.MaxPool %[[R]] {{{.*}}quantc.channel_factors
// CHECK-DAG: onnx.Conv %[[P]], %[[U]]
func.func @pair(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32> {
  %w = onnx.Constant dense<[[[[8.0]]], [[[-0.5]]]]> : tensor<2x1x1x1xf32>
  %b = onnx.Constant dense<[3.0, 5.0]> : tensor<2xf32>
  %u = onnx.Constant dense<[[[[2.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %0 = onnx.Conv %x, %w, %b : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32> loc("plain")
  %1 = onnx.Relu %0 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %2 = onnx.MaxPool %1 {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %3 = onnx.Conv %2, %u : (tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %3 : tensor<1x1x2x2xf32>
}

// -----

// Two readers count as one layer; the channels of two writers lie side by side.
// Of a depthwise convolution, outputs are channels too.
// CHECK-LABEL: func.func @fork
// CHECK-DAG: %[[A:.*]] = onnx.Constant dense<4.000000e+00> : tensor<1x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<1.000000e+00> : tensor<1x1x1x1xf32>
// CHECK-DAG: %[[D:.*]] = onnx.Constant dense<{{\[\[\[\[}}4.000000e+00]]], {{\[\[\[}}1.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[U:.*]] = onnx.Constant dense<{{\[\[\[\[}}2.000000e+00]], {{\[\[}}2.500000e-01]]]]> : tensor<1x2x1x1xf32>
// CHECK-DAG: %[[X:.*]] = onnx.Conv %arg0, %[[A]]
// CHECK-DAG: %[[Y:.*]] = onnx.Conv %arg0, %[[B]]
// CHECK-DAG: %[[C:.*]] = onnx.Concat %[[X]], %[[Y]]
// CHECK-DAG: onnx.Conv %[[C]], %[[D]]
// CHECK-DAG: onnx.Conv %[[C]], %[[U]]
func.func @fork(%x: tensor<1x1x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x1x4x4xf32>) {
  %a = onnx.Constant dense<8.0> : tensor<1x1x1x1xf32>
  %b = onnx.Constant dense<0.5> : tensor<1x1x1x1xf32>
  %d = onnx.Constant dense<[[[[2.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
  %u = onnx.Constant dense<[[[[1.0]], [[0.5]]]]> : tensor<1x2x1x1xf32>
  %0 = onnx.Conv %x, %a : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("plain0")
  %1 = onnx.Conv %x, %b : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("plain1")
  %2 = onnx.Concat %0, %1 {axis = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32>
  %3 = onnx.Conv %2, %d {group = 2 : i64} : (tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %4 = onnx.Conv %2, %u : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %3, %4 : tensor<1x2x4x4xf32>, tensor<1x1x4x4xf32>
}

// -----

// Three layers settle together: the product along a channel, 8 * 1 * 1, is split
// into three equal parts of 2.
// CHECK-LABEL: func.func @chain
// CHECK-COUNT-3: onnx.Constant dense<{{2.00|1.99}}{{.*}}> : tensor<1x1x1x1xf32>
func.func @chain(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %a = onnx.Constant dense<8.0> : tensor<1x1x1x1xf32>
  %b = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = onnx.Conv %x, %a : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("plain")
  %1 = onnx.Conv %0, %b : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %2 = onnx.Conv %1, %b : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %2 : tensor<1x1x4x4xf32>
}

// -----

func.func @clip(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %a = onnx.Constant dense<8.0> : tensor<1x1x1x1xf32>
  %lo = onnx.Constant dense<0.0> : tensor<f32>
  %hi = onnx.Constant dense<6.0> : tensor<f32>
  %0 = onnx.Conv %x, %a : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("plain")
  %1 = onnx.Clip %0, %lo, %hi : (tensor<1x1x4x4xf32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4x4xf32>
  // expected-remark @+1 {{its input's channels are not equalized: factors do not pass through Clip}}
  %2 = onnx.Conv %1, %a : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %2 : tensor<1x1x4x4xf32>
}

// -----

func.func @residual(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %a = onnx.Constant dense<8.0> : tensor<1x1x1x1xf32>
  %0 = onnx.Conv %x, %a : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("plain")
  // expected-remark @+1 {{its input's channels are not equalized: others than convolutions read them}}
  %1 = onnx.Conv %0, %a : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %2 = onnx.Add %0, %1 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %2 : tensor<1x1x4x4xf32>
}

// -----

func.func @groups(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %a = onnx.Constant dense<8.0> : tensor<4x1x1x1xf32>
  %b = onnx.Constant dense<8.0> : tensor<2x2x1x1xf32>
  %0 = onnx.Conv %x, %a : (tensor<1x1x4x4xf32>, tensor<4x1x1x1xf32>) -> tensor<1x4x4x4xf32> loc("plain")
  // expected-remark @+1 {{its input's channels are not equalized: a convolution reads them in groups}}
  %1 = onnx.Conv %0, %b {group = 2 : i64} : (tensor<1x4x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}
