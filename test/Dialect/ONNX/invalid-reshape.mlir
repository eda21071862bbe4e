// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @reshape_minus_2(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[-2, 12]> : tensor<2xi64>
  // expected-error @+1 {{C1: a dimension of -2 is neither a size nor -1}}
  %0 = onnx.Reshape %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_two_inferred(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[-1, -1]> : tensor<2xi64>
  // expected-error @+1 {{C1: more than one dimension is -1}}
  %0 = onnx.Reshape %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_copied(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[2, 3, 4, 0]> : tensor<4xi64>
  // expected-error @+1 {{C2: dimension 3 is copied from an operand of rank 3}}
  %0 = onnx.Reshape %x, %c0 : (tensor<2x3x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_allowzero(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  // expected-error @+1 {{C3: with allowzero, -1 and 0 exclude each other}}
  %0 = onnx.Reshape %x, %c0 {allowzero = 1 : i64} : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_product(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[5, 5]> : tensor<2xi64>
  // expected-error @+1 {{C5: 24 elements do not fit 25 elements}}
  %0 = onnx.Reshape %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_divides(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[5, -1]> : tensor<2xi64>
  // expected-error @+1 {{C5: 24 elements do not fit 5 times a dimension}}
  %0 = onnx.Reshape %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_overflow(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[1099511627776, 1099511627776, -1]> : tensor<3xi64>
  // expected-error @+1 {{computes rank 3}}
  %0 = onnx.Reshape %x, %c0 : (tensor<2x3x4xf32>, tensor<3xi64>) -> tensor<2x2x2x2xf32>
  return
}

// -----

func.func @transpose_perm(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C1: perm is not a permutation of 0 to 2}}
  %0 = onnx.Transpose %x {perm = array<i64: 0, 2, 2>} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @transpose_rank(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C2: perm has 2 entries for an operand of rank 3}}
  %0 = onnx.Transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @flatten_axis(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C1: axis 4 is not in [-3, 3]}}
  %0 = onnx.Flatten %x {axis = 4 : i64} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @squeeze_size(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[1]> : tensor<1xi64>
  // expected-error @+1 {{C2: dimension 1 of size 3 cannot be removed}}
  %0 = onnx.Squeeze %x, %c0 : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @squeeze_axis(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[3]> : tensor<1xi64>
  // expected-error @+1 {{axis 3 is not in [-3, 2]}}
  %0 = onnx.Squeeze %x, %c0 : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @unsqueeze_twice(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0, -5]> : tensor<2xi64>
  // expected-error @+1 {{axis 0 occurs twice}}
  %0 = onnx.Unsqueeze %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_to_space(%x: tensor<1x8x2x2xf32>) {
  // expected-error @+1 {{C1: blocksize must be in [1, 32768], found 0}}
  %0 = onnx.DepthToSpace %x {blocksize = 0 : i64} : (tensor<1x8x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_divides(%x: tensor<1x8x2x2xf32>) {
  // expected-error @+1 {{C3: 9 does not divide the dimension 8}}
  %0 = onnx.DepthToSpace %x {blocksize = 3 : i64} : (tensor<1x8x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @space_divides(%x: tensor<1x8x2x2xf32>) {
  // expected-error @+1 {{C3: 3 does not divide the dimension 2}}
  %0 = onnx.SpaceToDepth %x {blocksize = 3 : i64} : (tensor<1x8x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @result_type(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{has a result of type 'tensor<2x3x5xf32>', but computes dimension 2 to be 4}}
  %0 = onnx.Relu %x : (tensor<2x3x4xf32>) -> tensor<2x3x5xf32>
  return
}

// -----

func.func @huge_dimension(%x: tensor<9223372036854775807xf32>) {
  // expected-error @+1 {{has a dimension above 2^40}}
  %0 = onnx.Relu %x : (tensor<9223372036854775807xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_to_space(%x: tensor<1x4x2x2xf32>) {
  // expected-error @+1 {{C4: mode must be DCR or CRD, found 'RCD'}}
  %0 = onnx.DepthToSpace %x {blocksize = 2 : i64, mode = "RCD"} : (tensor<1x4x2x2xf32>) -> tensor<*xf32>
  return
}
