// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @gather_axis(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0]> : tensor<1xi64>
  // expected-error @+1 {{axis 3 is not in [-3, 2]}}
  %0 = onnx.Gather %x, %c0 {axis = 3 : i64} : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_index(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0, -100]> : tensor<2xi64>
  // expected-error @+1 {{C2: index -100 is not in [-2, 1]}}
  %0 = onnx.Gather %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_elements(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0]> : tensor<1xi64>
  // expected-error @+1 {{C3: indices must have rank 3}}
  %0 = onnx.GatherElements %x, %c0 : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_nd_tuple(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0> : tensor<2x4xi64>
  // expected-error @+1 {{C3: index tuples of 4 do not fit data of rank 3}}
  %0 = onnx.GatherND %x, %c0 : (tensor<2x3x4xf32>, tensor<2x4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_nd_batch(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0> : tensor<2x1xi64>
  // expected-error @+1 {{C2: batch_dims must be in [0, 1], found 2}}
  %0 = onnx.GatherND %x, %c0 {batch_dims = 2 : i64} : (tensor<2x3x4xf32>, tensor<2x1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @scatter_reduction(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0> : tensor<1x1x1xi64>
  %c1 = onnx.Constant dense<0.0> : tensor<1x1x1xf32>
  // expected-error @+1 {{C4: reduction must be none, add, mul, max or min, found 'sub'}}
  %0 = onnx.ScatterElements %x, %c0, %c1 {reduction = "sub"} : (tensor<2x3x4xf32>, tensor<1x1x1xi64>, tensor<1x1x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scatter_updates(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0> : tensor<1x1x1xi64>
  %c1 = onnx.Constant dense<0.0> : tensor<1x1x2xf32>
  // expected-error @+1 {{C5: dimensions of indices and updates must agree, found 1 and 2}}
  %0 = onnx.ScatterElements %x, %c0, %c1 : (tensor<2x3x4xf32>, tensor<1x1x1xi64>, tensor<1x1x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scatter_nd_updates(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<0> : tensor<5x1xi64>
  %c1 = onnx.Constant dense<0.0> : tensor<5x4x3xf32>
  // expected-error @+1 {{C5: dimensions of updates must agree, found 3 and 4}}
  %0 = onnx.ScatterND %x, %c0, %c1 : (tensor<2x3x4xf32>, tensor<5x1xi64>, tensor<5x4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @topk(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[5]> : tensor<1xi64>
  // expected-error @+1 {{C2: K must be between 0 and the dimension, found 5}}
  %0:2 = onnx.TopK %x, %c0 : (tensor<2x3x4xf32>, tensor<1xi64>) -> (tensor<*xf32>, tensor<*xi64>)
  return
}

// -----

func.func @compress(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<true> : tensor<2x2xi1>
  // expected-error @+1 {{C1: condition must have rank 1}}
  %0 = onnx.Compress %x, %c0 : (tensor<2x3x4xf32>, tensor<2x2xi1>) -> tensor<*xf32>
  return
}

// -----

func.func @reduce_axis(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[3]> : tensor<1xi64>
  // expected-error @+1 {{axis 3 is not in [-3, 2]}}
  %0 = onnx.ReduceSum %x, %c0 : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reduce_twice(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[0, -3]> : tensor<2xi64>
  // expected-error @+1 {{axis 0 occurs twice}}
  %0 = onnx.ReduceSum %x, %c0 : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @arg_max_empty(%x: tensor<2x0xf32>) {
  // expected-error @+1 {{C2: there is no element along axis 1}}
  %0 = onnx.ArgMax %x {axis = 1 : i64} : (tensor<2x0xf32>) -> tensor<*xi64>
  return
}

// -----

func.func @eye_like(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C1: the operand must have rank 2}}
  %0 = onnx.EyeLike %x : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @trilu(%x: tensor<4xf32>) {
  // expected-error @+1 {{C1: the operand must have a rank of at least 2}}
  %0 = onnx.Trilu %x : (tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @reverse_sequence(%x: tensor<2x3x4xf32>) {
  %c0 = onnx.Constant dense<[1, 1, 1]> : tensor<3xi64>
  // expected-error @+1 {{C1: batch_axis and time_axis must be 0 and 1 in some order, found 0 and 0}}
  %0 = onnx.ReverseSequence %x, %c0 {batch_axis = 0 : i64} : (tensor<2x3x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @constant_of_shape() {
  %c = onnx.Constant dense<[-1]> : tensor<1xi64>
  // expected-error @+1 {{C3: a size must not be negative}}
  %0 = onnx.ConstantOfShape %c : (tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @range() {
  %c = onnx.Constant dense<1.0> : tensor<f32>
  %d = onnx.Constant dense<0.0> : tensor<f32>
  // expected-error @+1 {{C2: the range is endless or too long}}
  %0 = onnx.Range %d, %c, %d : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return
}
