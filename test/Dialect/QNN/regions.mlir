// RUN: quant-opt %s --verify-roundtrip | FileCheck %s

// An epilogue is ordinary scalar code between the accumulator and the result.
// CHECK-LABEL: func.func @per_token
func.func @per_token(%x: tensor<?x384xui8>, %w: tensor<384x4xi8>,
                     %col: tensor<4xf32>, %row: tensor<?x1xf32>)
    -> tensor<?x4xf32> {
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} with %{{.*}}, %{{.*}} :
  %0 = qnn.matmul %x, %w with %col, %row
      : (tensor<?x384xui8>, tensor<384x4xi8>, tensor<4xf32>, tensor<?x1xf32>)
      -> tensor<?x4xf32> {
  ^bb0(%acc: i32, %c: f32, %r: f32):
    %f = arith.sitofp %acc : i32 to f32
    %g = arith.mulf %f, %c : f32
    %h = arith.mulf %g, %r : f32
    // CHECK: qnn.yield %{{.*}} : f32
    qnn.yield %h : f32
  }
  return %0 : tensor<?x4xf32>
}
