// RUN: quant-opt %s --quantc-decompose-operators=opset=13 | FileCheck %s
// RUN: quant-opt %s --pass-pipeline='builtin.module(func.func(quantc-decompose-operators{opset=13},quantc-raise-layernorm,quantc-raise-rmsnorm,quantc-raise-gelu,quantc-raise-swish,quantc-raise-attention))' | FileCheck %s --check-prefix=BACK
// RUN: quant-opt %s --quantc-decompose-operators=opset=24 | FileCheck %s --check-prefix=NEW

// CHECK-LABEL: func.func @activations
// CHECK: onnx.Erf
// CHECK: onnx.Tanh
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Gelu
// CHECK-NOT: onnx.Swish
// BACK-LABEL: func.func @activations
// BACK-DAG: onnx.Gelu %arg0 :
// BACK-DAG: onnx.Gelu %{{.*}} {approximate = "tanh"}
// BACK-DAG: onnx.Swish %{{.*}} {alpha = 1.500000e+00 : f32}
// NEW-LABEL: func.func @activations
// NEW: onnx.Swish
func.func @activations(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = onnx.Gelu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = onnx.Gelu %0 {approximate = "tanh"} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = onnx.Swish %1 {alpha = 1.5 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// CHECK-LABEL: func.func @norms
// CHECK-NOT: Normalization
// BACK-LABEL: func.func @norms
// BACK: onnx.LayerNormalization %arg0, %arg1, %arg1 :
// BACK: onnx.RMSNormalization
func.func @norms(%x: tensor<?x8xf32>, %s: tensor<8xf32>) -> tensor<?x8xf32> {
  %0 = onnx.LayerNormalization %x, %s, %s : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %1 = onnx.RMSNormalization %0, %s : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// Heads are split off, those of K and V repeated for their group, and merged.
// CHECK-LABEL: func.func @attention
// CHECK: onnx.Expand
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.Attention
// BACK-LABEL: func.func @attention
// BACK: onnx.Attention %arg0, %arg1, %arg1, %arg2
// BACK-SAME: kv_num_heads = 2 : i64, q_num_heads = 4 : i64, scale = 2.500000e-01 : f32
// BACK-NEXT: return
func.func @attention(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %m: tensor<?x1x1x?xf32>) -> tensor<?x?x64xf32> {
  %0 = onnx.Attention %q, %k, %k, %m {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, scale = 0.25 : f32}
      : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x1x1x?xf32>) -> tensor<?x?x64xf32>
  return %0 : tensor<?x?x64xf32>
}

// CHECK-LABEL: func.func @by_position
// CHECK: onnx.Attention
func.func @by_position(%q: tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  %0 = onnx.Attention %q, %q, %q {is_causal = 1 : i64}
      : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32>
  return %0 : tensor<1x4x8x16xf32>
}
