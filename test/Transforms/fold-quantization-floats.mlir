// RUN: quant-opt %s --split-input-file --verify-diagnostics --quantc-fold-quantization | FileCheck %s

#u8 = #qnn.int<8, unsigned>
#s8 = #qnn.int<8, signed>

// Weights alone: the product stays in float, and says so.
// CHECK: qnn.matmul {{.*}} : (tensor<?x2xf32>, tensor<2x2xf32>)
func.func @weights_only(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1, 2], [4, -3]]> : tensor<2x2xi8>
  %ws = onnx.Constant dense<[[0.25, 2.0]]> : tensor<1x2xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, 1>} : (tensor<2x2xi8>, tensor<1x2xf32>) -> tensor<2x2xf32>
  // expected-remark @below {{qnn.matmul stays in float: its input is not quantized}}
  %2 = qnn.matmul %x, %1 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x2xf32>
}

// -----

#u8 = #qnn.int<8, unsigned>
#s8 = #qnn.int<8, signed>

// CHECK: qnn.matmul {{.*}} : (tensor<?x2xf32>, tensor<2x2xf32>)
func.func @channel_scales(%q: tensor<?x2xui8>, %s: tensor<1x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1, 2], [4, -3]]> : tensor<2x2xi8>
  %ws = onnx.Constant dense<[[0.25, 2.0]]> : tensor<1x2xf32>
  %0 = qnn.dequantize %q, %s {codec = #u8, block = array<i64: -1, 1>} : (tensor<?x2xui8>, tensor<1x2xf32>) -> tensor<?x2xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, 1>} : (tensor<2x2xi8>, tensor<1x2xf32>) -> tensor<2x2xf32>
  // expected-remark @below {{qnn.matmul stays in float: its input has a scale per channel}}
  %2 = qnn.matmul %0, %1 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x2xf32>
}

// -----

#u8 = #qnn.int<8, unsigned>
#s8 = #qnn.int<8, signed>

// A scale per input channel would have to be inside the sum.
// CHECK: qnn.matmul {{.*}} : (tensor<?x2xf32>, tensor<2x2xf32>)
func.func @row_scales(%q: tensor<?x2xui8>, %s: tensor<1x1xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1, 2], [4, -3]]> : tensor<2x2xi8>
  %ws = onnx.Constant dense<[[0.25], [2.0]]> : tensor<2x1xf32>
  %0 = qnn.dequantize %q, %s {codec = #u8, block = array<i64: -1, -1>} : (tensor<?x2xui8>, tensor<1x1xf32>) -> tensor<?x2xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: 1, -1>} : (tensor<2x2xi8>, tensor<2x1xf32>) -> tensor<2x2xf32>
  // expected-remark @below {{qnn.matmul stays in float: its weight's scales are not per output channel}}
  %2 = qnn.matmul %0, %1 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x2xf32>
}

// -----

#u8 = #qnn.int<8, unsigned>

// CHECK: qnn.matmul {{.*}} : (tensor<?x2xf32>, tensor<2x2xf32>)
func.func @float_weight(%q: tensor<?x2xui8>, %s: tensor<1x1xf32>, %w: tensor<2x2xf32>) -> tensor<?x2xf32> {
  %0 = qnn.dequantize %q, %s {codec = #u8, block = array<i64: -1, -1>} : (tensor<?x2xui8>, tensor<1x1xf32>) -> tensor<?x2xf32>
  // expected-remark @below {{qnn.matmul stays in float: its weight is not a quantized constant}}
  %2 = qnn.matmul %0, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x2xf32>
}

// -----

#u8 = #qnn.int<8, unsigned>
#s8 = #qnn.int<8, signed>

// CHECK: qnn.matmul {{.*}} : (tensor<?x65794xf32>
func.func @depth(%q: tensor<?x65794xui8>, %s: tensor<1x1xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<1> : tensor<65794x1xi8>
  %ws = onnx.Constant dense<0.25> : tensor<1x1xf32>
  %0 = qnn.dequantize %q, %s {codec = #u8, block = array<i64: -1, -1>} : (tensor<?x65794xui8>, tensor<1x1xf32>) -> tensor<?x65794xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, -1>} : (tensor<65794x1xi8>, tensor<1x1xf32>) -> tensor<65794x1xf32>
  // expected-remark @below {{qnn.matmul stays in float: it sums more products than 32 bits hold}}
  %2 = qnn.matmul %0, %1 : (tensor<?x65794xf32>, tensor<65794x1xf32>) -> tensor<?x1xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x1xf32>
}

// -----

#u8 = #qnn.int<8, unsigned>
#s8 = #qnn.int<8, signed>

// CHECK: qnn.matmul {{.*}} : (tensor<?x8xf32>, tensor<8x4xf32>)
func.func @row_blocks(%q: tensor<?x8xui8>, %s: tensor<?x1xf32>) -> tensor<?x4xf32> {
  %w = onnx.Constant dense<1> : tensor<8x4xi8>
  %ws = onnx.Constant dense<0.5> : tensor<f32>
  %0 = qnn.dequantize %q, %s {codec = #u8, block = array<i64: 32, -1>} : (tensor<?x8xui8>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, -1>} : (tensor<8x4xi8>, tensor<f32>) -> tensor<8x4xf32>
  // expected-remark @below {{qnn.matmul stays in float: its input has a scale per block of rows}}
  %2 = qnn.matmul %0, %1 : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x4xf32>
}

// -----

#s8 = #qnn.int<8, signed>

// |code - zero point| reaches 255 with signed codes, too.
// CHECK: qnn.matmul {{.*}} : (tensor<?x65794xf32>
func.func @signed_zero_point(%q: tensor<?x65794xi8>, %s: tensor<1x1xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<1> : tensor<65794x1xi8>
  %ws = onnx.Constant dense<0.25> : tensor<1x1xf32>
  %c = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<-128> : tensor<i8>
  %0 = qnn.dequantize %q, %c, %z {codec = #s8, block = array<i64: -1, -1>} : (tensor<?x65794xi8>, tensor<f32>, tensor<i8>) -> tensor<?x65794xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, -1>} : (tensor<65794x1xi8>, tensor<1x1xf32>) -> tensor<65794x1xf32>
  // expected-remark @below {{qnn.matmul stays in float: it sums more products than 32 bits hold}}
  %2 = qnn.matmul %0, %1 : (tensor<?x65794xf32>, tensor<65794x1xf32>) -> tensor<?x1xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x1xf32>
}
