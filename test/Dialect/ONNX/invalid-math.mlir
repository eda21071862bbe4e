// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @broadcast(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{operand shapes do not broadcast: 'tensor<2x3xf32>' 'tensor<4xf32>'}}
  %0 = onnx.Add %a, %b : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @element_types(%a: tensor<3xf32>, %b: tensor<3xf64>) {
  // expected-error @+1 {{operand 1 has element type 'f64', must be 'f32' as another operand}}
  %0 = onnx.Add %a, %b : (tensor<3xf32>, tensor<3xf64>) -> tensor<*xf32>
  return
}

// -----

func.func @integers(%a: tensor<3xi32>, %b: tensor<3xi32>) {
  // expected-error @+1 {{operand 0 has element type 'i32', must be a float type}}
  %0 = onnx.Sqrt %a : (tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @comparison(%a: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{result 0 has element type 'f32', must be i1}}
  %0 = onnx.Equal %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @operands() {
  // expected-error @+1 {{needs at least one operand}}
  %0 = onnx.Max : () -> tensor<*xf32>
  return
}

// -----

func.func @matmul_scalar(%a: tensor<f32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{C1: the left operand must have a rank of at least 1}}
  %0 = onnx.MatMul %a, %b : (tensor<f32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @matmul_inner(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @+1 {{C2: the dimensions summed over must agree, found 3 and 4}}
  %0 = onnx.MatMul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @matmul_batch(%a: tensor<2x2x3xf32>, %b: tensor<3x3x5xf32>) {
  // expected-error @+1 {{C3: batch dimensions do not broadcast}}
  %0 = onnx.MatMul %a, %b : (tensor<2x2x3xf32>, tensor<3x3x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gemm_rank(%a: tensor<2x2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+1 {{C1: A must have rank 2}}
  %0 = onnx.Gemm %a, %b : (tensor<2x2x3xf32>, tensor<3x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gemm_inner(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+1 {{C2: the dimensions summed over must agree, found 3 and 5}}
  %0 = onnx.Gemm %a, %b {transB = 1 : i64} : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gemm_bias(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>, %c: tensor<3xf32>) {
  // expected-error @+1 {{C3: C of type 'tensor<3xf32>' does not broadcast to the shape it is for}}
  %0 = onnx.Gemm %a, %b, %c : (tensor<2x3xf32>, tensor<3x5xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_letters(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+1 {{C1: subscripts must be letters and one '...', found 'i1'}}
  %0 = onnx.Einsum %a, %b {equation = "i1,jk"} : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_terms(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+1 {{C2: the equation has 1 terms for 2 operands}}
  %0 = onnx.Einsum %a, %b {equation = "ij"} : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_rank(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+1 {{C2: subscripts 'ijk' do not fit an operand of rank 2}}
  %0 = onnx.Einsum %a, %b {equation = "ijk,jk"} : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_dims(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @+1 {{C3: dimensions of subscript 'j' must agree, found 3 and 4}}
  %0 = onnx.Einsum %a, %b {equation = "ij,jk"} : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_result(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+1 {{C4: the result's subscript 'l' is in no operand}}
  %0 = onnx.Einsum %a, %b {equation = "ij,jk->il"} : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gelu(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C1: approximate must be none or tanh, found 'erf'}}
  %0 = onnx.Gelu %x {approximate = "erf"} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @det(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{C1: the last two dimensions must agree, found 3 and 4}}
  %0 = onnx.Det %x : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @prelu(%a: tensor<2x4xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{C1: slope of type}}
  %0 = onnx.PRelu %a, %b : (tensor<2x4xf32>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @bit_shift(%a: tensor<4xui8>, %b: tensor<4xui8>) {
  // expected-error @+1 {{C1: direction must be LEFT or RIGHT, found 'UP'}}
  %0 = onnx.BitShift %a, %b {direction = "UP"} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return
}
