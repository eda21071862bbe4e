// RUN: quant-opt %s --quantc-propagate-quantization | FileCheck %s

#u8 = #qnn.int<8, unsigned>
#s8 = #qnn.int<8, signed>

// A quantize moves up to where the value is computed.
// CHECK-LABEL: func.func @hoist
// CHECK: %[[Q:.*]] = qnn.quantize %arg0, %arg1, %arg2 {block = array<i64: -1, -1>
// CHECK: %[[T:.*]] = onnx.Transpose %[[Q]] {{.*}} -> tensor<3x2xui8>
// CHECK: %[[F:.*]] = onnx.Flatten %[[T]] {{.*}} -> tensor<1x6xui8>
// CHECK: return %[[F]]
func.func @hoist(%x: tensor<2x3xf32>, %s: tensor<f32>, %z: tensor<ui8>) -> tensor<1x6xui8> {
  %0 = onnx.Transpose %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = onnx.Flatten %0 {axis = 0 : i64} : (tensor<3x2xf32>) -> tensor<1x6xf32>
  %2 = qnn.quantize %1, %s, %z {codec = #u8, block = array<i64: -1, -1>} : (tensor<1x6xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x6xui8>
  return %2 : tensor<1x6xui8>
}

// Somebody reads the moved floats too: they are needed anyway.
// CHECK-LABEL: func.func @other_reader
// CHECK: %[[T:.*]] = onnx.Transpose %arg0
// CHECK: qnn.quantize %[[T]]
func.func @other_reader(%x: tensor<2x3xf32>, %s: tensor<f32>, %z: tensor<ui8>) -> (tensor<3x2xf32>, tensor<3x2xui8>) {
  %0 = onnx.Transpose %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = qnn.quantize %0, %s, %z {codec = #u8, block = array<i64: -1, -1>} : (tensor<3x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<3x2xui8>
  return %0, %1 : tensor<3x2xf32>, tensor<3x2xui8>
}

// Every operand of a Concat is quantized, and padding becomes the zero point.
// CHECK-LABEL: func.func @concat_pad
// CHECK-DAG: %[[A:.*]] = qnn.quantize %arg0
// CHECK-DAG: %[[B:.*]] = qnn.quantize %arg1
// CHECK: %[[C:.*]] = onnx.Concat %[[A]], %[[B]] {{.*}} -> tensor<4xui8>
// CHECK: onnx.Pad %[[C]], %{{.*}}, %arg3 {{.*}} -> tensor<6xui8>
func.func @concat_pad(%x: tensor<2xf32>, %y: tensor<2xf32>, %s: tensor<f32>, %z: tensor<ui8>) -> tensor<6xui8> {
  %p = onnx.Constant dense<1> : tensor<2xi64>
  %0 = onnx.Concat %x, %y {axis = 0 : i64} : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  %1 = "onnx.Pad"(%0, %p) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<4xf32>, tensor<2xi64>) -> tensor<6xf32>
  %2 = qnn.quantize %1, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<6xf32>, tensor<f32>, tensor<ui8>) -> tensor<6xui8>
  return %2 : tensor<6xui8>
}

// Codes stay codes through a pool and back.
// CHECK-LABEL: func.func @between
// CHECK-NOT: quantize
// CHECK: %[[P:.*]] = onnx.MaxPool %arg0 {{.*}} -> tensor<1x1x2x2xui8>
// CHECK-NEXT: return %[[P]]
func.func @between(%c: tensor<1x1x4x4xui8>, %s: tensor<f32>, %z: tensor<ui8>) -> tensor<1x1x2x2xui8> {
  %0 = qnn.dequantize %c, %s, %z {codec = #u8, block = array<i64: -1, -1, -1, -1>} : (tensor<1x1x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x4x4xf32>
  %1 = onnx.MaxPool %0 {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32>
  %2 = qnn.quantize %1, %s, %z {codec = #u8, block = array<i64: -1, -1, -1, -1>} : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x1x2x2xui8>
  return %2 : tensor<1x1x2x2xui8>
}

// Other parameters on the other side: the quantize stays.
// CHECK-LABEL: func.func @requantize
// CHECK: qnn.dequantize
// CHECK: qnn.quantize
func.func @requantize(%c: tensor<4xui8>, %s: tensor<f32>, %t: tensor<f32>, %z: tensor<ui8>) -> tensor<4xui8> {
  %0 = qnn.dequantize %c, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %1 = qnn.quantize %0, %t, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// A scale per channel follows a transpose.
// CHECK-LABEL: func.func @channels
// CHECK-DAG: %[[C:.*]] = onnx.Transpose %arg0 {perm = array<i64: 1, 0>} : (tensor<3x2xi8>) -> tensor<2x3xi8>
// CHECK-DAG: %[[S:.*]] = onnx.Transpose %arg1 {perm = array<i64: 1, 0>} : (tensor<3x1xf32>) -> tensor<1x3xf32>
// CHECK: qnn.dequantize %[[C]], %[[S]] {block = array<i64: -1, 1>
func.func @channels(%c: tensor<3x2xi8>, %s: tensor<3x1xf32>) -> tensor<2x3xf32> {
  %0 = qnn.dequantize %c, %s {codec = #s8, block = array<i64: 1, -1>} : (tensor<3x2xi8>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %1 = onnx.Transpose %0 : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// Rows of a table are gathered as codes, with their scales.
// CHECK-LABEL: func.func @table
// CHECK-DAG: %[[C:.*]] = onnx.Gather %arg0, %arg2 : (tensor<64x8xi8>, tensor<?x5xi64>) -> tensor<?x5x8xi8>
// CHECK-DAG: %[[S:.*]] = onnx.Gather %arg1, %arg2 : (tensor<64x1xf32>, tensor<?x5xi64>) -> tensor<?x5x1xf32>
// CHECK: qnn.dequantize %[[C]], %[[S]] {block = array<i64: 1, 1, -1>
func.func @table(%c: tensor<64x8xi8>, %s: tensor<64x1xf32>, %i: tensor<?x5xi64>) -> tensor<?x5x8xf32> {
  %0 = qnn.dequantize %c, %s {codec = #s8, block = array<i64: 1, -1>} : (tensor<64x8xi8>, tensor<64x1xf32>) -> tensor<64x8xf32>
  %1 = onnx.Gather %0, %i : (tensor<64x8xf32>, tensor<?x5xi64>) -> tensor<?x5x8xf32>
  return %1 : tensor<?x5x8xf32>
}

// Equal quantizes of one value are one, whichever constants spell the scale.
// CHECK-LABEL: func.func @merge
// CHECK-COUNT-1: qnn.quantize
// CHECK-NOT: qnn.quantize
func.func @merge(%x: tensor<4xf32>) -> (tensor<4xui8>, tensor<4xui8>) {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %t = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<3> : tensor<ui8>
  %0 = qnn.quantize %x, %s, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %1 = qnn.quantize %x, %t, %z {codec = #u8, block = array<i64: -1>} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %0, %1 : tensor<4xui8>, tensor<4xui8>
}

// A weight is transposed at once.
// CHECK-LABEL: func.func @weight
// CHECK-NOT: onnx.Transpose
// CHECK: onnx.Constant dense<{{\[\[}}1, 3], [2, 4]]> : tensor<2x2xi8>
func.func @weight() -> tensor<2x2xf32> {
  %c = onnx.Constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>
  %s = onnx.Constant dense<[[0.5], [0.25]]> : tensor<2x1xf32>
  %0 = qnn.dequantize %c, %s {codec = #s8, block = array<i64: 1, -1>} : (tensor<2x2xi8>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %1 = onnx.Transpose %0 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}
