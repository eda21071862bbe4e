// RUN: quant-opt %s --split-input-file --verify-diagnostics -o /dev/null

func.func @attention_past(%q: tensor<1x2x5x8xf32>, %p: tensor<1x2x3x8xf32>) {
  // expected-error @+1 {{C5: past_key and past_value come together}}
  %0 = onnx.Attention %q, %q, %q, none, %p : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, none, tensor<1x2x3x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_mask(%q: tensor<1x2x5x8xf32>, %m: tensor<f32>) {
  // expected-error @+1 {{C6: attn_mask must have rank 1 to 4, found 'tensor<f32>'}}
  %0 = onnx.Attention %q, %q, %q, %m : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<f32>) -> tensor<*xf32>
  return
}

// -----

func.func @rotary(%x: tensor<1x2x5x8xf32>, %c: tensor<50x4xf32>, %p: tensor<1x5xi64>) {
  // expected-error @+1 {{C3: rotary_embedding_dim must be even and at most the head size, found 3}}
  %0 = onnx.RotaryEmbedding %x, %c, %c, %p {rotary_embedding_dim = 3 : i64} : (tensor<1x2x5x8xf32>, tensor<50x4xf32>, tensor<50x4xf32>, tensor<1x5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @lstm_hidden(%a: tensor<5x2x3xf32>, %b: tensor<1x16x3xf32>, %c: tensor<1x16x4xf32>) {
  // expected-error @+1 {{C3: hidden_size must be positive, found 0}}
  %0 = onnx.LSTM %a, %b, %c {hidden_size = 0 : i64} : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>) -> tensor<*xf32>
  return
}
