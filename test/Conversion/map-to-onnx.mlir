// RUN: quant-opt %s --convert-map-to-onnx --split-input-file --verify-diagnostics | FileCheck %s

// Each scalar operation is one operator, in the order of the region.
// CHECK-LABEL: func.func @epilogue
// CHECK-SAME: (%[[ACC:.*]]: tensor<?x4xi32>, %[[C:.*]]: tensor<4xf32>
// CHECK: %[[T:.*]] = onnx.Cast %[[ACC]] : (tensor<?x4xi32>) -> tensor<?x4xf32>
// CHECK: %[[M:.*]] = onnx.Mul %[[T]], %[[C]]
// CHECK: %[[LESS:.*]] = onnx.Greater %[[M]], %{{.*}} -> tensor<?x4xi1>
// CHECK: %[[R:.*]] = onnx.Where %[[LESS]], %[[M]]
// CHECK: onnx.QuantizeLinear %[[R]], %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<?x4xui8>
func.func @epilogue(%acc: tensor<?x4xi32>, %c: tensor<4xf32>) -> tensor<?x4xui8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<3> : tensor<ui8>
  %0 = qnn.map %acc, %c, %s, %z
      : (tensor<?x4xi32>, tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<?x4xui8> {
  ^bb0(%a: i32, %f: f32, %scale: f32, %zero: i8):
    %cst = arith.constant 0.0 : f32
    %1 = arith.sitofp %a : i32 to f32
    %2 = arith.mulf %1, %f : f32
    %3 = arith.cmpf ogt, %2, %cst : f32
    %4 = arith.select %3, %2, %cst : f32
    %5 = qnn.quantize %4, %scale, %zero {codec = #qnn.int<8, unsigned>} : (f32, f32, i8) -> i8
    qnn.yield %5 : i8
  }
  return %0 : tensor<?x4xui8>
}

// -----

// Scales that broadcast are divided by, and integers get the sign they are read with.
// CHECK-LABEL: func.func @rows
// CHECK: %[[Q:.*]] = onnx.Div %{{.*}}, %{{.*}} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
// CHECK: %[[R:.*]] = onnx.Round %[[Q]]
// CHECK: onnx.Clip %[[R]]
// CHECK: onnx.Cast %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xi8>
func.func @rows(%x: tensor<?x8xf32>, %s: tensor<?x1xf32>) -> tensor<?x8xi8> {
  %0 = qnn.map %x, %s : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xi8> {
  ^bb0(%a: f32, %scale: f32):
    %1 = qnn.quantize %a, %scale {codec = #qnn.int<8, signed>} : (f32, f32) -> i8
    qnn.yield %1 : i8
  }
  return %0 : tensor<?x8xi8>
}

// -----

// CHECK-LABEL: func.func @sign
// CHECK: %[[U:.*]] = onnx.Cast %{{.*}} : (tensor<4xi8>) -> tensor<4xui8>
// CHECK: onnx.Cast %[[U]] : (tensor<4xui8>) -> tensor<4xi32>
func.func @sign(%x: tensor<4xi8>) -> tensor<4xi32> {
  %0 = qnn.map %x : (tensor<4xi8>) -> tensor<4xi32> {
  ^bb0(%a: i8):
    %1 = arith.extui %a : i8 to i32
    qnn.yield %1 : i32
  }
  return %0 : tensor<4xi32>
}

// -----

// What was computed from a smaller operand only is made as large as the result.
// CHECK-LABEL: func.func @smaller
// CHECK: %[[N:.*]] = onnx.Neg %{{.*}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK: onnx.Expand %[[N]]
// CHECK-SAME: -> tensor<3x4xf32>
func.func @smaller(%x: tensor<3x4xf32>, %y: tensor<1x4xf32>) -> tensor<3x4xf32> {
  %0 = qnn.map %x, %y : (tensor<3x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %1 = arith.negf %b : f32
    qnn.yield %1 : f32
  }
  return %0 : tensor<3x4xf32>
}

// -----

// CHECK-LABEL: func.func @no_operator
// CHECK: qnn.map
func.func @no_operator(%x: tensor<4xi32>) -> tensor<4xi32> {
  // expected-remark @+1 {{has an operation without a form in ONNX}}
  %0 = qnn.map %x : (tensor<4xi32>) -> tensor<4xi32> {
  ^bb0(%a: i32):
    %1 = arith.shli %a, %a : i32
    qnn.yield %1 : i32
  }
  return %0 : tensor<4xi32>
}
