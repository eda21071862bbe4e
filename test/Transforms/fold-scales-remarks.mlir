// RUN: quant-opt %s --quantc-fold-scales --split-input-file --verify-diagnostics -o /dev/null

func.func @argument(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %c = onnx.Constant dense<[2.0, 4.0]> : tensor<2xf32>
  // expected-remark @+1 {{a scale known at compile time stays in Mul: it is an argument of the model}}
  %0 = onnx.Mul %x, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

func.func @negative(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x2xf32>
  %c = onnx.Constant dense<[2.0, -4.0]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.Relu %0 : (tensor<?x2xf32>) -> tensor<?x2xf32>
  // expected-remark @+1 {{a scale known at compile time stays in Mul: a factor is negative, zero or extreme}}
  %2 = onnx.Mul %1, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %2 : tensor<?x2xf32>
}

// -----

func.func @readers(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = onnx.Constant dense<1.0> : tensor<2x2xf32>
  %c = onnx.Constant dense<[2.0, 4.0]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  // expected-remark @+1 {{a scale known at compile time stays in Div: the value it scales has other readers}}
  %1 = onnx.Div %0, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

// Head 0 reads channels 0 and 1, head 1 the same: a factor of its own cannot be.
func.func @heads(%q: tensor<1x?x4xf32>, %k: tensor<1x?x2xf32>) -> tensor<1x?x4xf32> {
  %v = onnx.Constant dense<1.0> : tensor<2x2xf32>
  %c = onnx.Constant dense<[2.0, 4.0, 8.0, 4.0]> : tensor<4xf32>
  %0 = onnx.MatMul %k, %v : (tensor<1x?x2xf32>, tensor<2x2xf32>) -> tensor<1x?x2xf32>
  %1 = onnx.Attention %q, %k, %0 {q_num_heads = 2 : i64, kv_num_heads = 1 : i64, scale = 1.0 : f32} : (tensor<1x?x4xf32>, tensor<1x?x2xf32>, tensor<1x?x2xf32>) -> tensor<1x?x4xf32>
  // expected-remark @+1 {{a scale known at compile time stays in Mul: heads that share their values have different factors}}
  %2 = onnx.Mul %1, %c : (tensor<1x?x4xf32>, tensor<4xf32>) -> tensor<1x?x4xf32>
  return %2 : tensor<1x?x4xf32>
}

// -----

func.func @saturates(%q: tensor<?xui8>) -> tensor<?xui8> {
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<ui8>
  %0 = qnn.dequantize %q, %one, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xui8>, tensor<f32>, tensor<ui8>) -> tensor<?xf32>
  %1 = qnn.quantize %0, %half, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xf32>, tensor<f32>, tensor<ui8>) -> tensor<?xui8>
  %2 = qnn.dequantize %1, %half, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xui8>, tensor<f32>, tensor<ui8>) -> tensor<?xf32>
  // expected-remark @+1 {{a scale known at compile time stays in quantize: the requantize before it saturates}}
  %3 = qnn.quantize %2, %one, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>} : (tensor<?xf32>, tensor<f32>, tensor<ui8>) -> tensor<?xui8>
  return %3 : tensor<?xui8>
}

// -----

// A weight in a file that is not there is reported, and left where it is.
func.func @unreadable(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @unknown {{weights file './missing.weights' cannot be opened}}
  %w = onnx.Constant #onnx.file<"missing.weights", 0, 16> : tensor<2x2xf32>
  %c = onnx.Constant dense<[2.0, 4.0]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  // expected-remark @+1 {{a scale known at compile time stays in Mul: a constant's data cannot be read}}
  %1 = onnx.Mul %0, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}
