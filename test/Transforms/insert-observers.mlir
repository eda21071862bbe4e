// RUN: quant-opt %s --quantc-insert-observers="recipe=w8a8" | FileCheck %s
// RUN: quant-opt %s --quantc-insert-observers="recipe=w8a8-dynamic" | FileCheck %s --check-prefix=DYNAMIC

// DYNAMIC-NOT: qnn.observe

// An argument is observed under its ONNX name, a result under its node's.
// CHECK-LABEL: func.func @names
// CHECK: qnn.observe %arg0 {tensor = "x"} : tensor<?x2xf32>
// CHECK: %[[H:.*]] = onnx.MatMul
// CHECK: %[[R:.*]] = onnx.Relu %[[H]]
// CHECK-NEXT: qnn.observe %[[R]] {tensor = "act"} : tensor<?x2xf32>
// CHECK-NOT: qnn.observe
func.func @names(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("first")
  %1 = onnx.Relu %0 : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("act")
  %2 = onnx.MatMul %1, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("second")
  return %2 : tensor<?x2xf32>
}

// Several readers, one observer; nodes without a name are told apart.
// CHECK-LABEL: func.func @unnamed
// CHECK-COUNT-1: qnn.observe {{.*}} {tensor = "Relu#1"}
// CHECK-NOT: qnn.observe
func.func @unnamed(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = onnx.Relu %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.Relu %0 : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.MatMul %1, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.MatMul %1, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %2, %3 : tensor<?x2xf32>, tensor<?x2xf32>
}

// Softmax and products of two activations stay in float: nothing to observe.
// CHECK-LABEL: func.func @attention
// CHECK-NOT: qnn.observe
func.func @attention(%q: tensor<?x2xf32>, %k: tensor<2x?xf32>) -> tensor<?x?xf32> {
  %0 = onnx.MatMul %q, %k : (tensor<?x2xf32>, tensor<2x?xf32>) -> tensor<?x?xf32>
  %1 = onnx.Softmax %0 : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}
