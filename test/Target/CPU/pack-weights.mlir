// RUN: quant-opt %s --quantc-pack-weights | FileCheck %s

// Two groups of four codes, the second filled up; 2 columns in a panel of 16.
// CHECK-LABEL: func.func @codes
// CHECK: %[[W:.*]] = onnx.Constant {{.*}} : tensor<1x2x16x4xi8>
// CHECK: qnn.matmul %arg0, %[[W]] {columns = 2 : i64, panel = 16 : i64} : (tensor<?x5xui8>, tensor<1x2x16x4xi8>) -> tensor<?x2xi32>
func.func @codes(%x: tensor<?x5xui8>) -> tensor<?x2xi32> {
  %w = onnx.Constant dense<[[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]> : tensor<5x2xi8>
  %0 = qnn.matmul %x, %w : (tensor<?x5xui8>, tensor<5x2xi8>) -> tensor<?x2xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %0 : tensor<?x2xi32>
}

// A weight used twice is packed once.
// CHECK-LABEL: func.func @shared
// CHECK-COUNT-1: onnx.Constant {{.*}} tensor<2x3x48xf32>
// CHECK-NOT: onnx.Constant
// CHECK: qnn.matmul {{.*}}columns = 96 : i64, panel = 48 : i64
// CHECK: qnn.matmul {{.*}}columns = 96 : i64, panel = 48 : i64
func.func @shared(%x: tensor<?x3xf32>) -> (tensor<?x96xf32>, tensor<?x96xf32>) {
  %w = onnx.Constant dense<1.0> : tensor<3x96xf32>
  %0 = qnn.matmul %x, %w : (tensor<?x3xf32>, tensor<3x96xf32>) -> tensor<?x96xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %1 = qnn.matmul %x, %w : (tensor<?x3xf32>, tensor<3x96xf32>) -> tensor<?x96xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %0, %1 : tensor<?x96xf32>, tensor<?x96xf32>
}

// CHECK-LABEL: func.func @conv
// CHECK: qnn.conv {{.*}}columns = 20 : i64{{.*}}panel = 32 : i64{{.*}}tensor<1x9x2x32x4xi8>
func.func @conv(%x: tensor<1x8x8x6xui8>) -> tensor<1x6x6x20xi32> {
  %w = onnx.Constant dense<1> : tensor<3x3x6x20xi8>
  %0 = qnn.conv %x, %w {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x8x8x6xui8>, tensor<3x3x6x20xi8>) -> tensor<1x6x6x20xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %0 : tensor<1x6x6x20xi32>
}

// Pixels are the rows of a matrix.
// CHECK-LABEL: func.func @pointwise
// CHECK: qnn.matmul {{.*}}columns = 20 : i64, panel = 32 : i64} : (tensor<1x8x8x6xui8>, tensor<1x2x32x4xi8>)
func.func @pointwise(%x: tensor<1x8x8x6xui8>) -> tensor<1x8x8x20xi32> {
  %w = onnx.Constant dense<1> : tensor<1x1x6x20xi8>
  %0 = qnn.conv %x, %w {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x8x8x6xui8>, tensor<1x1x6x20xi8>) -> tensor<1x8x8x20xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %0 : tensor<1x8x8x20xi32>
}

// Taps take the place of k: nine are three groups of four.
// CHECK-LABEL: func.func @depthwise
// CHECK: qnn.conv {{.*}}columns = 20 : i64, {{.*}}group = 20 : i64{{.*}}panel = 64 : i64{{.*}}tensor<1x3x64x4xi8>
func.func @depthwise(%x: tensor<1x8x8x20xui8>) -> tensor<1x6x6x20xi32> {
  %w = onnx.Constant dense<1> : tensor<3x3x1x20xi8>
  %0 = qnn.conv %x, %w {group = 20 : i64, kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x8x8x20xui8>, tensor<3x3x1x20xi8>) -> tensor<1x6x6x20xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %0 : tensor<1x6x6x20xi32>
}

// Other groups are left alone.
// CHECK-LABEL: func.func @groups
// CHECK: tensor<3x3x2x20xi8>) -> tensor<1x6x6x20xi32>
func.func @groups(%x: tensor<1x8x8x20xui8>) -> tensor<1x6x6x20xi32> {
  %w = onnx.Constant dense<1> : tensor<3x3x2x20xi8>
  %0 = qnn.conv %x, %w {group = 10 : i64, kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x8x8x20xui8>, tensor<3x3x2x20xi8>) -> tensor<1x6x6x20xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %0 : tensor<1x6x6x20xi32>
}

// Computed at run time: left alone.
// CHECK-LABEL: func.func @unpacked
// CHECK: qnn.matmul %arg0, %arg1 : (
func.func @unpacked(%x: tensor<?x5xf32>, %w: tensor<5x2xf32>) -> tensor<?x2xf32> {
  %0 = qnn.matmul %x, %w : (tensor<?x5xf32>, tensor<5x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %0 : tensor<?x2xf32>
}

// Equal weights in two branches: neither is in reach of the other.
// CHECK-LABEL: func.func @branches
// CHECK-COUNT-2: onnx.Constant {{.*}} : tensor<1x5x16xf32>
func.func @branches(%c: tensor<i1>, %x: tensor<?x5xf32>) -> tensor<?x2xf32> {
  %0 = onnx.If %c {
    %w = onnx.Constant dense<2.0> : tensor<5x2xf32>
    %1 = qnn.matmul %x, %w : (tensor<?x5xf32>, tensor<5x2xf32>) -> tensor<?x2xf32> {
    ^bb0(%acc: f32):
      qnn.yield %acc : f32
    }
    onnx.Yield %1 : tensor<?x2xf32>
  } else {
    %w = onnx.Constant dense<2.0> : tensor<5x2xf32>
    %1 = qnn.matmul %x, %w : (tensor<?x5xf32>, tensor<5x2xf32>) -> tensor<?x2xf32> {
    ^bb0(%acc: f32):
      qnn.yield %acc : f32
    }
    onnx.Yield %1 : tensor<?x2xf32>
  } : (tensor<i1>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
