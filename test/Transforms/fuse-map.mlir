// RUN: quant-opt %s --quantc-fuse-map | FileCheck %s

// CHECK-LABEL: func.func @chain
func.func @chain(%a: tensor<6x8xf32>, %b: tensor<8xf32>) -> tensor<6x8xf32> {
  // CHECK: %[[R:.*]] = qnn.map %{{.*}}, %{{.*}} : (tensor<6x8xf32>, tensor<8xf32>)
  // CHECK: %[[S:.*]] = arith.addf
  // CHECK: arith.mulf %[[S]], %[[S]]
  // CHECK-NOT: qnn.map
  // CHECK: return %[[R]]
  %0 = qnn.map %a, %b : (tensor<6x8xf32>, tensor<8xf32>) -> tensor<6x8xf32> {
  ^bb0(%x: f32, %y: f32):
    %s = arith.addf %x, %y : f32
    qnn.yield %s : f32
  }
  %1 = qnn.map %0 : (tensor<6x8xf32>) -> tensor<6x8xf32> {
  ^bb0(%x: f32):
    %s = arith.mulf %x, %x : f32
    qnn.yield %s : f32
  }
  return %1 : tensor<6x8xf32>
}

// Two users: it stays, nothing is computed twice.
// CHECK-LABEL: func.func @two_users
func.func @two_users(%a: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK: qnn.map
  // CHECK: qnn.map
  %0 = qnn.map %a : (tensor<8xf32>) -> tensor<8xf32> {
  ^bb0(%x: f32):
    %s = math.exp %x : f32
    qnn.yield %s : f32
  }
  %1 = qnn.map %0 : (tensor<8xf32>) -> tensor<8xf32> {
  ^bb0(%x: f32):
    %s = arith.mulf %x, %x : f32
    qnn.yield %s : f32
  }
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

// A smaller operand would be computed again for every row.
// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%a: tensor<8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: qnn.map
  // CHECK: qnn.map
  %0 = qnn.map %a : (tensor<8xf32>) -> tensor<8xf32> {
  ^bb0(%x: f32):
    %s = math.exp %x : f32
    qnn.yield %s : f32
  }
  %1 = qnn.map %0, %b : (tensor<8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32> {
  ^bb0(%x: f32, %y: f32):
    %s = arith.mulf %x, %y : f32
    qnn.yield %s : f32
  }
  return %1 : tensor<4x8xf32>
}

// The dequantize of the residual goes into the sum, and the sum into the product.
// CHECK-LABEL: func.func @epilogue
func.func @epilogue(%x: tensor<6x8xf32>, %w: tensor<8x4xf32>, %b: tensor<4xf32>,
                    %q: tensor<6x4xi8>, %s: tensor<f32>) -> tensor<6x4xf32> {
  // CHECK: %[[R:.*]] = qnn.matmul %{{.*}}, %{{.*}} with
  // CHECK-SAME: tensor<6x4xf32> {
  // CHECK: ^bb0(%[[ACC:[a-z0-9]*]]: f32
  // CHECK: arith.addf %[[ACC]]
  // CHECK: return %[[R]]
  %0 = qnn.matmul %x, %w : (tensor<6x8xf32>, tensor<8x4xf32>) -> tensor<6x4xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %1 = qnn.map %0, %b : (tensor<6x4xf32>, tensor<4xf32>) -> tensor<6x4xf32> {
  ^bb0(%a: f32, %c: f32):
    %t = arith.addf %a, %c : f32
    qnn.yield %t : f32
  }
  %2 = qnn.map %q, %s : (tensor<6x4xi8>, tensor<f32>) -> tensor<6x4xf32> {
  ^bb0(%a: i8, %c: f32):
    %t = qnn.dequantize %a, %c {codec = #qnn.int<8, signed>} : (i8, f32) -> f32
    qnn.yield %t : f32
  }
  %3 = qnn.map %1, %2 : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32> {
  ^bb0(%a: f32, %c: f32):
    %t = arith.addf %a, %c : f32
    qnn.yield %t : f32
  }
  return %3 : tensor<6x4xf32>
}

// CHECK-LABEL: func.func @constant
func.func @constant(%a: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: qnn.map %{{[a-z0-9]*}} : (tensor<8xf32>) -> tensor<8xf32>
  // CHECK: %[[C:.*]] = arith.constant 2.000000e+00 : f32
  // CHECK: arith.mulf %{{.*}}, %[[C]]
  %c = onnx.Constant dense<2.0> : tensor<1xf32>
  %0 = qnn.map %a, %c : (tensor<8xf32>, tensor<1xf32>) -> tensor<8xf32> {
  ^bb0(%x: f32, %y: f32):
    %s = arith.mulf %x, %y : f32
    qnn.yield %s : f32
  }
  return %0 : tensor<8xf32>
}
