// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @concat_axis(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0.0> : tensor<2x3x4xf32>
  // expected-error @+1 {{axis 9 is not in [-3, 2]}}
  %0 = onnx.Concat %x, %c0 {axis = 9 : i64} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @concat_rank(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0.0> : tensor<2x3xf32>
  // expected-error @+1 {{C3: operands must have the same rank}}
  %0 = onnx.Concat %x, %c0 {axis = 0 : i64} : (tensor<2x3x4xf32>, tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @concat_dim(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0.0> : tensor<2x5x4xf32>
  // expected-error @+1 {{C3: dimensions not joined must agree, found 3 and 5}}
  %0 = onnx.Concat %x, %c0 {axis = 0 : i64} : (tensor<2x3x4xf32>, tensor<2x5x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @split_sum(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[1, 1]> : tensor<2xi64>
  // expected-error @+1 {{C3: the sum of split and the dimension must agree, found 2 and 3}}
  %0:2 = onnx.Split %x, %c0 {axis = 1 : i64} : (tensor<2x3x4xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @split_count(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[1, 1, 1]> : tensor<3xi64>
  // expected-error @+1 {{C3: split must have one size for each of the 2 results}}
  %0:2 = onnx.Split %x, %c0 {axis = 1 : i64} : (tensor<2x3x4xf32>, tensor<3xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @split_outputs(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C1: num_outputs must be the number of results, 2, and not zero}}
  %0:2 = onnx.Split %x {num_outputs = 3 : i64} : (tensor<2x3x4xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @slice_step(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0]> : tensor<1xi64>
  %c1 = onnx.Constant dense<[2]> : tensor<1xi64>
  %c2 = onnx.Constant dense<[1]> : tensor<1xi64>
  %c3 = onnx.Constant dense<[0]> : tensor<1xi64>
  // expected-error @+1 {{C3: the step along axis 1 is 0}}
  %0 = onnx.Slice %x, %c0, %c1, %c2, %c3 : (tensor<2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @slice_length(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0, 0]> : tensor<2xi64>
  %c1 = onnx.Constant dense<[2]> : tensor<1xi64>
  %c2 = onnx.Constant dense<[1]> : tensor<1xi64>
  // expected-error @+1 {{C2: starts, ends, axes and steps must have the same length}}
  %0 = onnx.Slice %x, %c0, %c1, %c2 : (tensor<2x3x4xf32>, tensor<2xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @slice_axis(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0]> : tensor<1xi64>
  %c1 = onnx.Constant dense<[2]> : tensor<1xi64>
  %c2 = onnx.Constant dense<[-4]> : tensor<1xi64>
  // expected-error @+1 {{axis -4 is not in [-3, 2]}}
  %0 = onnx.Slice %x, %c0, %c1, %c2 : (tensor<2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @pad_mode(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0, 0, 0, 0, 0, 0]> : tensor<6xi64>
  // expected-error @+1 {{C1: mode must be constant, reflect, edge or wrap, found 'zero'}}
  %0 = onnx.Pad %x, %c0 {mode = "zero"} : (tensor<2x3x4xf32>, tensor<6xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @pad_length(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0, 0, 0]> : tensor<3xi64>
  // expected-error @+1 {{C3: pads must have two entries for each axis, found 3 for 3 axes}}
  %0 = onnx.Pad %x, %c0 : (tensor<2x3x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @pad_negative(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[-2, 0, 0, -1, 0, 0]> : tensor<6xi64>
  // expected-error @+1 {{C4: padding leaves -1 elements along axis 0}}
  %0 = onnx.Pad %x, %c0 : (tensor<2x3x4xf32>, tensor<6xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @pad_huge(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[4611686018427387904, 0, 0, 4611686018427387904, 0, 0]> : tensor<6xi64>
  // expected-error @+1 {{C4: padding by 4611686018427387904 exceeds 2^40}}
  %0 = onnx.Pad %x, %c0 : (tensor<2x3x4xf32>, tensor<6xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @pad_reflect(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[2, 0, 0, 0, 0, 0]> : tensor<6xi64>
  // expected-error @+1 {{C5: reflection by 2 needs more than the 2 elements of axis 0}}
  %0 = onnx.Pad %x, %c0 {mode = "reflect"} : (tensor<2x3x4xf32>, tensor<6xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tile(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  // expected-error @+1 {{C1: repeats must have 3 entries, found 2}}
  %0 = onnx.Tile %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @expand(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[3, 3, 4]> : tensor<3xi64>
  // expected-error @+1 {{C2: 'tensor<2x3x4xf32>' does not broadcast to the given shape}}
  %0 = onnx.Expand %x, %c0 : (tensor<2x3x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @resize_scale(%x: tensor<2x3x4xf32>) {
  %c1 = onnx.Constant dense<[1.0, 0.0, 1.0]> : tensor<3xf32>
  // expected-error @+1 {{C4: scales must be positive and finite}}
  %0 = onnx.Resize %x, none, %c1 : (tensor<2x3x4xf32>, none, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @resize_nan(%x: tensor<2x3x4xf32>) {
  %c1 = onnx.Constant dense<[1.0, 0x7FC00000, 1.0]> : tensor<3xf32>
  // expected-error @+1 {{C4: scales must be positive and finite}}
  %0 = onnx.Resize %x, none, %c1 : (tensor<2x3x4xf32>, none, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @resize_nothing(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C1: needs either scales or sizes}}
  %0 = onnx.Resize %x : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @concat_nothing() {
  // expected-error @+1 {{C1: needs at least one operand}}
  %0 = "onnx.Concat"() {axis = 0 : i64} : () -> tensor<*xf32>
  return
}

// -----

func.func @concat_ranks(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{C3: operands must have the same rank, found 'tensor<2x3xf32>' and 'tensor<3xf32>'}}
  %0 = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @tile_negative(%a: tensor<2x3xf32>) {
  %r = onnx.Constant dense<[1, -1]> : tensor<2xi64>
  // expected-error @+1 {{C1: repeats must not be negative, found -1}}
  %0 = onnx.Tile %a, %r : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @expand_negative(%a: tensor<1x3xf32>) {
  %s = onnx.Constant dense<[-1, 3]> : tensor<2xi64>
  // expected-error @+1 {{C1: shape must not be negative}}
  %0 = onnx.Expand %a, %s : (tensor<1x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}
