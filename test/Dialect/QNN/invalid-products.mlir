// RUN: quant-opt %s --split-input-file --verify-diagnostics -o /dev/null

func.func @quantize_C3_scalar(%x: f32, %s: f32) {
  // expected-error@+1 {{on scalars has no block}}
  %q = qnn.quantize %x, %s {codec = #qnn.int<8, signed>, block = array<i64: -1>} : (f32, f32) -> i8
  return
}

// -----

func.func @dynamic_quantize_types(%x: tensor<2x4xf32>) {
  // expected-error@+1 {{codes and zero points of #qnn.int<8, unsigned> have type 'ui8'}}
  %q, %s, %z = qnn.dynamic_quantize %x {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
      : (tensor<2x4xf32>) -> (tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xi8>)
  return
}

// -----

func.func @matmul_rank(%a: tensor<3xi8>, %b: tensor<3x5xi8>) {
  // expected-error@+1 {{operands have rank 2 at least}}
  %y = qnn.matmul %a, %b : (tensor<3xi8>, tensor<3x5xi8>) -> tensor<5xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_C1_leading(%a: tensor<2x4x3xi8>, %b: tensor<5x3x5xi8>) {
  // expected-error@+1 {{leading dimensions of 'tensor<2x4x3xi8>' and 'tensor<5x3x5xi8>' do not broadcast}}
  %y = qnn.matmul %a, %b : (tensor<2x4x3xi8>, tensor<5x3x5xi8>) -> tensor<2x4x5xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

// The right side says how many products are summed where the left does not.
func.func @matmul_C3_rhs(%a: tensor<1x?xui8>, %b: tensor<65794x1xi8>) {
  // expected-error@+1 {{sums 65794 products of 'ui8' and 'i8'; an i32 holds 65793}}
  %y = qnn.matmul %a, %b : (tensor<1x?xui8>, tensor<65794x1xi8>) -> tensor<1x1xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_panel(%a: tensor<2x3xi8>, %b: tensor<1x1x16x4xi8>) {
  // expected-error@+1 {{panel and columns are given together}}
  %y = qnn.matmul %a, %b {panel = 16} : (tensor<2x3xi8>, tensor<1x1x16x4xi8>) -> tensor<2x5xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_packed_rank(%a: tensor<2x3xi8>, %b: tensor<1x16x4xi8>) {
  // expected-error@+1 {{packed rhs has rank 3}}
  %y = qnn.matmul %a, %b {panel = 16, columns = 5} : (tensor<2x3xi8>, tensor<1x16x4xi8>) -> tensor<2x5xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_packed_shape(%a: tensor<2x3xi8>, %b: tensor<1x1x16x4xi8>) {
  // expected-error@+1 {{packed rhs 'tensor<1x1x16x4xi8>' is not 17 columns in panels of 16}}
  %y = qnn.matmul %a, %b {panel = 16, columns = 17} : (tensor<2x3xi8>, tensor<1x1x16x4xi8>) -> tensor<2x17xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_panel(%x: tensor<1x8x4xi8>, %w: tensor<1x1x1x16x4xi8>) {
  // expected-error@+1 {{panel and columns are given together}}
  %y = qnn.conv %x, %w {columns = 16, kernel_shape = array<i64: 1>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x8x4xi8>, tensor<1x1x1x16x4xi8>) -> tensor<1x8x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_group(%x: tensor<1x8x4xi8>, %w: tensor<1x4x16xi8>) {
  // expected-error@+1 {{group is at least 1, and 1 or the number of columns for a packed filter}}
  %y = qnn.conv %x, %w {group = 0, kernel_shape = array<i64: 1>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x8x4xi8>, tensor<1x4x16xi8>) -> tensor<1x8x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_packed_columns(%x: tensor<1x8x4xi8>, %w: tensor<1x1x1x16x4xi8>) {
  // expected-error@+1 {{packed filter does not have panels for 17 columns}}
  %y = qnn.conv %x, %w {panel = 16, columns = 17, kernel_shape = array<i64: 1>,
      strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x8x4xi8>, tensor<1x1x1x16x4xi8>) -> tensor<1x8x17xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_C1_filter(%x: tensor<1x8x4xi8>, %w: tensor<4x16xi8>) {
  // expected-error@+1 {{filter has rank 2, expected 3}}
  %y = qnn.conv %x, %w {kernel_shape = array<i64: 1>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x8x4xi8>, tensor<4x16xi8>) -> tensor<1x8x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_C3(%x: tensor<1x8x?xui8>, %w: tensor<2x32897x1xi8>) {
  // expected-error@+1 {{sums 65794 products of 'ui8' and 'i8'; an i32 holds 65793}}
  %y = qnn.conv %x, %w {kernel_shape = array<i64: 2>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x8x?xui8>, tensor<2x32897x1xi8>) -> tensor<1x7x1xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_pad_code(%x: tensor<1x8x4xui8>, %w: tensor<1x4x16xi8>) {
  // expected-error@+1 {{pads 'ui8' with 256, expected 0 to 255}}
  %y = qnn.conv %x, %w {pad_code = 256, kernel_shape = array<i64: 1>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x8x4xui8>, tensor<1x4x16xi8>) -> tensor<1x8x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}
