// RUN: quant-opt %s --quantc-quantize="recipe=%S/Inputs/minmax.yaml calibration=%S/Inputs/images.calib" | FileCheck %s

// The range is that of what the convolution's consumer reads: the Relu.
// CHECK-LABEL: func.func @relu
// CHECK: %[[Q0:.*]] = qnn.quantize %arg0
// CHECK: %[[C:.*]] = onnx.Conv
// CHECK: %[[R:.*]] = onnx.Relu %[[C]]
// CHECK: %[[Q:.*]] = qnn.quantize %[[R]], %{{.*}}, %[[Z:.*]] {
// CHECK: %[[D:.*]] = qnn.dequantize %[[Q]]
// CHECK: %[[W:.*]] = qnn.dequantize {{.*}} {block = array<i64: 1, -1, -1, -1>, {{.*}}} : (tensor<1x1x1x1xi8>, tensor<1x1x1x1xf32>)
// CHECK: onnx.Conv %[[D]], %[[W]]
func.func @relu(%x: tensor<1x1x4x4xf32> {onnx.name = "x"}) -> tensor<1x1x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.Relu %0 : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> loc("relu1")
  %2 = onnx.Conv %1, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %2 : tensor<1x1x4x4xf32>
}

// An addition reads its shortcut as codes; the operand computed last is added in
// that convolution's epilogue and never quantized.
// CHECK-LABEL: func.func @residual
// CHECK: %[[R:.*]] = onnx.Relu
// CHECK: %[[Q:.*]] = qnn.quantize %[[R]]
// CHECK: %[[D:.*]] = qnn.dequantize %[[Q]]
// CHECK: %[[C:.*]] = onnx.Conv %[[D]]
// CHECK: onnx.Add %[[C]], %[[D]]
func.func @residual(%x: tensor<1x1x4x4xf32> {onnx.name = "x"}) -> tensor<1x1x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.Relu %0 : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> loc("relu1")
  %2 = onnx.Conv %1, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %3 = onnx.Add %2, %1 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %3 : tensor<1x1x4x4xf32>
}

// Of two convolutions the earlier one's result is stored, so as codes.
// CHECK-LABEL: func.func @projection
// CHECK: %[[E:.*]] = onnx.Conv
// CHECK: %[[D:.*]] = qnn.dequantize
// CHECK: %[[L:.*]] = onnx.Conv
// CHECK-NEXT: onnx.Add %[[L]], %[[D]]
func.func @projection(%x: tensor<1x1x4x4xf32> {onnx.name = "x"}) -> tensor<1x1x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("slow")
  %1 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("fast")
  %2 = onnx.Add %1, %0 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %2 : tensor<1x1x4x4xf32>
}

// What a Concat joins shares one scale with the result: 5.1 / 255.
// CHECK-LABEL: func.func @concat
// CHECK: %[[CAT:.*]] = onnx.Concat
// CHECK: %[[S:.*]] = onnx.Constant dense<2.000000e-02> : tensor<f32>
// CHECK: qnn.quantize %[[CAT]], %[[S]]
func.func @concat(%x: tensor<1x1x4x4xf32> {onnx.name = "x"}) -> tensor<1x1x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %v = onnx.Constant dense<1.0> : tensor<1x2x1x1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.Relu %0 : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %2 = onnx.Relu %0 : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %3 = onnx.Concat %1, %2 {axis = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> loc("cat")
  %4 = onnx.Conv %3, %v : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %4 : tensor<1x1x4x4xf32>
}

// A pool and its input, both read as codes, share the wider range (2.55 / 255).
// CHECK-LABEL: func.func @shared_range
// CHECK: %[[R:.*]] = onnx.Relu
// CHECK: %[[S:.*]] = onnx.Constant dense<0.00999999977> : tensor<f32>
// CHECK: qnn.quantize %[[R]], %[[S]]
// CHECK: %[[P:.*]] = onnx.MaxPool
// CHECK: %[[T:.*]] = onnx.Constant dense<0.00999999977> : tensor<f32>
// CHECK: qnn.quantize %[[P]], %[[T]]
func.func @shared_range(%x: tensor<1x1x4x4xf32> {onnx.name = "x"}) -> (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = onnx.Conv %x, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.Relu %0 : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> loc("relu1")
  %2 = onnx.MaxPool %1 {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32> loc("pool")
  %3 = onnx.Conv %1, %w : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %4 = onnx.Conv %2, %w : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %3, %4 : tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>
}

// Average pools between convolutions read codes; one that follows none does not.
// CHECK-LABEL: func.func @average
// CHECK: onnx.AveragePool %arg0
// CHECK: onnx.Relu
// CHECK: %[[D:.*]] = qnn.dequantize
// CHECK-NEXT: onnx.GlobalAveragePool %[[D]]
func.func @average(%x: tensor<1x1x4x4xf32> {onnx.name = "in"}) -> tensor<1x1x1x1xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 2, 2>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x3x3xf32> loc("relu1")
  %1 = onnx.Conv %0, %w : (tensor<1x1x3x3xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x3x3xf32>
  %2 = onnx.Relu %1 : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32> loc("relu2")
  %3 = onnx.GlobalAveragePool %2 : (tensor<1x1x3x3xf32>) -> tensor<1x1x1x1xf32>
  return %3 : tensor<1x1x1x1xf32>
}
