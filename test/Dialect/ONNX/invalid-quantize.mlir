// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @block_size(%a: tensor<4x6xi8>, %b: tensor<4x6xf32>) {
  // expected-error @+1 {{C1: block_size must not be negative, found -1}}
  %0 = onnx.DequantizeLinear %a, %b {block_size = -1 : i64} : (tensor<4x6xi8>, tensor<4x6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @axis(%a: tensor<4x6xi8>, %b: tensor<6xf32>) {
  // expected-error @+1 {{axis 2 is not in [-2, 1]}}
  %0 = onnx.DequantizeLinear %a, %b {axis = 2 : i64} : (tensor<4x6xi8>, tensor<6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scales(%a: tensor<4x6xi8>, %b: tensor<4xf32>) {
  // expected-error @+1 {{C3: scales and the dimension quantized along must agree, found 4 and 6}}
  %0 = onnx.DequantizeLinear %a, %b : (tensor<4x6xi8>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scale_rank(%a: tensor<4x6xi8>, %b: tensor<4x6xf32>) {
  // expected-error @+1 {{C3: a scale per axis must have rank 1}}
  %0 = onnx.DequantizeLinear %a, %b : (tensor<4x6xi8>, tensor<4x6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @block_rank(%a: tensor<4x6xi8>, %b: tensor<3xf32>) {
  // expected-error @+1 {{C4: a block scale must have rank 2}}
  %0 = onnx.DequantizeLinear %a, %b {block_size = 2 : i64} : (tensor<4x6xi8>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @blocks(%a: tensor<4x6xi8>, %b: tensor<4x2xf32>) {
  // expected-error @+1 {{C4: blocks along axis 1 must agree, found 2 and 3}}
  %0 = onnx.DequantizeLinear %a, %b {block_size = 2 : i64} : (tensor<4x6xi8>, tensor<4x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @zero_point(%x: tensor<4x6xi8>, %s: tensor<6xf32>, %z: tensor<5xi8>) {
  // expected-error @+1 {{C5: dimensions of scale and zero point must agree, found 6 and 5}}
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<4x6xi8>, tensor<6xf32>, tensor<5xi8>) -> tensor<*xf32>
  return
}

// -----

func.func @zero_point_type(%x: tensor<4x6xi8>, %s: tensor<6xf32>, %z: tensor<6xui8>) {
  // expected-error @+1 {{operand 2 has element type 'ui8', must be 'i8' as another operand}}
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<4x6xi8>, tensor<6xf32>, tensor<6xui8>) -> tensor<*xf32>
  return
}
