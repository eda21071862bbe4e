// RUN: quant-opt %s --quantc-expand-attention-cache | FileCheck %s

// CHECK-LABEL: func.func @causal
// CHECK-SAME: %[[Q:.*]]: tensor<2x4x3x8xf32>, %[[K:.*]]: tensor<2x2x3x8xf32>, %[[V:.*]]: tensor<2x2x3x8xf32>, %[[PK:.*]]: tensor<2x2x?x8xf32>, %[[PV:.*]]: tensor<2x2x?x8xf32>
func.func @causal(%q: tensor<2x4x3x8xf32>, %k: tensor<2x2x3x8xf32>, %v: tensor<2x2x3x8xf32>, %pk: tensor<2x2x?x8xf32>, %pv: tensor<2x2x?x8xf32>) -> (tensor<2x4x3x8xf32>, tensor<2x2x?x8xf32>, tensor<2x2x?x8xf32>) {
  // CHECK-DAG: %[[KEY:.*]] = onnx.Concat %[[PK]], %[[K]] {axis = 2 : i64}
  // CHECK-DAG: %[[VALUE:.*]] = onnx.Concat %[[PV]], %[[V]] {axis = 2 : i64}
  // CHECK-DAG: %[[PAST:.*]] = onnx.Shape %[[PK]] {end = 3 : i64, start = 2 : i64}
  // CHECK-DAG: %[[NOW:.*]] = onnx.Shape %[[Q]] {end = 3 : i64, start = 2 : i64}
  // CHECK: %[[SUM:.*]] = onnx.Add %[[PAST]], %[[NOW]]
  // CHECK: %[[LENGTHS:.*]] = onnx.Expand %[[SUM]], {{.*}} -> tensor<2xi64>
  // CHECK: %[[Y:.*]] = onnx.Attention %[[Q]], %[[KEY]], %[[VALUE]], none, none, none, %[[LENGTHS]]
  // CHECK: return %[[Y]], %[[KEY]], %[[VALUE]]
  %0:3 = onnx.Attention %q, %k, %v, none, %pk, %pv {is_causal = 1 : i64} : (tensor<2x4x3x8xf32>, tensor<2x2x3x8xf32>, tensor<2x2x3x8xf32>, none, tensor<2x2x?x8xf32>, tensor<2x2x?x8xf32>) -> (tensor<2x4x3x8xf32>, tensor<2x2x?x8xf32>, tensor<2x2x?x8xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x4x3x8xf32>, tensor<2x2x?x8xf32>, tensor<2x2x?x8xf32>
}

// Heads are split off first.
// CHECK-LABEL: func.func @flat
func.func @flat(%q: tensor<2x3x32xf32>, %k: tensor<2x5x16xf32>, %v: tensor<2x5x16xf32>) -> (tensor<2x3x32xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x8xf32>) {
  // CHECK: onnx.Reshape %arg1, {{.*}} -> tensor<2x5x2x8xf32>
  // CHECK: %[[KEY:.*]] = onnx.Transpose {{.*}} {perm = array<i64: 0, 2, 1, 3>} : (tensor<2x5x2x8xf32>) -> tensor<2x2x5x8xf32>
  // CHECK: %[[Y:.*]] = onnx.Attention %arg0, %[[KEY]], %{{.*}}
  // CHECK: return %[[Y]], %[[KEY]]
  %0:3 = onnx.Attention %q, %k, %v {kv_num_heads = 2 : i64, q_num_heads = 4 : i64} : (tensor<2x3x32xf32>, tensor<2x5x16xf32>, tensor<2x5x16xf32>) -> (tensor<2x3x32xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x8xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x3x32xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x8xf32>
}

// The window may reach keys behind the last query.
// CHECK-LABEL: func.func @window
func.func @window(%q: tensor<1x1x3x8xf32>, %k: tensor<1x1x5x8xf32>, %pk: tensor<1x1x4x8xf32>) -> tensor<1x1x3x8xf32> {
  // CHECK-NOT: onnx.Concat
  %0 = onnx.Attention %q, %k, %k, none, %pk, %pk {right_window_size = 1 : i64} : (tensor<1x1x3x8xf32>, tensor<1x1x5x8xf32>, tensor<1x1x5x8xf32>, none, tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>) -> tensor<1x1x3x8xf32>
  return %0 : tensor<1x1x3x8xf32>
}
