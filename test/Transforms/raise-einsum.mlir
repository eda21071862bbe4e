// RUN: quant-opt %s --quantc-raise-einsum | FileCheck %s

// CHECK-LABEL: func.func @batched
func.func @batched(%a: tensor<?x3x4xf32>, %b: tensor<?x5x4xf32>) -> tensor<?x3x5xf32> {
  // CHECK: %[[B:.*]] = onnx.Transpose %arg1 {perm = array<i64: 0, 2, 1>} : (tensor<?x5x4xf32>) -> tensor<?x4x5xf32>
  // CHECK: %[[Y:.*]] = onnx.MatMul %arg0, %[[B]] : (tensor<?x3x4xf32>, tensor<?x4x5xf32>) -> tensor<?x3x5xf32>
  // CHECK: return %[[Y]]
  %0 = onnx.Einsum %a, %b {equation = "b i j, b k j -> b i k"} : (tensor<?x3x4xf32>, tensor<?x5x4xf32>) -> tensor<?x3x5xf32>
  return %0 : tensor<?x3x5xf32>
}

// What a projection to heads is written as: the heads are columns too.
// CHECK-LABEL: func.func @merged
func.func @merged(%x: tensor<2x7x16xf32>, %w: tensor<16x4x8xf32>) -> tensor<2x4x7x8xf32> {
  // CHECK: %[[X:.*]] = onnx.Reshape %arg0, {{.*}} -> tensor<14x16xf32>
  // CHECK: %[[W:.*]] = onnx.Reshape %arg1, {{.*}} -> tensor<16x32xf32>
  // CHECK: %[[P:.*]] = onnx.MatMul %[[X]], %[[W]]
  // CHECK: %[[S:.*]] = onnx.Reshape %[[P]], {{.*}} -> tensor<2x7x4x8xf32>
  // CHECK: %[[Y:.*]] = onnx.Transpose %[[S]] {perm = array<i64: 0, 2, 1, 3>}
  // CHECK: return %[[Y]]
  %0 = onnx.Einsum %x, %w {equation = "btd,dhk->bhtk"} : (tensor<2x7x16xf32>, tensor<16x4x8xf32>) -> tensor<2x4x7x8xf32>
  return %0 : tensor<2x4x7x8xf32>
}

// CHECK-LABEL: func.func @outer
func.func @outer(%a: tensor<3xf32>, %b: tensor<4xf32>) -> tensor<4x3xf32> {
  // CHECK: %[[A:.*]] = onnx.Unsqueeze %arg0
  // CHECK: %[[B:.*]] = onnx.Unsqueeze %arg1
  // CHECK: %[[P:.*]] = onnx.Mul %[[A]], %[[B]]
  // CHECK: onnx.Transpose %[[P]]
  %0 = onnx.Einsum %a, %b {equation = "i,j->ji"} : (tensor<3xf32>, tensor<4xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// CHECK-LABEL: func.func @inner
func.func @inner(%a: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<f32> {
  // CHECK: %[[P:.*]] = onnx.MatMul {{.*}} -> tensor<1x1xf32>
  // CHECK: onnx.Reshape %[[P]], {{.*}} -> tensor<f32>
  %0 = onnx.Einsum %a, %b {equation = "i,i->"} : (tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK-LABEL: func.func @sum
func.func @sum(%a: tensor<3x4xf32>) -> tensor<4xf32> {
  // CHECK: onnx.ReduceSum %arg0
  %0 = onnx.Einsum %a {equation = "ij->j"} : (tensor<3x4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @diagonal
func.func @diagonal(%a: tensor<3x3xf32>) -> tensor<3xf32> {
  // CHECK: onnx.Einsum
  %0 = onnx.Einsum %a {equation = "ii->i"} : (tensor<3x3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%a: tensor<1x3x4xf32>, %b: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  // CHECK: onnx.Einsum
  %0 = onnx.Einsum %a, %b {equation = "...ij,...jk->...ik"} : (tensor<1x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}
