// RUN: quant-opt %s --convert-qnn-to-onnx | FileCheck %s
// RUN: quant-opt %s --convert-qnn-to-onnx=opset=13 | FileCheck %s --check-prefix=OLD

// CHECK-LABEL: func.func @tensor
// CHECK: onnx.QuantizeLinear %arg0, %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<?x4xui8>
func.func @tensor(%x: tensor<?x4xf32>) -> tensor<?x4xui8> {
  %s = onnx.Constant dense<0.5> : tensor<1x1xf32>
  %z = onnx.Constant dense<7> : tensor<1x1xui8>
  %0 = qnn.quantize %x, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1, -1>}
      : (tensor<?x4xf32>, tensor<1x1xf32>, tensor<1x1xui8>) -> tensor<?x4xui8>
  return %0 : tensor<?x4xui8>
}

// Without a zero point codes would be unsigned.
// CHECK-LABEL: func.func @signed
// CHECK: %[[Z:.*]] = onnx.Constant dense<0> : tensor<i8>
// CHECK: onnx.QuantizeLinear %arg0, %{{.*}}, %[[Z]]
func.func @signed(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xi8> {
  %0 = qnn.quantize %x, %s {codec = #qnn.int<8, signed>, block = array<i64: -1>}
      : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return %0 : tensor<4xi8>
}

// CHECK-LABEL: func.func @channel
// CHECK: onnx.DequantizeLinear %arg0, %{{.*}} {axis = 0 : i64} : (tensor<2x3xi8>, tensor<2xf32>) -> tensor<2x3xf32>
func.func @channel(%q: tensor<2x3xi8>) -> tensor<2x3xf32> {
  %s = onnx.Constant dense<[[0.5], [0.25]]> : tensor<2x1xf32>
  %0 = qnn.dequantize %q, %s {codec = #qnn.int<8, signed>, block = array<i64: 1, -1>}
      : (tensor<2x3xi8>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Blocks came with opset 21.
// CHECK-LABEL: func.func @blocks
// CHECK: onnx.DequantizeLinear %arg0, %arg1 {axis = 0 : i64, block_size = 32 : i64}
// OLD-LABEL: func.func @blocks
// OLD: qnn.dequantize
func.func @blocks(%q: tensor<64x4xi4>, %s: tensor<2x4xf32>) -> tensor<64x4xf32> {
  %0 = qnn.dequantize %q, %s {codec = #qnn.int<4, signed>, block = array<i64: 32, 1>}
      : (tensor<64x4xi4>, tensor<2x4xf32>) -> tensor<64x4xf32>
  return %0 : tensor<64x4xf32>
}

// CHECK-LABEL: func.func @rows
// CHECK: qnn.map %arg0, %arg1, %arg2
// CHECK: qnn.dequantize %{{.*}} : (i8, f32, i8) -> f32
func.func @rows(%q: tensor<?x4xui8>, %s: tensor<?x1xf32>, %z: tensor<?x1xui8>) -> tensor<?x4xf32> {
  %0 = qnn.dequantize %q, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
      : (tensor<?x4xui8>, tensor<?x1xf32>, tensor<?x1xui8>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @dynamic
// CHECK: onnx.ReduceMin
// CHECK: onnx.ReduceMax
// CHECK: %[[POSITIVE:.*]] = onnx.Greater
// CHECK: %[[S:.*]] = onnx.Where %[[POSITIVE]]
// CHECK: %[[Z:.*]] = onnx.Cast %{{.*}} : (tensor<?x1xf32>) -> tensor<?x1xui8>
// CHECK: onnx.Div %arg0, %[[S]]
// CHECK: %[[Q:.*]] = onnx.Cast %{{.*}} : (tensor<?x4xf32>) -> tensor<?x4xui8>
// CHECK: return %[[Q]], %[[S]], %[[Z]]
func.func @dynamic(%x: tensor<?x4xf32>) -> (tensor<?x4xui8>, tensor<?x1xf32>, tensor<?x1xui8>) {
  %q, %s, %z = qnn.dynamic_quantize %x {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
      : (tensor<?x4xf32>) -> (tensor<?x4xui8>, tensor<?x1xf32>, tensor<?x1xui8>)
  return %q, %s, %z : tensor<?x4xui8>, tensor<?x1xf32>, tensor<?x1xui8>
}
