// RUN: quant-opt %s --quantc-correct-bias="recipe=%S/Inputs/equalize.yaml calibration=%S/Inputs/smooth.calib" --split-input-file --verify-diagnostics | FileCheck %s

// Channel means of x are 2 and 0. The weight 1 becomes 64 * 2 / 127, 0.00787 too
// much, so outputs are 2 * 0.00787 = 0.01575 too high.
// CHECK-LABEL: func.func @matmul
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[2.98425198, 5.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[P:.*]] = onnx.MatMul %arg0
// CHECK-DAG: onnx.Add %[[P]], %[[B]]
func.func @matmul(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0], [2.0, 1.0]]> : tensor<2x2xf32>
  %b = onnx.Constant dense<[3.0, 5.0]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.Add %0, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// Without a bias to change there is one more Add, whose result calibration knows as
// the product.
// CHECK-LABEL: func.func @no_bias
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<-0.015748024> : tensor<1xf32>
// CHECK-DAG: %[[P:.*]] = onnx.MatMul %arg0
// CHECK-DAG: %[[Y:.*]] = onnx.Add %[[P]], %[[B]] {quantc.statistics = "product"}
// CHECK-DAG: return %[[Y]], %[[Y]]
func.func @no_bias(%x: tensor<?x2xf32> {onnx.name = "x"}) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
  %w = onnx.Constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32> loc("product")
  return %0, %0 : tensor<?x1xf32>, tensor<?x1xf32>
}

// -----

// Y = 2 A B + 4 C: the shift is twice as large, its part of C a quarter of that. A
// C of one element becomes one per column.
// CHECK-LABEL: func.func @gemm
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<0.992125988> : tensor<1xf32>
// CHECK-DAG: onnx.Gemm %arg0, %{{.*}}, %[[B]] {alpha = 2.000000e+00 : f32, beta = 4.000000e+00 : f32, transB = 1 : i64}
func.func @gemm(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %c = onnx.Constant dense<1.0> : tensor<f32>
  %0 = onnx.Gemm %x, %w, %c {alpha = 2.0 : f32, beta = 4.0 : f32, transB = 1 : i64} : (tensor<?x2xf32>, tensor<1x2xf32>, tensor<f32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

// All taps of a kernel meet the mean of their channel: 64 * 2 / 127 - 1 twice.
// CHECK-LABEL: func.func @conv
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<-0.0314960{{.*}}> : tensor<1xf32>
// CHECK-DAG: onnx.Conv %arg0, %{{.*}}, %[[B]]
func.func @conv(%x: tensor<1x2x4x4xf32> {onnx.name = "image"}) -> tensor<1x1x4x3xf32> {
  %w = onnx.Constant dense<[[[[1.0, 1.0]], [[2.0, 2.0]]]]> : tensor<1x2x1x2xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x2x4x4xf32>, tensor<1x2x1x2xf32>) -> tensor<1x1x4x3xf32>
  return %0 : tensor<1x1x4x3xf32>
}

// -----

func.func @no_channels(%x: tensor<?x3xf32> {onnx.name = "x"}) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[2.0], [2.0], [2.0]]> : tensor<3x1xf32>
  // expected-remark @+1 {{its bias is not corrected: calibration kept no statistics of its input's channels}}
  %0 = onnx.MatMul %x, %w : (tensor<?x3xf32>, tensor<3x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}
