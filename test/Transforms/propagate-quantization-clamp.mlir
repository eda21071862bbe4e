// RUN: quant-opt %s --quantc-propagate-quantization | FileCheck %s

#u8 = #qnn.int<8, unsigned>

// Codes begin at zero: the Relu is what saturation does anyway.
// CHECK-LABEL: func.func @relu
// CHECK-NOT: onnx.Relu
// CHECK: qnn.quantize %arg0
func.func @relu(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<ui8>
  %0 = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// Codes reach below zero: the Relu stays.
// CHECK-LABEL: func.func @below
// CHECK: onnx.Relu
func.func @below(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<1> : tensor<ui8>
  %0 = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// The bounds of a Clip are the ends of the codes.
// CHECK-LABEL: func.func @clip
// CHECK-NOT: onnx.Clip
func.func @clip(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = onnx.Constant dense<2.352941222E-02> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<ui8>
  %lo = onnx.Constant dense<0.0> : tensor<f32>
  %hi = onnx.Constant dense<6.0> : tensor<f32>
  %0 = "onnx.Clip"(%x, %lo, %hi) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// They are not: codes reach beyond 6.
// CHECK-LABEL: func.func @beyond
// CHECK: onnx.Clip
func.func @beyond(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<ui8>
  %lo = onnx.Constant dense<0.0> : tensor<f32>
  %hi = onnx.Constant dense<6.0> : tensor<f32>
  %0 = "onnx.Clip"(%x, %lo, %hi) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// A negative scale turns the order around: what is below zero has higher codes.
// CHECK-LABEL: func.func @negative_scale
// CHECK: onnx.Relu
// CHECK: %[[P:.*]] = onnx.MaxPool %arg1
// CHECK: qnn.quantize %[[P]]
func.func @negative_scale(%x: tensor<4xf32>, %y: tensor<1x1x4x4xf32>) -> (tensor<4xui8>, tensor<1x1x2x2xui8>) {
  %s = onnx.Constant dense<-0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<ui8>
  %0 = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.quantize %0, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %2 = onnx.MaxPool %y {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32>
  %3 = qnn.quantize %2, %s, %z {codec = #u8, block = array<i64: -1, -1, -1, -1>} : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x1x2x2xui8>
  return %1, %3 : tensor<4xui8>, tensor<1x1x2x2xui8>
}
