// RUN: quant-opt %s --split-input-file --verify-diagnostics -o /dev/null

func.func @max_pool_type(%x: tensor<1x8x4xui8>) {
  // expected-error@+1 {{changes the element type}}
  %y = qnn.max_pool %x {kernel_shape = array<i64: 2>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>} : (tensor<1x8x4xui8>) -> tensor<1x7x4xi8>
  return
}

// -----

func.func @max_pool_C1(%x: tensor<8x4xui8>) {
  // expected-error@+1 {{input has rank 2, expected [N, 1 to 3 spatial dimensions, C]}}
  %y = qnn.max_pool %x {kernel_shape = array<i64>, strides = array<i64>,
      dilations = array<i64>, pads = array<i64>} : (tensor<8x4xui8>) -> tensor<8x4xui8>
  return
}

// -----

func.func @max_pool_stride(%x: tensor<1x8x4xui8>) {
  // expected-error@+1 {{window is not positive in spatial dimension 0}}
  %y = qnn.max_pool %x {kernel_shape = array<i64: 2>, strides = array<i64: 0>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>} : (tensor<1x8x4xui8>) -> tensor<1x7x4xui8>
  return
}

// -----

func.func @max_pool_window(%x: tensor<1x8x4xui8>) {
  // expected-error@+1 {{window is larger than the padded input in spatial dimension 0}}
  %y = qnn.max_pool %x {kernel_shape = array<i64: 5>, strides = array<i64: 1>,
      dilations = array<i64: 2>, pads = array<i64: 0, 0>} : (tensor<1x8x4xui8>) -> tensor<1x1x4xui8>
  return
}

// -----

func.func @average_pool_type(%x: tensor<1x8x4xi16>) {
  // expected-error@+1 {{sums 8-bit integers or f32, found 'i16'}}
  %y = qnn.average_pool %x {kernel_shape = array<i64: 2>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>} : (tensor<1x8x4xi16>) -> tensor<1x7x4xi32> {
  ^bb0(%acc: i32, %n: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @average_pool_pad_code(%x: tensor<1x8x4xf32>) {
  // expected-error@+1 {{pads 'f32' with 1, expected 0 to 0}}
  %y = qnn.average_pool %x {pad_code = 1, kernel_shape = array<i64: 2>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>} : (tensor<1x8x4xf32>) -> tensor<1x7x4xf32> {
  ^bb0(%acc: f32, %n: i32):
    qnn.yield %acc : f32
  }
  return
}
