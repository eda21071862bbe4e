// RUN: quant-translate --export-onnx %s -o %t.onnx
// RUN: quant-translate --import-onnx %t.onnx | FileCheck %s
// RUN: quant-translate --export-onnx %t.onnx -o %t.again.onnx
// RUN: cmp %t.onnx %t.again.onnx

// Names of inputs, outputs, dimensions and constants come back; an absent operand
// stays absent, and what differs from the defaults is written.
// CHECK: onnx.opset = 21
// CHECK-SAME: onnx.producer = "quantc
// CHECK-LABEL: func.func @main
// CHECK-SAME: tensor<?x3x8x8xf32> {onnx.dims = ["batch", "", "", ""], onnx.name = "image"}
// CHECK-SAME: tensor<?x4x8x8xf32> {onnx.name = "features"}
// CHECK-SAME: {onnx.name = "same"}
// CHECK: %[[MAX:.*]] = onnx.Constant dense<6.000000e+00> : tensor<f32> loc(#[[CLIP:.*]])
// CHECK: onnx.Conv %{{.*}}, %{{.*}} {pads = array<i64: 1, 1, 1, 1>}
// CHECK: onnx.Clip %{{.*}}, none, %[[MAX]]
// CHECK: onnx.Identity
// CHECK: loc("filter")
// CHECK: loc("conv")
func.func @main(%x: tensor<?x3x8x8xf32> {onnx.name = "image", onnx.dims = ["batch", "", "", ""]})
    -> (tensor<?x4x8x8xf32> {onnx.name = "features"}, tensor<?x4x8x8xf32> {onnx.name = "same"}) {
  %w = onnx.Constant dense<0.5> : tensor<4x3x3x3xf32> loc("filter")
  %six = onnx.Constant dense<6.0> : tensor<f32> loc("clip")
  %0 = onnx.Conv %x, %w {pads = array<i64: 1, 1, 1, 1>}
      : (tensor<?x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x8x8xf32> loc("conv")
  %1 = onnx.Clip %0, none, %six : (tensor<?x4x8x8xf32>, none, tensor<f32>) -> tensor<?x4x8x8xf32> loc("clip")
  return %1, %1 : tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>
}
