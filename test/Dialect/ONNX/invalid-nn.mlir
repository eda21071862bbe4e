// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @softmax(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{axis 3 is not in [-3, 2]}}
  %0 = onnx.Softmax %x {axis = 3 : i64} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @lp_normalization(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C2: p must be 1 or 2, found 3}}
  %0 = onnx.LpNormalization %x {p = 3 : i64} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @lrn(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C2: size must be at least 1, found 0}}
  %0 = onnx.LRN %x {size = 0 : i64} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @layer_normalization(%a: tensor<2x4xf32>, %b: tensor<3xf32>, %c: tensor<4xf32>) {
  // expected-error @+1 {{C2: a scale or bias of type}}
  %0 = onnx.LayerNormalization %a, %b, %c : (tensor<2x4xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @instance_normalization(%a: tensor<2x4x8xf32>, %b: tensor<3xf32>, %c: tensor<4xf32>) {
  // expected-error @+1 {{C2: elements of a per-channel operand and channels must agree, found 3 and 4}}
  %0 = onnx.InstanceNormalization %a, %b, %c : (tensor<2x4x8xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @group_normalization(%a: tensor<2x4x8xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>) {
  // expected-error @+1 {{C3: num_groups must be positive and divide the channels, found 3}}
  %0 = onnx.GroupNormalization %a, %b, %c {num_groups = 3 : i64} : (tensor<2x4x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_heads(%a: tensor<1x6x4x8xf32>, %b: tensor<1x4x4x8xf32>, %c: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{C4: the heads of K must divide those of Q, found 4 and 6}}
  %0 = onnx.Attention %a, %b, %c : (tensor<1x6x4x8xf32>, tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_rank(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{C1: Q must have rank 3 or 4, found 2}}
  %0 = onnx.Attention %a, %b, %c : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_number(%a: tensor<1x4x8xf32>, %b: tensor<1x4x8xf32>, %c: tensor<1x4x8xf32>) {
  // expected-error @+1 {{C2: the number of heads of Q must be given, positive and divide its last dimension, found 0}}
  %0 = onnx.Attention %a, %b, %c : (tensor<1x4x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_sequence(%a: tensor<1x2x4x8xf32>, %b: tensor<1x2x4x8xf32>, %c: tensor<1x2x5x8xf32>) {
  // expected-error @+1 {{C3: sequences of K and V must agree, found 4 and 5}}
  %0 = onnx.Attention %a, %b, %c : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x5x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @lstm_rows(%a: tensor<5x2x3xf32>, %b: tensor<1x12x3xf32>, %c: tensor<1x16x4xf32>) {
  // expected-error @+1 {{C3: rows of W and gates times hidden size must agree, found 12 and 16}}
  %0 = onnx.LSTM %a, %b, %c : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x16x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gru_direction(%a: tensor<5x2x3xf32>, %b: tensor<1x12x3xf32>, %c: tensor<1x12x4xf32>) {
  // expected-error @+1 {{C1: direction must be forward, reverse or bidirectional and layout 0 or 1, found 'up' and 0}}
  %0 = onnx.GRU %a, %b, %c {direction = "up"} : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> tensor<*xf32>
  return
}
