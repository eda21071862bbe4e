// RUN: quant-opt %s --quantc-smooth-quant="recipe=%S/Inputs/smooth.yaml calibration=%S/Inputs/smooth.calib" | FileCheck %s

// Channels reach 8 and 0.5, rows of the weights 2: with alpha 1/2 the factors are
// sqrt(8 / 2) = 2 and sqrt(0.5 / 2) = 1/2. The normalization takes them; the
// residual addition needs the old numbers.
// CHECK-LABEL: func.func @normalization
// CHECK-DAG: %[[SCALE:.*]] = onnx.Constant dense<[5.000000e-01, 8.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[BIAS:.*]] = onnx.Constant dense<[1.500000e+00, 1.000000e+01]> : tensor<2xf32>
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}4.000000e+00, -2.000000e+00], [1.000000e+00, 2.500000e-01]]> : tensor<2x2xf32>
// CHECK-DAG: %[[U:.*]] = onnx.Constant dense<{{\[\[}}2.000000e+00, 0.000000e+00], [0.000000e+00, 5.000000e-01]]> : tensor<2x2xf32>
// CHECK-DAG: %[[S:.*]] = onnx.Constant dense<[2.000000e+00, 5.000000e-01]> : tensor<2xf32>
// CHECK-DAG: %[[X:.*]] = onnx.LayerNormalization %arg0, %[[SCALE]], %[[BIAS]] {quantc.channel_factors = array<f32: 5.000000e-01, 2.000000e+00>}
// CHECK-DAG: %[[OLD:.*]] = onnx.Mul %[[X]], %[[S]]
// CHECK-DAG: onnx.MatMul %[[X]], %[[W]]
// CHECK-DAG: onnx.MatMul %[[X]], %[[U]]
// CHECK-DAG: onnx.Add %{{.*}}, %[[OLD]]
func.func @normalization(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %scale = onnx.Constant dense<[1.0, 4.0]> : tensor<2xf32>
  %bias = onnx.Constant dense<[3.0, 5.0]> : tensor<2xf32>
  %w = onnx.Constant dense<[[2.0, -1.0], [2.0, 0.5]]> : tensor<2x2xf32>
  %u = onnx.Constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %0 = onnx.LayerNormalization %x, %scale, %bias : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32> loc("norm")
  %1 = onnx.MatMul %0, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.MatMul %0, %u : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.Add %1, %0 : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %2, %3 : tensor<?x2xf32>, tensor<?x2xf32>
}

// Columns and bias of the product before, through Add and Relu. Of a Gemm with a
// transposed weight, columns are channels.
// CHECK-LABEL: func.func @relu
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}5.000000e-01, 4.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[1.500000e+00, 1.000000e+01]> : tensor<2xf32>
// CHECK-DAG: %[[U:.*]] = onnx.Constant dense<{{\[\[}}4.000000e+00, 1.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: %[[P:.*]] = onnx.MatMul %arg0, %[[W]]
// CHECK-DAG: %[[Q:.*]] = onnx.Add %[[P]], %[[B]]
// CHECK-DAG: %[[R:.*]] = onnx.Relu %[[Q]] {quantc.channel_factors
// CHECK-DAG: onnx.Gemm %[[R]], %[[U]] {transB = 1 : i64}
func.func @relu(%x: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %b = onnx.Constant dense<[3.0, 5.0]> : tensor<2xf32>
  %u = onnx.Constant dense<[[2.0, 2.0]]> : tensor<1x2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x1xf32>, tensor<1x2xf32>) -> tensor<?x2xf32> loc("plain")
  %1 = onnx.Add %0, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = onnx.Relu %1 : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("relu")
  %3 = onnx.Gemm %2, %u {transB = 1 : i64} : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x1xf32>
  return %3 : tensor<?x1xf32>
}

// Nothing passes through Gelu: the division is a Mul of its own, and says whose
// statistics hold for its result.
// CHECK-LABEL: func.func @gelu
// CHECK-DAG: %[[S:.*]] = onnx.Constant dense<[5.000000e-01, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}4.000000e+00], [1.000000e+00]]> : tensor<2x1xf32>
// CHECK-DAG: %[[G:.*]] = onnx.Gelu %arg0
// CHECK-DAG: %[[X:.*]] = onnx.Mul %[[G]], %[[S]] {quantc.channel_factors = array<f32: 5.000000e-01, 2.000000e+00>, quantc.statistics = "gelu"}
// CHECK-DAG: onnx.MatMul %[[X]], %[[W]]
func.func @gelu(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[2.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.Gelu %x : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("gelu")
  %1 = onnx.MatMul %0, %w : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %1 : tensor<?x1xf32>
}

// A gated product is linear in its other side.
// CHECK-LABEL: func.func @gate
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}5.000000e-01, 4.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: %[[V:.*]] = onnx.Constant dense<{{\[\[}}1.000000e+00, 2.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: %[[G:.*]] = onnx.MatMul %arg0, %[[V]]
// CHECK-DAG: %[[S:.*]] = onnx.Swish %[[G]]
// CHECK-DAG: %[[U:.*]] = onnx.MatMul %arg0, %[[W]]
// CHECK-DAG: onnx.Mul %[[S]], %[[U]]
func.func @gate(%x: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %v = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %d = onnx.Constant dense<[[2.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.MatMul %x, %v : (tensor<?x1xf32>, tensor<1x2xf32>) -> tensor<?x2xf32> loc("plain0")
  %1 = onnx.Swish %0 : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.MatMul %x, %w : (tensor<?x1xf32>, tensor<1x2xf32>) -> tensor<?x2xf32> loc("plain1")
  %3 = onnx.Mul %1, %2 : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32> loc("gate")
  %4 = onnx.MatMul %3, %d : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %4 : tensor<?x1xf32>
}

// Two heads of two channels share their values: channels 0 and 2 have one factor,
// by the larger of both, and so have 1 and 3. They end in the value projection.
// CHECK-LABEL: func.func @attention
// CHECK-DAG: %[[V:.*]] = onnx.Constant dense<{{\[\[}}5.000000e-01, 2.000000e+00], [5.000000e-01, 2.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}4.000000e+00], [1.000000e+00], [2.000000e+00], [5.000000e-01]]> : tensor<4x1xf32>
// CHECK-DAG: %[[X:.*]] = onnx.MatMul %arg1, %[[V]]
// CHECK-DAG: %[[Y:.*]] = onnx.Attention %arg0, %arg1, %[[X]] {{.*}}quantc.channel_factors = array<f32: 5.000000e-01, 2.000000e+00, 5.000000e-01, 2.000000e+00>
// CHECK-DAG: onnx.MatMul %[[Y]], %[[W]]
func.func @attention(%q: tensor<1x?x4xf32>, %k: tensor<1x?x2xf32>) -> tensor<1x?x1xf32> {
  %v = onnx.Constant dense<1.0> : tensor<2x2xf32>
  %w = onnx.Constant dense<[[2.0], [2.0], [1.0], [1.0]]> : tensor<4x1xf32>
  %0 = onnx.MatMul %k, %v : (tensor<1x?x2xf32>, tensor<2x2xf32>) -> tensor<1x?x2xf32> loc("plain")
  %1 = onnx.Attention %q, %k, %0 {q_num_heads = 2 : i64, kv_num_heads = 1 : i64} : (tensor<1x?x4xf32>, tensor<1x?x2xf32>, tensor<1x?x2xf32>) -> tensor<1x?x4xf32> loc("attention")
  %2 = onnx.MatMul %1, %w : (tensor<1x?x4xf32>, tensor<4x1xf32>) -> tensor<1x?x1xf32>
  return %2 : tensor<1x?x1xf32>
}
