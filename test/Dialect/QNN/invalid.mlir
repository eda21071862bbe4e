// RUN: quant-opt %s --split-input-file --verify-diagnostics -o /dev/null

// expected-error@+1 {{integer codes have 2 to 16 bits, found 1}}
#narrow = #qnn.int<1, signed>

// -----

// expected-error@+1 {{expected 'signed' or 'unsigned'}}
#sign = #qnn.int<8, both>

// -----

func.func @quantize_C1(%x: tensor<4xf32>, %s: f32) {
  // expected-error@+1 {{mixes tensors and scalars}}
  %q = qnn.quantize %x, %s {codec = #qnn.int<8, signed>, block = array<i64: -1>}
      : (tensor<4xf32>, f32) -> tensor<4xi8>
  return
}

// -----

func.func @quantize_C2_scale(%x: tensor<4xf32>, %s: tensor<f16>) {
  // expected-error@+1 {{numbers and scales are f32}}
  %q = qnn.quantize %x, %s {codec = #qnn.int<8, signed>, block = array<i64: -1>}
      : (tensor<4xf32>, tensor<f16>) -> tensor<4xi8>
  return
}

// -----

func.func @quantize_C2_zero_point(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i8>) {
  // expected-error@+1 {{zero point has type 'i8', expected that of the codes, 'ui8'}}
  %q = qnn.quantize %x, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>}
      : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xui8>
  return
}

// -----

func.func @quantize_codes(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error@+1 {{codes of #qnn.int<8, unsigned> have type 'ui8', found 'i8'}}
  %q = qnn.quantize %x, %s {codec = #qnn.int<8, unsigned>, block = array<i64: -1>}
      : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @quantize_C3_rank(%x: tensor<4x4xf32>, %s: tensor<f32>) {
  // expected-error@+1 {{block has 1 entries, expected one per dimension, 2}}
  %q = qnn.quantize %x, %s {codec = #qnn.int<8, signed>, block = array<i64: -1>}
      : (tensor<4x4xf32>, tensor<f32>) -> tensor<4x4xi8>
  return
}

// -----

func.func @quantize_C3_entry(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error@+1 {{block entries are -1 or at least 1, found 0}}
  %q = qnn.quantize %x, %s {codec = #qnn.int<8, signed>, block = array<i64: 0>}
      : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @dequantize_C3_groups(%q: tensor<100x8xi4>, %s: tensor<3x8xf32>) {
  // expected-error@+1 {{scale has 3 entries in dimension 0, expected 4}}
  %y = qnn.dequantize %q, %s {codec = #qnn.int<4, signed>, block = array<i64: 32, 1>}
      : (tensor<100x8xi4>, tensor<3x8xf32>) -> tensor<100x8xf32>
  return
}

// -----

func.func @dequantize_C3_scale_rank(%q: tensor<4x8xi8>, %s: tensor<8xf32>) {
  // expected-error@+1 {{scale has rank 1, expected that of x, 2}}
  %y = qnn.dequantize %q, %s {codec = #qnn.int<8, signed>, block = array<i64: -1, 1>}
      : (tensor<4x8xi8>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @dynamic_quantize_C1(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{block entries are 1 or -1, found 2}}
  %q:3 = qnn.dynamic_quantize %x {codec = #qnn.int<8, unsigned>, block = array<i64: 2, -1>}
      : (tensor<4x8xf32>) -> (tensor<4x8xui8>, tensor<2x1xf32>, tensor<2x1xui8>)
  return
}

// -----

func.func @dynamic_quantize_C2(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{has a result of type 'tensor<4x8xf32>', but computes dimension 1 to be 1}}
  %q:3 = qnn.dynamic_quantize %x {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
      : (tensor<4x8xf32>) -> (tensor<4x8xui8>, tensor<4x8xf32>, tensor<4x1xui8>)
  return
}

// -----

func.func @matmul_C1(%a: tensor<2x3xi8>, %b: tensor<4x5xi8>) {
  // expected-error@+1 {{inner dimensions of 'tensor<2x3xi8>' and 'tensor<4x5xi8>' differ}}
  %y = qnn.matmul %a, %b : (tensor<2x3xi8>, tensor<4x5xi8>) -> tensor<2x5xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_C2(%a: tensor<2x3xi8>, %b: tensor<3x5xf32>) {
  // expected-error@+1 {{multiplies 8-bit integers or f32, found 'i8' and 'f32'}}
  %y = qnn.matmul %a, %b : (tensor<2x3xi8>, tensor<3x5xf32>) -> tensor<2x5xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return
}

// -----

func.func @matmul_C3(%a: tensor<1x65794xui8>, %b: tensor<65794x1xi8>) {
  // expected-error@+1 {{sums 65794 products of 'ui8' and 'i8'; an i32 holds 65793}}
  %y = qnn.matmul %a, %b : (tensor<1x65794xui8>, tensor<65794x1xi8>) -> tensor<1x1xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_C4(%a: tensor<2x3xi8>, %b: tensor<3x5xi8>, %c: tensor<5xui8>) {
  // expected-error@+1 {{region takes ('i32', 'f32'), expected ('i32', 'i8')}}
  %y = qnn.matmul %a, %b with %c : (tensor<2x3xi8>, tensor<3x5xi8>, tensor<5xui8>) -> tensor<2x5xi32> {
  ^bb0(%acc: i32, %z: f32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_C4_yield(%a: tensor<2x3xi8>, %b: tensor<3x5xi8>) {
  // expected-error@+1 {{region does not yield ('f32')}}
  %y = qnn.matmul %a, %b : (tensor<2x3xi8>, tensor<3x5xi8>) -> tensor<2x5xf32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @matmul_extras(%a: tensor<2x3xi8>, %b: tensor<3x5xi8>, %c: tensor<4xi32>) {
  // expected-error@+1 {{extra operand 0, 'tensor<4xi32>', does not broadcast to the result}}
  %y = qnn.matmul %a, %b with %c : (tensor<2x3xi8>, tensor<3x5xi8>, tensor<4xi32>) -> tensor<2x5xi32> {
  ^bb0(%acc: i32, %z: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_C1(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>) {
  // expected-error@+1 {{has 2 spatial dimensions, expected as many entries}}
  %y = qnn.conv %x, %w {
      kernel_shape = array<i64: 3, 3>, strides = array<i64: 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) -> tensor<1x6x6x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_C2(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>) {
  // expected-error@+1 {{in 2 groups does not fit the input's channels}}
  %y = qnn.conv %x, %w {
      kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 2}
      : (tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) -> tensor<1x6x6x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @conv_result(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>) {
  // expected-error@+1 {{but computes dimension 1 to be 6}}
  %y = qnn.conv %x, %w {
      kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) -> tensor<1x8x8x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return
}

// -----

func.func @map_C1(%a: tensor<4xf32>, %b: tensor<5xf32>) {
  // expected-error@+1 {{operands do not broadcast}}
  %r = qnn.map %a, %b : (tensor<4xf32>, tensor<5xf32>) -> tensor<4xf32> {
  ^bb0(%x: f32, %y: f32):
    qnn.yield %x : f32
  }
  return
}

// -----

func.func @map_C2(%a: tensor<4xui8>) {
  // expected-error@+1 {{region takes ('ui8'), expected ('i8')}}
  %r = qnn.map %a : (tensor<4xui8>) -> tensor<4xui8> {
  ^bb0(%x: ui8):
    qnn.yield %x : ui8
  }
  return
}

// -----

func.func @observe_C1(%x: tensor<?x2xf32>) {
  // expected-error@+1 {{has channel_axis = 0; it names a dimension of x whose extent is fixed}}
  qnn.observe %x {tensor = "x", channel_axis = 0 : i64} : tensor<?x2xf32>
  return
}

// -----

func.func @observe_C2(%x: tensor<?x2xf32>) {
  // expected-error@+1 {{has channel_histograms, but no channel_axis}}
  qnn.observe %x {tensor = "x", channel_histograms} : tensor<?x2xf32>
  return
}
