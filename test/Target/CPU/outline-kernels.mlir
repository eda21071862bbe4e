// RUN: quant-opt %s --quantc-outline-kernels | FileCheck %s

// Two products with different weights are one kernel; the weights are arguments,
// the axes of the reduction a parameter inside. Views stay.

// CHECK-LABEL: func.func private @matmul_0(
// CHECK-SAME: %[[A:.*]]: tensor<?x8xf32>, %[[B:.*]]: tensor<8x8xf32>) -> tensor<?x8xf32> attributes {quantc.kernel}
// CHECK: qnn.matmul %[[A]], %[[B]]
// CHECK-LABEL: func.func private @ReduceSum_0(
// CHECK-SAME: %[[A:.*]]: tensor<?x8xf32>)
// CHECK: %[[AXES:.*]] = onnx.Constant dense<1>
// CHECK: onnx.ReduceSum %[[A]], %[[AXES]]
// CHECK-LABEL: func.func private @Identity_0(
// CHECK-NOT: func.func private
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
// CHECK-DAG: %[[W1:.*]] = onnx.Constant dense<1.0
// CHECK-DAG: %[[W2:.*]] = onnx.Constant dense<2.0
// CHECK: %[[P1:.*]] = call @matmul_0(%[[X]], %[[W1]])
// CHECK: %[[P2:.*]] = call @matmul_0(%[[P1]], %[[W2]])
// CHECK: %[[R:.*]] = call @ReduceSum_0(%[[P2]])
// CHECK: %[[F:.*]] = onnx.Flatten %[[R]]
// CHECK: %[[I:.*]] = call @Identity_0(%[[X]])
// CHECK: return %[[F]], %[[I]]
func.func @main(%x: tensor<?x8xf32>) -> (tensor<?x1xf32>, tensor<?x8xf32>) {
  %w1 = onnx.Constant dense<1.0> : tensor<8x8xf32>
  %w2 = onnx.Constant dense<2.0> : tensor<8x8xf32>
  %axes = onnx.Constant dense<1> : tensor<1xi64>
  %0 = qnn.matmul %x, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %1 = qnn.matmul %0, %w2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %2 = onnx.ReduceSum %1, %axes : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %3 = onnx.Flatten %2 : (tensor<?x1xf32>) -> tensor<?x1xf32>
  return %3, %x : tensor<?x1xf32>, tensor<?x8xf32>
}
