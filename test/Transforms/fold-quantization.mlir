// RUN: quant-opt %s --quantc-fold-quantization | FileCheck %s

#u8 = #qnn.int<8, unsigned>
#s8 = #qnn.int<8, signed>

// Column sums 5 and -1, zero point 10: corrections 50 and -10.
// Scales 0.5 * 0.25 and 0.5 * 2.
// CHECK-LABEL: func.func @static
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}1, 2], [4, -3]]> : tensor<2x2xi8>
// CHECK-DAG: %[[K:.*]] = onnx.Constant dense<[50, -10]> : tensor<2xi32>
// CHECK-DAG: %[[C:.*]] = onnx.Constant dense<[1.250000e-01, 1.000000e+00]> : tensor<2xf32>
// CHECK: qnn.matmul %arg0, %[[W]] with %[[K]], %[[C]], %arg1 : (tensor<?x2xui8>, tensor<2x2xi8>, tensor<2xi32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %[[KE:.*]]: i32, %[[CE:.*]]: f32, %[[BE:.*]]: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.subi %[[ACC]], %[[KE]] : i32
// CHECK-NEXT: %[[F:.*]] = arith.sitofp %[[SUM]] : i32 to f32
// CHECK-NEXT: %[[T:.*]] = arith.mulf %[[F]], %[[CE]] : f32
// CHECK-NEXT: %[[R:.*]] = arith.addf %[[T]], %[[BE]] : f32
// CHECK-NEXT: qnn.yield %[[R]]
func.func @static(%q: tensor<?x2xui8>, %b: tensor<2xf32>) -> tensor<?x2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<10> : tensor<ui8>
  %w = onnx.Constant dense<[[1, 2], [4, -3]]> : tensor<2x2xi8>
  %ws = onnx.Constant dense<[[0.25, 2.0]]> : tensor<1x2xf32>
  %0 = qnn.dequantize %q, %s, %z {codec = #u8, block = array<i64: -1, -1>} : (tensor<?x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<?x2xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, 1>} : (tensor<2x2xi8>, tensor<1x2xf32>) -> tensor<2x2xf32>
  %2 = qnn.matmul %0, %1 with %b : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: f32, %e: f32):
    %3 = arith.addf %acc, %e : f32
    qnn.yield %3 : f32
  }
  return %2 : tensor<?x2xf32>
}

// Zero point 0 needs no correction; one weight scale serves every column.
// CHECK-LABEL: func.func @symmetric
// CHECK: %[[C:.*]] = onnx.Constant dense<1.250000e-01> : tensor<2xf32>
// CHECK: qnn.matmul %arg0, %{{.*}} with %[[C]] :
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %{{.*}}: f32):
// CHECK-NEXT: arith.sitofp %[[ACC]]
func.func @symmetric(%q: tensor<?x2xi8>) -> tensor<?x2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %w = onnx.Constant dense<[[1, 2], [4, -3]]> : tensor<2x2xi8>
  %ws = onnx.Constant dense<0.25> : tensor<1x1xf32>
  %0 = qnn.dequantize %q, %s {codec = #s8, block = array<i64: -1, -1>} : (tensor<?x2xi8>, tensor<f32>) -> tensor<?x2xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, -1>} : (tensor<2x2xi8>, tensor<1x1xf32>) -> tensor<2x2xf32>
  %2 = qnn.matmul %0, %1 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<?x2xf32>
}

// CHECK-LABEL: func.func @token
// CHECK-DAG: %[[WS:.*]] = onnx.Constant dense<[2.500000e-01, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[SUMS:.*]] = onnx.Constant dense<[5, -1]> : tensor<2xi32>
// CHECK: %[[Q:.*]], %[[S:.*]], %[[Z:.*]] = qnn.dynamic_quantize
// CHECK: qnn.matmul %[[Q]], %{{.*}} with %[[WS]], %[[S]], %[[SUMS]], %[[Z]] :
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %[[WE:.*]]: f32, %[[SE:.*]]: f32, %[[CE:.*]]: i32, %[[ZE:.*]]: i8):
// CHECK-NEXT: %[[Z32:.*]] = arith.extui %[[ZE]] : i8 to i32
// CHECK-NEXT: %[[P:.*]] = arith.muli %[[Z32]], %[[CE]] : i32
// CHECK-NEXT: %[[SUM:.*]] = arith.subi %[[ACC]], %[[P]] : i32
// CHECK-NEXT: %[[F:.*]] = arith.sitofp %[[SUM]] : i32 to f32
// CHECK-NEXT: %[[T:.*]] = arith.mulf %[[F]], %[[WE]] : f32
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[T]], %[[SE]] : f32
// CHECK-NEXT: qnn.yield %[[R]]
func.func @token(%x: tensor<3x?x2xf32>) -> tensor<3x?x2xf32> {
  %w = onnx.Constant dense<[[1, 2], [4, -3]]> : tensor<2x2xi8>
  %ws = onnx.Constant dense<[[0.25, 2.0]]> : tensor<1x2xf32>
  %q, %s, %z = qnn.dynamic_quantize %x {codec = #u8, block = array<i64: 1, 1, -1>} : (tensor<3x?x2xf32>) -> (tensor<3x?x2xui8>, tensor<3x?x1xf32>, tensor<3x?x1xui8>)
  %0 = qnn.dequantize %q, %s, %z {codec = #u8, block = array<i64: 1, 1, -1>} : (tensor<3x?x2xui8>, tensor<3x?x1xf32>, tensor<3x?x1xui8>) -> tensor<3x?x2xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, 1>} : (tensor<2x2xi8>, tensor<1x2xf32>) -> tensor<2x2xf32>
  %2 = qnn.matmul %0, %1 : (tensor<3x?x2xf32>, tensor<2x2xf32>) -> tensor<3x?x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<3x?x2xf32>
}

// Padding is the zero point, so one correction serves border and middle.
// CHECK-LABEL: func.func @conv
// CHECK-DAG: %[[K:.*]] = onnx.Constant dense<[40, -20]> : tensor<2xi32>
// CHECK: qnn.conv %arg0, %{{.*}} with %[[K]], %{{.*}} {{{.*}}pad_code = 10 : i64, pads = array<i64: 0, 1>
// CHECK-SAME: (tensor<1x8x1xui8>, tensor<2x1x2xi8>, tensor<2xi32>, tensor<2xf32>)
func.func @conv(%q: tensor<1x8x1xui8>) -> tensor<1x8x2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<10> : tensor<ui8>
  %w = onnx.Constant dense<[[[1, 2]], [[3, -4]]]> : tensor<2x1x2xi8>
  %ws = onnx.Constant dense<[[[0.25, 2.0]]]> : tensor<1x1x2xf32>
  %0 = qnn.dequantize %q, %s, %z {codec = #u8, block = array<i64: -1, -1, -1>} : (tensor<1x8x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x8x1xf32>
  %1 = qnn.dequantize %w, %ws {codec = #s8, block = array<i64: -1, -1, 1>} : (tensor<2x1x2xi8>, tensor<1x1x2xf32>) -> tensor<2x1x2xf32>
  %2 = qnn.conv %0, %1 {kernel_shape = array<i64: 2>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 1>} : (tensor<1x8x1xf32>, tensor<2x1x2xf32>) -> tensor<1x8x2xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  return %2 : tensor<1x8x2xf32>
}

// CHECK-LABEL: func.func @average
// CHECK: qnn.average_pool %arg0 {{{.*}}pad_code = 10 : i64
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %[[N:.*]]: i32):
// CHECK-DAG: %[[S:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG: %[[Z:.*]] = arith.constant 10 : i32
// CHECK: %[[P:.*]] = arith.muli %[[N]], %[[Z]] : i32
// CHECK-NEXT: %[[SUM:.*]] = arith.subi %[[ACC]], %[[P]] : i32
// CHECK-NEXT: %[[F:.*]] = arith.sitofp %[[SUM]] : i32 to f32
// CHECK-NEXT: %[[T:.*]] = arith.mulf %[[F]], %[[S]] : f32
// CHECK-NEXT: %[[NF:.*]] = arith.sitofp %[[N]] : i32 to f32
// CHECK-NEXT: arith.divf %[[T]], %[[NF]] : f32
func.func @average(%q: tensor<1x8x1xui8>) -> tensor<1x4x1xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<10> : tensor<ui8>
  %0 = qnn.dequantize %q, %s, %z {codec = #u8, block = array<i64: -1, -1, -1>} : (tensor<1x8x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x8x1xf32>
  %1 = qnn.average_pool %0 {kernel_shape = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : (tensor<1x8x1xf32>) -> tensor<1x4x1xf32> {
  ^bb0(%acc: f32, %n: i32):
    %2 = arith.sitofp %n : i32 to f32
    %3 = arith.divf %acc, %2 : f32
    qnn.yield %3 : f32
  }
  return %1 : tensor<1x4x1xf32>
}
