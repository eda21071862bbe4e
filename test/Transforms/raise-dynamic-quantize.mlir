// RUN: quant-opt %s --convert-qnn-to-onnx --convert-map-to-onnx --quantc-raise-dynamic-quantize | FileCheck %s

// There and back.
// CHECK-LABEL: func.func @unsigned
// CHECK-NEXT: %[[Q:.*]], %[[S:.*]], %[[Z:.*]] = qnn.dynamic_quantize %arg0 {block = array<i64: 1, 1, -1>, codec = #qnn.int<8, unsigned>}
// CHECK-NEXT: %[[Y:.*]] = qnn.dequantize %[[Q]], %[[S]], %[[Z]] {block = array<i64: 1, 1, -1>, codec = #qnn.int<8, unsigned>}
// CHECK-NEXT: return %[[Y]]
func.func @unsigned(%x: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %q, %s, %z = qnn.dynamic_quantize %x {codec = #qnn.int<8, unsigned>, block = array<i64: 1, 1, -1>}
      : (tensor<?x?x8xf32>) -> (tensor<?x?x8xui8>, tensor<?x?x1xf32>, tensor<?x?x1xui8>)
  %0 = qnn.dequantize %q, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: 1, 1, -1>}
      : (tensor<?x?x8xui8>, tensor<?x?x1xf32>, tensor<?x?x1xui8>) -> tensor<?x?x8xf32>
  return %0 : tensor<?x?x8xf32>
}

// CHECK-LABEL: func.func @signed
// CHECK-NEXT: %[[Q:.*]], %[[S:.*]], %{{.*}} = qnn.dynamic_quantize %arg0 {block = array<i64: 1, -1>, codec = #qnn.int<8, signed>}
// CHECK-NEXT: qnn.dequantize %[[Q]], %[[S]] {
func.func @signed(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %q, %s, %z = qnn.dynamic_quantize %x {codec = #qnn.int<8, signed>, block = array<i64: 1, -1>}
      : (tensor<?x8xf32>) -> (tensor<?x8xi8>, tensor<?x1xf32>, tensor<?x1xi8>)
  %0 = qnn.dequantize %q, %s {codec = #qnn.int<8, signed>, block = array<i64: 1, -1>}
      : (tensor<?x8xi8>, tensor<?x1xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// A constant factor is no scale per row.
// CHECK-LABEL: func.func @pixels
// CHECK: onnx.Mul
func.func @pixels(%x: tensor<2x8xi8>) -> tensor<2x8xf32> {
  %f = onnx.Constant dense<0.5> : tensor<2x1xf32>
  %0 = onnx.Cast %x : (tensor<2x8xi8>) -> tensor<2x8xf32>
  %1 = onnx.Mul %0, %f : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %1 : tensor<2x8xf32>
}
