// RUN: quant-opt %s --split-input-file --verify-diagnostics -o /dev/null

func.func @constant_of_shape(%s: tensor<2xi64>) {
  // expected-error @+1 {{C1: value must have one element}}
  %0 = onnx.ConstantOfShape %s {value = dense<[1.0, 2.0]> : tensor<2xf32>} : (tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @range(%a: tensor<2xi64>, %b: tensor<i64>) {
  // expected-error @+1 {{C1: operands must be scalars, found 'tensor<2xi64>'}}
  %0 = onnx.Range %a, %b, %b : (tensor<2xi64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return
}

// -----

func.func @one_hot_depth(%i: tensor<3xi64>, %v: tensor<2xf32>) {
  %depth = onnx.Constant dense<-1> : tensor<i64>
  // expected-error @+1 {{C2: depth must not be negative, found -1}}
  %0 = onnx.OneHot %i, %depth, %v : (tensor<3xi64>, tensor<i64>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @clip_bound(%x: tensor<4xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{C1: a bound must be a scalar, found 'tensor<2xf32>'}}
  %0 = "onnx.Clip"(%x, %b) {operandSegmentSizes = array<i32: 1, 1, 0>} : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @matmul_batches(%a: tensor<2x4x3xf32>, %b: tensor<5x3x6xf32>) {
  // expected-error @+1 {{C3: batch dimensions do not broadcast: 'tensor<2x4x3xf32>' and 'tensor<5x3x6xf32>'}}
  %0 = onnx.MatMul %a, %b : (tensor<2x4x3xf32>, tensor<5x3x6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_ellipsis(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @+1 {{C3: dimensions of '...' do not broadcast}}
  %0 = onnx.Einsum %a, %b {equation = "...i,...i->..."} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @too_large(%a: tensor<1099511627777xf32>) {
  // expected-error @+1 {{has a dimension above 2^40 in 'tensor<1099511627777xf32>'}}
  %0 = onnx.Neg %a : (tensor<1099511627777xf32>) -> tensor<1099511627777xf32>
  return
}
