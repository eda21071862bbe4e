// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @stride_0(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{W1: strides must be in [1, 2^31), found 0}}
  %0 = onnx.Conv %x, %w {strides = array<i64: 0, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @dilation_0(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{W1: dilations must be in [1, 2^31), found 0}}
  %0 = onnx.Conv %x, %w {dilations = array<i64: 1, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @stride_count(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{W1: strides must have 2 entries, found 1}}
  %0 = onnx.Conv %x, %w {strides = array<i64: 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @huge_pad(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{W2: pads must be in [0, 2^31), found 4611686018427387904}}
  %0 = onnx.Conv %x, %w {pads = array<i64: 4611686018427387904, 0, 0, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pad_count(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{W2: pads must have 4 entries, found 2}}
  %0 = onnx.Conv %x, %w {pads = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @auto_pad(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{W3: auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER, found 'SAME'}}
  %0 = onnx.Conv %x, %w {auto_pad = "SAME"} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @window_too_large(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{W4: the window spans 9 elements of spatial dimension 0, which has 8 with its padding}}
  %0 = onnx.Conv %x, %w {dilations = array<i64: 4, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @rank(%x: tensor<4x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{C1: X must have a rank of at least 3}}
  %0 = onnx.Conv %x, %w {group = 1 : i64} : (tensor<4x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @ranks_differ(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{C1: X and W must have the same rank}}
  %0 = onnx.Conv %x, %w {group = 1 : i64} : (tensor<1x4x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @group_0(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{C2: group must be at least 1, found 0}}
  %0 = onnx.Conv %x, %w {group = 0 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @group_divides(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) {
  // expected-error @+1 {{C2: group 4 does not divide the 6 output channels}}
  %0 = onnx.Conv %x, %w {group = 4 : i64} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{C3: channels of X and of W times group must agree, found 4 and 8}}
  %0 = onnx.Conv %x, %w {group = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @kernel_shape(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{C4: kernel_shape must be the spatial dimensions of W}}
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 3, 2>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @bias(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{C5: elements of B and output channels must agree, found 4 and 6}}
  %0 = onnx.Conv %x, %w, %b {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @transpose_group(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @+1 {{C2: group 3 does not divide the 4 input channels}}
  %0 = onnx.ConvTranspose %x, %w {group = 3 : i64} : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @transpose_channels(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{C3: channels of X and of W must agree, found 4 and 6}}
  %0 = onnx.ConvTranspose %x, %w {group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @transpose_padding(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @+1 {{C6: output_padding must have 2 entries of at least 0}}
  %0 = onnx.ConvTranspose %x, %w {output_padding = array<i64: 0, -1>} : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @transpose_nothing_left(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @+1 {{W4: padding leaves -8 elements of spatial dimension 0}}
  %0 = onnx.ConvTranspose %x, %w {pads = array<i64: 9, 0, 9, 0>} : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_kernel(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{W1: kernel_shape must be in [1, 2^31), found -1}}
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 2, -1>} : (tensor<1x4x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_rank(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{C1: X must have rank 3}}
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 2>} : (tensor<1x4x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_padding(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{C2: pads must be smaller than the window along spatial dimension 1}}
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 2>} : (tensor<1x4x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_order(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{C3: storage_order must be 0 or 1, found 2}}
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2>, storage_order = 2 : i64} : (tensor<1x4x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @lp_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{C3: p must be at least 1, found 0}}
  %0 = onnx.LpPool %x {kernel_shape = array<i64: 2, 2>, p = 0 : i64} : (tensor<1x4x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @global_rank(%x: tensor<4xf32>) {
  // expected-error @+1 {{C1: X must have a rank of at least 2}}
  %0 = onnx.GlobalAveragePool %x : (tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @conv_ranks(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3xf32>) {
  // expected-error @+1 {{C1: X and W must have the same rank, found 'tensor<1x3x8x8xf32>' and 'tensor<4x3x3xf32>'}}
  %0 = onnx.Conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @lp_pool(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{C2: p must be at least 1, found 0}}
  %0 = onnx.GlobalLpPool %x {p = 0 : i64} : (tensor<1x3x8x8xf32>) -> tensor<*xf32>
  return
}
