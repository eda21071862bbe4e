// RUN: quant-opt %s --split-input-file --verify-diagnostics --quantc-quantize="recipe=w8a8-dynamic"

// What stays in float is named, with the reason.
func.func @activations(%q: tensor<?x2xf32>, %k: tensor<2x?xf32>) -> tensor<?x?xf32> {
  // expected-remark @below {{MatMul stays in float: its right operand is not constant}}
  %0 = onnx.MatMul %q, %k : (tensor<?x2xf32>, tensor<2x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

func.func @constant_left(%k: tensor<2x?xf32>) -> tensor<2x?xf32> {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  // expected-remark @below {{MatMul stays in float: its constant is the left operand}}
  %0 = onnx.MatMul %w, %k : (tensor<2x2xf32>, tensor<2x?xf32>) -> tensor<2x?xf32>
  return %0 : tensor<2x?xf32>
}

// -----

func.func @types(%x: tensor<?x2xf64>) -> tensor<?x2xf64> {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf64>
  // expected-remark @below {{MatMul stays in float: its operands are not ranked f32 tensors}}
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf64>, tensor<2x2xf64>) -> tensor<?x2xf64>
  return %0 : tensor<?x2xf64>
}

// -----

func.func @batched(%x: tensor<2x?x2xf32>) -> tensor<2x?x2xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x2x2xf32>
  // expected-remark @below {{MatMul stays in float: its weight is not one matrix}}
  %0 = onnx.MatMul %x, %w : (tensor<2x?x2xf32>, tensor<2x2x2xf32>) -> tensor<2x?x2xf32>
  return %0 : tensor<2x?x2xf32>
}

// -----

func.func @transposed(%x: tensor<2x?xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  // expected-remark @below {{Gemm stays in float: its left operand is transposed}}
  %0 = onnx.Gemm %x, %w {transA = 1 : i64} : (tensor<2x?xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

func.func @depth(%x: tensor<?x65794xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<1.0> : tensor<65794x1xf32>
  // expected-remark @below {{MatMul stays in float: it sums 65794 products, more than the 65793 that 32 bits hold}}
  %0 = onnx.MatMul %x, %w : (tensor<?x65794xf32>, tensor<65794x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

func.func @token(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  // expected-remark @below {{Conv stays in float: activations per token are defined for matrix products only}}
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}
