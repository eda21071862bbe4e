// RUN: quant-opt %s --quantc-infer-shapes=remarks=true -verify-diagnostics -o /dev/null
// RUN: quant-opt %s --quantc-infer-shapes | FileCheck %s

// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<?x3x?x32xf32> {onnx.dims = ["n", "", "h", ""]},
                %w: tensor<8x3x3x3xf32>, %w3: tensor<3x8x3x3xf32>) -> tensor<*xf32> {
  // CHECK: onnx.Conv {{.*}} -> tensor<?x8x?x16xf32>
  // expected-remark @+1 {{shape of result 0: [n, 8, ((h + 1) floordiv 2), 16]}}
  %0 = onnx.Conv %x, %w {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>} : (tensor<?x3x?x32xf32>, tensor<8x3x3x3xf32>) -> tensor<*xf32>
  // CHECK: onnx.Conv {{.*}} -> tensor<?x8x?x32xf32>
  // expected-remark @+1 {{shape of result 0: [n, 8, h, 32]}}
  %1 = onnx.Conv %x, %w {auto_pad = "SAME_UPPER"} : (tensor<?x3x?x32xf32>, tensor<8x3x3x3xf32>) -> tensor<*xf32>
  // CHECK: onnx.Conv {{.*}} -> tensor<?x8x?x28xf32>
  // expected-remark @+1 {{shape of result 0: [n, 8, (h + -4), 28]}}
  %2 = onnx.Conv %x, %w {dilations = array<i64: 2, 2>} : (tensor<?x3x?x32xf32>, tensor<8x3x3x3xf32>) -> tensor<*xf32>
  // CHECK: onnx.ConvTranspose {{.*}} -> tensor<?x8x?x65xf32>
  // expected-remark @+1 {{shape of result 0: [n, 8, ((h * 2) + 1), 65]}}
  %t = onnx.ConvTranspose %x, %w3 {strides = array<i64: 2, 2>} : (tensor<?x3x?x32xf32>, tensor<3x8x3x3xf32>) -> tensor<*xf32>
  return %t : tensor<*xf32>
}

// The last window of ceil_mode does not start in the padding.
// CHECK-LABEL: func.func @pool
func.func @pool(%x: tensor<1x1x4x5xf32>) -> tensor<*xf32> {
  // expected-remark @+1 {{shape of result 0: [1, 1, 2, 3]}}
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode = 1 : i64} : (tensor<1x1x4x5xf32>) -> tensor<*xf32>
  // expected-remark @+1 {{shape of result 0: [1, 1, 2, 2]}}
  %1 = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 3, 3>, pads = array<i64: 0, 0, 1, 1>, ceil_mode = 1 : i64} : (tensor<1x1x4x5xf32>) -> tensor<*xf32>
  // expected-remark @+1 {{shape of result 0: [1, 1, 1, 1]}}
  %2 = onnx.GlobalAveragePool %x : (tensor<1x1x4x5xf32>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}

// CHECK-LABEL: func.func @resize
func.func @resize(%x: tensor<1x3x?x8xf32> {onnx.dims = ["", "", "h", ""]}) -> tensor<*xf32> {
  // expected-remark @+1 {{shape of result 0: [4]}}
  %scales = onnx.Constant dense<[1.0, 1.0, 0.5, 2.0]> : tensor<4xf32>
  // CHECK: onnx.Resize %{{.*}}, none, %{{.*}} -> tensor<1x3x?x16xf32>
  // expected-remark @+1 {{shape of result 0: [1, 3, (h floordiv 2), 16]}}
  %0 = onnx.Resize %x, none, %scales : (tensor<1x3x?x8xf32>, none, tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
