// RUN: quant-opt %s --split-input-file --verify-diagnostics --quantc-report-quantization

#u8 = #qnn.int<8, unsigned>

func.func @alone(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xf32> {
  // expected-remark @below {{quantize is a step of its own: its input is an argument of the model}}
  %0 = qnn.quantize %x, %s {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>) -> tensor<4xui8>
  // expected-remark @below {{dequantize is a step of its own: read in float by Softmax}}
  %1 = qnn.dequantize %0, %s {codec = #u8, block = array<i64: -1>} : (tensor<4xui8>, tensor<f32>) -> tensor<4xf32>
  %2 = onnx.Softmax %1 : (tensor<4xf32>) -> tensor<4xf32>
  // expected-remark @below {{quantize is a step of its own: its input comes from Softmax, which has no epilogue}}
  %3 = qnn.map %2 : (tensor<4xf32>) -> tensor<4xui8> {
  ^bb0(%a: f32):
    %c = arith.constant 1.0 : f32
    %q = qnn.quantize %a, %c {codec = #u8} : (f32, f32) -> i8
    qnn.yield %q : i8
  }
  return %2 : tensor<4xf32>
}

// -----

#u8 = #qnn.int<8, unsigned>

// With something else to do in the same step there is nothing to say.
func.func @fused(%x: tensor<4xf32>) -> tensor<4xui8> {
  %0 = qnn.map %x : (tensor<4xf32>) -> tensor<4xui8> {
  ^bb0(%a: f32):
    %c = arith.constant 1.0 : f32
    %b = arith.addf %a, %c : f32
    %q = qnn.quantize %b, %c {codec = #u8} : (f32, f32) -> i8
    qnn.yield %q : i8
  }
  return %0 : tensor<4xui8>
}

// -----

#u8 = #qnn.int<8, unsigned>

func.func @branch(%c: tensor<i1>, %x: tensor<4xf32>, %y: tensor<4xui8>, %s: tensor<f32>) -> tensor<4xui8> {
  %0 = onnx.If %c {
    // expected-remark @below {{quantize is a step of its own: its input is an argument of the model}}
    %1 = qnn.quantize %x, %s {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>) -> tensor<4xui8>
    onnx.Yield %1 : tensor<4xui8>
  } else {
    onnx.Yield %y : tensor<4xui8>
  } : (tensor<i1>) -> tensor<4xui8>
  return %0 : tensor<4xui8>
}
