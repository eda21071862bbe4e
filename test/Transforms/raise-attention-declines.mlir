// RUN: quant-opt %s --quantc-raise-attention | FileCheck %s --implicit-check-not=onnx.Attention

// Somebody else reads the scores.
// CHECK-LABEL: func.func @scores_read
func.func @scores_read(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x8x5xf32>, %v: tensor<1x2x5x8xf32>) -> (tensor<1x2x5x8xf32>, tensor<1x2x5x5xf32>) {
  // CHECK: onnx.Softmax
  %0 = onnx.MatMul %q, %k : (tensor<1x2x5x8xf32>, tensor<1x2x8x5xf32>) -> tensor<1x2x5x5xf32>
  %1 = onnx.Softmax %0 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %2 = onnx.MatMul %1, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %2, %0 : tensor<1x2x5x8xf32>, tensor<1x2x5x5xf32>
}

// Scaled after the mask is added.
// CHECK-LABEL: func.func @scaled_late
func.func @scaled_late(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x8x5xf32>, %v: tensor<1x2x5x8xf32>, %m: tensor<5x5xf32>) -> tensor<1x2x5x8xf32> {
  // CHECK: onnx.Softmax
  %scale = onnx.Constant dense<0.25> : tensor<f32>
  %0 = onnx.MatMul %q, %k : (tensor<1x2x5x8xf32>, tensor<1x2x8x5xf32>) -> tensor<1x2x5x5xf32>
  %1 = onnx.Add %0, %m : (tensor<1x2x5x5xf32>, tensor<5x5xf32>) -> tensor<1x2x5x5xf32>
  %2 = onnx.Mul %1, %scale : (tensor<1x2x5x5xf32>, tensor<f32>) -> tensor<1x2x5x5xf32>
  %3 = onnx.Softmax %2 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %4 = onnx.MatMul %3, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %4 : tensor<1x2x5x8xf32>
}

// Softmax over queries.
// CHECK-LABEL: func.func @other_axis
func.func @other_axis(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x8x5xf32>, %v: tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32> {
  // CHECK: onnx.Softmax
  %0 = onnx.MatMul %q, %k : (tensor<1x2x5x8xf32>, tensor<1x2x8x5xf32>) -> tensor<1x2x5x5xf32>
  %1 = onnx.Softmax %0 {axis = 2 : i64} : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %2 = onnx.MatMul %1, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %2 : tensor<1x2x5x8xf32>
}

// Filled with a number that scores could exceed.
// CHECK-LABEL: func.func @filled_high
func.func @filled_high(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x8x5xf32>, %v: tensor<1x2x5x8xf32>, %m: tensor<5x5xi1>) -> tensor<1x2x5x8xf32> {
  // CHECK: onnx.Softmax
  %low = onnx.Constant dense<-10000.0> : tensor<f32>
  %0 = onnx.MatMul %q, %k : (tensor<1x2x5x8xf32>, tensor<1x2x8x5xf32>) -> tensor<1x2x5x5xf32>
  %1 = onnx.Where %m, %0, %low : (tensor<5x5xi1>, tensor<1x2x5x5xf32>, tensor<f32>) -> tensor<1x2x5x5xf32>
  %2 = onnx.Softmax %1 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %3 = onnx.MatMul %2, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %3 : tensor<1x2x5x8xf32>
}

// One head of V for two of K.
// CHECK-LABEL: func.func @heads_differ
func.func @heads_differ(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x8x5xf32>, %v: tensor<1x1x5x8xf32>) -> tensor<1x2x5x8xf32> {
  // CHECK: onnx.Softmax
  %0 = onnx.MatMul %q, %k : (tensor<1x2x5x8xf32>, tensor<1x2x8x5xf32>) -> tensor<1x2x5x5xf32>
  %1 = onnx.Softmax %0 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %2 = onnx.MatMul %1, %v : (tensor<1x2x5x5xf32>, tensor<1x1x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %2 : tensor<1x2x5x8xf32>
}
