// RUN: quant-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @per_tensor
func.func @per_tensor(%x: tensor<?x384xf32>, %s: tensor<f32>, %z: tensor<ui8>)
    -> tensor<?x384xf32> {
  // CHECK: qnn.quantize %{{.*}} {block = array<i64: -1, -1>, codec = #qnn.int<8, unsigned>}
  %q = qnn.quantize %x, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1, -1>}
      : (tensor<?x384xf32>, tensor<f32>, tensor<ui8>) -> tensor<?x384xui8>
  %y = qnn.dequantize %q, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1, -1>}
      : (tensor<?x384xui8>, tensor<f32>, tensor<ui8>) -> tensor<?x384xf32>
  return %y : tensor<?x384xf32>
}

// The last group of 32 has only 4 codes.
// CHECK-LABEL: func.func @ragged_groups
func.func @ragged_groups(%q: tensor<100x8xi4>, %s: tensor<4x8xf32>)
    -> tensor<100x8xf32> {
  // CHECK: #qnn.int<4, signed>
  %y = qnn.dequantize %q, %s {codec = #qnn.int<4, signed>, block = array<i64: 32, 1>}
      : (tensor<100x8xi4>, tensor<4x8xf32>) -> tensor<100x8xf32>
  return %y : tensor<100x8xf32>
}

// CHECK-LABEL: func.func @per_token
func.func @per_token(%x: tensor<?x384xf32>)
    -> (tensor<?x384xui8>, tensor<?x1xf32>, tensor<?x1xui8>) {
  // CHECK: qnn.dynamic_quantize
  %q:3 = qnn.dynamic_quantize %x {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
      : (tensor<?x384xf32>) -> (tensor<?x384xui8>, tensor<?x1xf32>, tensor<?x1xui8>)
  return %q#0, %q#1, %q#2 : tensor<?x384xui8>, tensor<?x1xf32>, tensor<?x1xui8>
}

// CHECK-LABEL: func.func @packed
func.func @packed(%x: tensor<2x?x30xui8>, %w: tensor<3x8x16x4xi8>) -> tensor<2x?x40xi32> {
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} {columns = 40 : i64, panel = 16 : i64}
  %y = qnn.matmul %x, %w {panel = 16, columns = 40}
      : (tensor<2x?x30xui8>, tensor<3x8x16x4xi8>) -> tensor<2x?x40xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %y : tensor<2x?x40xi32>
}

// CHECK-LABEL: func.func @convolution
func.func @convolution(%x: tensor<1x?x32x8xui8>, %w: tensor<3x3x4x16xi8>,
                       %c: tensor<16xf32>) -> tensor<1x?x16x16xui8> {
  // CHECK: qnn.conv
  %y = qnn.conv %x, %w with %c {
      kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>,
      dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      group = 2, pad_code = 128}
      : (tensor<1x?x32x8xui8>, tensor<3x3x4x16xi8>, tensor<16xf32>)
      -> tensor<1x?x16x16xui8> {
  ^bb0(%acc: i32, %scale: f32):
    %f = arith.sitofp %acc : i32 to f32
    // CHECK: qnn.quantize %{{.*}} {codec = #qnn.int<8, unsigned>} : (f32, f32) -> i8
    %q = qnn.quantize %f, %scale {codec = #qnn.int<8, unsigned>}
        : (f32, f32) -> i8
    qnn.yield %q : i8
  }
  return %y : tensor<1x?x16x16xui8>
}

// CHECK-LABEL: func.func @pools
func.func @pools(%x: tensor<1x9x9x8xi8>) -> (tensor<1x4x4x8xi8>, tensor<1x1x1x8xi32>) {
  // CHECK: qnn.max_pool
  %m = qnn.max_pool %x {
      kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x9x9x8xi8>) -> tensor<1x4x4x8xi8>
  // CHECK: qnn.average_pool
  %a = qnn.average_pool %x {
      kernel_shape = array<i64: -1, -1>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x9x9x8xi8>) -> tensor<1x1x1x8xi32> {
  ^bb0(%acc: i32, %count: i32):
    %q = arith.divsi %acc, %count : i32
    qnn.yield %q : i32
  }
  return %m, %a : tensor<1x4x4x8xi8>, tensor<1x1x1x8xi32>
}

// CHECK-LABEL: func.func @map
func.func @map(%a: tensor<4x1xf32>, %b: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xi1>) {
  // CHECK: qnn.map
  %r:2 = qnn.map %a, %b : (tensor<4x1xf32>, tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xi1>) {
  ^bb0(%x: f32, %y: f32):
    %s = arith.addf %x, %y : f32
    %c = arith.cmpf olt, %x, %y : f32
    qnn.yield %s, %c : f32, i1
  }
  return %r#0, %r#1 : tensor<4x8xf32>, tensor<4x8xi1>
}
