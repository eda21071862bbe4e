// RUN: quant-opt %s --split-input-file --verify-diagnostics -o /dev/null

func.func @grid_sample(%x: tensor<1x1x4x4xf32>, %g: tensor<1x2x2x2xf32>) {
  // expected-error @+1 {{C1: unknown mode 'area' or padding_mode 'zeros'}}
  %0 = onnx.GridSample %x, %g {mode = "area"} : (tensor<1x1x4x4xf32>, tensor<1x2x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @mode(%x: tensor<1x1x4x4xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{C2: mode must be nearest, linear or cubic, found 'area'}}
  %0 = "onnx.Resize"(%x, %s) {mode = "area", operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x4x4xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @policy(%x: tensor<1x1x4x4xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{C2: unknown keep_aspect_ratio_policy 'fit'}}
  %0 = "onnx.Resize"(%x, %s) {keep_aspect_ratio_policy = "fit", operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x4x4xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scales(%x: tensor<1x1x4x4xf32>) {
  %s = onnx.Constant dense<2.0> : tensor<3xf32>
  // expected-error @+1 {{C3: scales must have 4 entries, found 3}}
  %0 = "onnx.Resize"(%x, %s) {operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x4x4xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @sizes(%x: tensor<1x1x4x4xf32>) {
  %s = onnx.Constant dense<2> : tensor<3xi64>
  // expected-error @+1 {{C3: sizes must have 4 entries, found 3}}
  %0 = "onnx.Resize"(%x, %s) {operandSegmentSizes = array<i32: 1, 0, 0, 1>} : (tensor<1x1x4x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @no_size(%x: tensor<1x1x4x4xf32>) {
  %s = onnx.Constant dense<[1, 1, 0, 4]> : tensor<4xi64>
  // expected-error @+1 {{C4: sizes must be positive, found 0}}
  %0 = "onnx.Resize"(%x, %s) {operandSegmentSizes = array<i32: 1, 0, 0, 1>} : (tensor<1x1x4x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}
