// RUN: quant-opt %s --quantc-outline-kernels | FileCheck %s

// Tensors made of dimensions are computed by main; what observers observe is said
// by the call, so that observers of one shape are one kernel.

// CHECK-LABEL: func.func private @observe_0(
// CHECK: qnn.observe %{{.*}} {tensor = ""}
// CHECK-LABEL: func.func private @observe_1(
// CHECK: qnn.observe %{{.*}} {channel_axis = 1 : i64, channel_histograms, tensor = ""}
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
// CHECK: %[[S:.*]] = onnx.Shape %[[X]]
// CHECK: call @observe_0(%[[X]]) {quantc.observer = {tensor = "a"}}
// CHECK: call @observe_1(%[[X]]) {quantc.observer = {channel_histograms, channels = 8 : i64, tensor = "b"}}
// CHECK: call @observe_0(%[[X]]) {quantc.observer = {tensor = "c"}}
// CHECK: return %[[S]]
func.func @main(%x: tensor<?x8xf32>) -> tensor<2xi64> {
  %0 = onnx.Shape %x : (tensor<?x8xf32>) -> tensor<2xi64>
  qnn.observe %x {tensor = "a"} : tensor<?x8xf32>
  qnn.observe %x {tensor = "b", channel_axis = 1 : i64, channel_histograms}
      : tensor<?x8xf32>
  qnn.observe %x {tensor = "c"} : tensor<?x8xf32>
  return %0 : tensor<2xi64>
}
