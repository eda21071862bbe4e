// RUN: quant-opt %s --verify-diagnostics --pass-pipeline='builtin.module(quantc-quantize-model{recipe=%S/../Transforms/Inputs/minmax.yaml calibration=%S/Inputs/images.calib},quantc-fold)' | FileCheck %s

// A residual block with a pool: everything between the first convolution and the
// last average is 8-bit, in channels-last order, without a step of its own.
// CHECK-LABEL: func.func @main
// CHECK: qnn.map %arg0{{.*}} -> tensor<?x4x8x8xui8>
// CHECK: onnx.Transpose {{.*}} -> tensor<?x8x8x4xui8>
// CHECK-NEXT: %[[A:.*]] = qnn.conv {{.*}} -> tensor<?x8x8x4xui8>
// CHECK-NEXT: ^bb0(%{{.*}}: i32
// CHECK: %[[P:.*]] = qnn.max_pool %[[A]] {{.*}} -> tensor<?x4x4x4xui8>
// CHECK-NEXT: %[[B:.*]] = qnn.conv %[[P]], %{{.*}} with {{.*}}%[[P]]{{.*}} -> tensor<?x4x4x4xui8>
// CHECK: qnn.dequantize
// CHECK: arith.addf
// CHECK: qnn.quantize
// CHECK: qnn.average_pool %[[B]] {{.*}} : (tensor<?x4x4x4xui8>) -> tensor<?x1x1x4xf32>
// CHECK-NOT: onnx.Relu
// expected-remark @below {{quantize is a step of its own: its input is an argument of the model}}
func.func @main(%x: tensor<?x4x8x8xf32> {onnx.name = "x"}) -> tensor<?x4x1x1xf32> {
  %w = onnx.Constant dense<1.0> : tensor<4x4x1x1xf32>
  %b = onnx.Constant dense<0.5> : tensor<4xf32>
  %0 = onnx.Conv %x, %w, %b : (tensor<?x4x8x8xf32>, tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<?x4x8x8xf32>
  %1 = onnx.Relu %0 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %2 = onnx.MaxPool %1 {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32> loc("pool")
  %3 = onnx.Conv %2, %w, %b : (tensor<?x4x4x4xf32>, tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<?x4x4x4xf32>
  %4 = onnx.Add %3, %2 : (tensor<?x4x4x4xf32>, tensor<?x4x4x4xf32>) -> tensor<?x4x4x4xf32>
  %5 = onnx.Relu %4 : (tensor<?x4x4x4xf32>) -> tensor<?x4x4x4xf32> loc("relu2")
  %6 = onnx.GlobalAveragePool %5 : (tensor<?x4x4x4xf32>) -> tensor<?x4x1x1xf32>
  return %6 : tensor<?x4x1x1xf32>
}
