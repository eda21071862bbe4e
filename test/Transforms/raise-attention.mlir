// RUN: quant-opt %s --quantc-raise-attention --canonicalize | FileCheck %s

// As PyTorch exports an encoder: heads split off, scores scaled, then masked.
// CHECK-LABEL: func.func @flat
func.func @flat(%q: tensor<?x?x64xf32>, %k: tensor<?x?x64xf32>, %v: tensor<?x?x64xf32>,
                %mask: tensor<?x1x?x?xf32>) -> tensor<?x?x64xf32> {
  // CHECK-NEXT: %[[Y:.*]] = onnx.Attention %arg0, %arg1, %arg2, %arg3 {kv_num_heads = 4 : i64, q_num_heads = 4 : i64, scale = 2.500000e-01 : f32}
  // CHECK-NEXT: return %[[Y]]
  %split = onnx.Constant dense<[0, 0, 4, 16]> : tensor<4xi64>
  %merge = onnx.Constant dense<[0, 0, 64]> : tensor<3xi64>
  %scale = onnx.Constant dense<0.25> : tensor<f32>
  %0 = onnx.Reshape %q, %split : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  %1 = onnx.Transpose %0 {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x16xf32>) -> tensor<?x4x?x16xf32>
  %2 = onnx.Reshape %k, %split : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  %3 = onnx.Transpose %2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<?x?x4x16xf32>) -> tensor<?x4x16x?xf32>
  %4 = onnx.Reshape %v, %split : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  %5 = onnx.Transpose %4 {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x16xf32>) -> tensor<?x4x?x16xf32>
  %6 = onnx.MatMul %1, %3 : (tensor<?x4x?x16xf32>, tensor<?x4x16x?xf32>) -> tensor<?x4x?x?xf32>
  %7 = onnx.Mul %6, %scale : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %8 = onnx.Add %7, %mask : (tensor<?x4x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x4x?x?xf32>
  %9 = onnx.Softmax %8 : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %10 = onnx.MatMul %9, %5 : (tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  %11 = onnx.Transpose %10 {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x16xf32>) -> tensor<?x?x4x16xf32>
  %12 = onnx.Reshape %11, %merge : (tensor<?x?x4x16xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
  return %12 : tensor<?x?x64xf32>
}

// Queries and keys each scaled by half of the scale's logarithm; four dimensions.
// CHECK-LABEL: func.func @heads
func.func @heads(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x7x8xf32>, %v: tensor<1x2x7x8xf32>) -> tensor<1x2x5x8xf32> {
  // CHECK-NEXT: %[[Y:.*]] = onnx.Attention %arg0, %arg1, %arg2 {scale = 1.250000e-01 : f32}
  // CHECK-NEXT: return %[[Y]]
  %a = onnx.Constant dense<0.5> : tensor<f32>
  %b = onnx.Constant dense<4.0> : tensor<1xf32>
  %0 = onnx.Mul %q, %a : (tensor<1x2x5x8xf32>, tensor<f32>) -> tensor<1x2x5x8xf32>
  %1 = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<1x2x7x8xf32>) -> tensor<1x2x8x7xf32>
  %2 = onnx.Div %1, %b : (tensor<1x2x8x7xf32>, tensor<1xf32>) -> tensor<1x2x8x7xf32>
  %3 = onnx.MatMul %0, %2 : (tensor<1x2x5x8xf32>, tensor<1x2x8x7xf32>) -> tensor<1x2x5x7xf32>
  %4 = onnx.Softmax %3 {axis = 3 : i64} : (tensor<1x2x5x7xf32>) -> tensor<1x2x5x7xf32>
  %5 = onnx.MatMul %4, %v : (tensor<1x2x5x7xf32>, tensor<1x2x7x8xf32>) -> tensor<1x2x5x8xf32>
  return %5 : tensor<1x2x5x8xf32>
}

// Two query heads for each key head, the way Llama's repeat_kv is exported.
// CHECK-LABEL: func.func @grouped
func.func @grouped(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x8xf32>) -> tensor<?x4x?x8xf32> {
  // CHECK-NEXT: %[[Y:.*]] = onnx.Attention %arg0, %arg1, %arg2 {scale = 1.000000e+00 : f32}
  // CHECK-NEXT: return %[[Y]]
  %axis = onnx.Constant dense<2> : tensor<1xi64>
  %repeat = onnx.Constant dense<[1, 1, 2, 1, 1]> : tensor<5xi64>
  %heads = onnx.Constant dense<[0, 4, -1, 8]> : tensor<4xi64>
  %0 = onnx.Unsqueeze %k, %axis : (tensor<?x2x?x8xf32>, tensor<1xi64>) -> tensor<?x2x1x?x8xf32>
  %1 = onnx.Expand %0, %repeat : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %2 = onnx.Reshape %1, %heads : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %3 = onnx.Transpose %2 {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x8xf32>) -> tensor<?x4x8x?xf32>
  %4 = onnx.Unsqueeze %v, %axis : (tensor<?x2x?x8xf32>, tensor<1xi64>) -> tensor<?x2x1x?x8xf32>
  %5 = onnx.Expand %4, %repeat : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %6 = onnx.Reshape %5, %heads : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %7 = onnx.MatMul %q, %3 : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %8 = onnx.Softmax %7 : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %9 = onnx.MatMul %8, %6 : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %9 : tensor<?x4x?x8xf32>
}

// Scores filled in where the mask says so (GPT-2), rows without keys guarded.
// CHECK-LABEL: func.func @filled
func.func @filled(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x8x5xf32>, %v: tensor<1x2x5x8xf32>, %m: tensor<5x5xi1>) -> tensor<1x2x5x8xf32> {
  // CHECK-DAG: %[[ZERO:.*]] = onnx.Constant dense<0.000000e+00> : tensor<f32>
  // CHECK-DAG: %[[LOW:.*]] = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  // CHECK: %[[M:.*]] = onnx.Where %arg3, %[[ZERO]], %[[LOW]] : (tensor<5x5xi1>, tensor<f32>, tensor<f32>) -> tensor<5x5xf32>
  // CHECK: %[[K:.*]] = onnx.Transpose %arg1
  // CHECK: onnx.Attention %arg0, %[[K]], %arg2, %[[M]]
  %low = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %0 = onnx.MatMul %q, %k : (tensor<1x2x5x8xf32>, tensor<1x2x8x5xf32>) -> tensor<1x2x5x5xf32>
  %1 = onnx.Where %m, %0, %low : (tensor<5x5xi1>, tensor<1x2x5x5xf32>, tensor<f32>) -> tensor<1x2x5x5xf32>
  %2 = onnx.Softmax %1 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %3 = onnx.IsNaN %2 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xi1>
  %4 = onnx.Where %3, %zero, %2 : (tensor<1x2x5x5xi1>, tensor<f32>, tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %5 = onnx.MatMul %4, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %5 : tensor<1x2x5x8xf32>
}
