// RUN: quant-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @identities
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @identities(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = onnx.Identity %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = onnx.Cast %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = onnx.Dropout %1 : (tensor<4xf32>) -> tensor<4xf32>
  %3 = onnx.Transpose %2 {perm = array<i64: 0>} : (tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// The operand's type says less: the operation stays until types are inferred.
// CHECK-LABEL: func.func @type_differs
// CHECK: onnx.Identity
func.func @type_differs(%x: tensor<?xf32>) -> tensor<4xf32> {
  %0 = onnx.Identity %x : (tensor<?xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @dropout_mask
func.func @dropout_mask(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xi1>) {
  // CHECK: %[[SHAPE:.*]] = onnx.Shape %arg0
  // CHECK: %[[MASK:.*]] = onnx.ConstantOfShape %[[SHAPE]] {value = dense<true>
  // CHECK: return %arg0, %[[MASK]]
  %0:2 = onnx.Dropout %x : (tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xi1>)
  return %0#0, %0#1 : tensor<?x4xf32>, tensor<?x4xi1>
}

// Exporters leave the flag on; a ratio of zero drops nothing.
// CHECK-LABEL: func.func @dropout_training
func.func @dropout_training(%x: tensor<4xf32>, %ratio: tensor<f32>, %flag: tensor<i1>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NOT: onnx.Dropout
  %on = onnx.Constant dense<true> : tensor<i1>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %0 = onnx.Dropout %x, %half, %on : (tensor<4xf32>, tensor<f32>, tensor<i1>) -> tensor<4xf32>
  %1 = onnx.Dropout %x, %zero, %flag : (tensor<4xf32>, tensor<f32>, tensor<i1>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// The mask that a drop would give, or an input that decides, keep it.
// CHECK-LABEL: func.func @dropout_stays
func.func @dropout_stays(%x: tensor<4xf32>, %flag: tensor<i1>) -> (tensor<4xi1>, tensor<4xf32>) {
  // CHECK-COUNT-2: onnx.Dropout
  %on = onnx.Constant dense<true> : tensor<i1>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %0:2 = onnx.Dropout %x, %half, %on : (tensor<4xf32>, tensor<f32>, tensor<i1>) -> (tensor<4xf32>, tensor<4xi1>)
  %1 = onnx.Dropout %x, %half, %flag : (tensor<4xf32>, tensor<f32>, tensor<i1>) -> tensor<4xf32>
  return %0#1, %1 : tensor<4xi1>, tensor<4xf32>
}

// CHECK-LABEL: func.func @transposes
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>
func.func @transposes(%x: tensor<2x3x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>) {
  // CHECK: %[[T:.*]] = onnx.Transpose %[[X]] {perm = array<i64: 2, 0, 1>}
  %0 = onnx.Transpose %x : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  %1 = onnx.Transpose %0 {perm = array<i64: 0, 2, 1>} : (tensor<4x3x2xf32>) -> tensor<4x2x3xf32>
  %2 = onnx.Transpose %1 {perm = array<i64: 1, 2, 0>} : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  // CHECK: return %[[T]], %[[X]]
  return %1, %2 : tensor<4x2x3xf32>, tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @reshapes
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>
func.func @reshapes(%x: tensor<2x3x4xf32>) -> (tensor<4x6xf32>, tensor<6x4xf32>) {
  %flat = onnx.Constant dense<[6, 4]> : tensor<2xi64>
  %rows = onnx.Constant dense<[4, -1]> : tensor<2xi64>
  %copy = onnx.Constant dense<[0, 4]> : tensor<2xi64>
  %0 = onnx.Reshape %x, %flat : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  // CHECK-DAG: %[[ROWS:.*]] = onnx.Reshape %[[X]], %{{.*}} -> tensor<4x6xf32>
  %1 = onnx.Reshape %0, %rows : (tensor<6x4xf32>, tensor<2xi64>) -> tensor<4x6xf32>
  // The copied dimension makes it the same shape again.
  // CHECK-DAG: %[[FLAT:.*]] = onnx.Reshape %[[X]], %{{.*}} -> tensor<6x4xf32>
  %2 = onnx.Reshape %0, %copy : (tensor<6x4xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  // CHECK: return %[[ROWS]], %[[FLAT]]
  return %1, %2 : tensor<4x6xf32>, tensor<6x4xf32>
}

// Without elements nothing says that the unknown dimension is the same.
// CHECK-LABEL: func.func @reshape_of_nothing
func.func @reshape_of_nothing(%x: tensor<?x0xf32>) -> tensor<?x0xf32> {
  // CHECK: %[[Y:.*]] = onnx.Reshape %arg0
  // CHECK: return %[[Y]]
  %shape = onnx.Constant dense<[5, 0]> : tensor<2xi64>
  %0 = onnx.Reshape %x, %shape {allowzero = 1 : i64} : (tensor<?x0xf32>, tensor<2xi64>) -> tensor<?x0xf32>
  return %0 : tensor<?x0xf32>
}
