// RUN: quant-opt %s --quantc-fold-batchnorm | FileCheck %s

// a = scale / sqrt(var + 0) = [1, 2]; W' = W a, B' = B a + (bias - mean a).
// CHECK-LABEL: func.func @fold
func.func @fold(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{.*}}3.000000e+00{{.*}}1.000000e+01{{.*}}> : tensor<2x1x1x1xf32>
  // CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[1.000000e+00, -1.000000e+00]> : tensor<2xf32>
  // CHECK: onnx.Conv %{{.*}}, %[[W]], %[[B]]
  // CHECK-NOT: BatchNormalization
  %w = onnx.Constant dense<[[[[3.0]]], [[[5.0]]]]> : tensor<2x1x1x1xf32>
  %b = onnx.Constant dense<[1.0, 1.0]> : tensor<2xf32>
  %scale = onnx.Constant dense<[2.0, 1.0]> : tensor<2xf32>
  %bias = onnx.Constant dense<[0.5, 0.0]> : tensor<2xf32>
  %mean = onnx.Constant dense<[0.5, 1.5]> : tensor<2xf32>
  %var = onnx.Constant dense<[4.0, 0.25]> : tensor<2xf32>
  %0 = onnx.Conv %x, %w, %b : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %1 = onnx.BatchNormalization %0, %scale, %bias, %mean, %var {epsilon = 0.0 : f32}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// Somebody else reads the convolution.
// CHECK-LABEL: func.func @two_users
func.func @two_users(%x: tensor<1x1x4x4xf32>) -> (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) {
  // CHECK: onnx.BatchNormalization
  %w = onnx.Constant dense<3.0> : tensor<1x1x1x1xf32>
  %c = onnx.Constant dense<2.0> : tensor<1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.BatchNormalization %0, %c, %c, %c, %c
      : (tensor<1x1x4x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4x4xf32>
  return %0, %1 : tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>
}

// A weight computed by the model.
// CHECK-LABEL: func.func @weight_varies
func.func @weight_varies(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> {
  // CHECK: onnx.BatchNormalization
  %c = onnx.Constant dense<2.0> : tensor<1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.BatchNormalization %0, %c, %c, %c, %c
      : (tensor<1x1x4x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// Not all is known of the convolution's shape: its users would get another type.
// CHECK-LABEL: func.func @types_differ
func.func @types_differ(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  // CHECK: onnx.BatchNormalization
  %w = onnx.Constant dense<3.0> : tensor<1x1x1x1xf32>
  %c = onnx.Constant dense<2.0> : tensor<1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<?x1x4x4xf32>
  %1 = onnx.BatchNormalization %0, %c, %c, %c, %c
      : (tensor<?x1x4x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}
