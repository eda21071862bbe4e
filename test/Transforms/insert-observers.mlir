// RUN: quant-opt %s --quantc-insert-observers | FileCheck %s
// RUN: quant-opt %s --quantc-insert-observers="recipe=none" | FileCheck %s --check-prefix=NONE
// RUN: quant-opt %s --quantc-insert-observers="mask=none" | FileCheck %s --check-prefix=NOMASK
// RUN: quant-opt %s --quantc-insert-observers="channel-histograms=3" | FileCheck %s --check-prefix=FEW

// NONE-NOT: qnn.observe
// NOMASK-NOT: mask %

// An argument is observed under its ONNX name, a result under its node's.
// CHECK-LABEL: func.func @names
// CHECK: qnn.observe %arg0 {channel_axis = 1 : i64, channel_histograms, tensor = "x"} : tensor<?x2xf32>
// CHECK: %[[H:.*]] = onnx.MatMul
// CHECK: %[[R:.*]] = onnx.Relu %[[H]]
// CHECK-NEXT: qnn.observe %[[R]] {{.*}}tensor = "act"} : tensor<?x2xf32>
// CHECK-NOT: qnn.observe
// Channels beyond the limit get no histograms.
// FEW-LABEL: func.func @names
// FEW: qnn.observe {{.*}}channel_histograms, tensor = "x"
// FEW: qnn.observe {{.*}} {channel_axis = 1 : i64, tensor = "act"}
func.func @names(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("first")
  %1 = onnx.Relu %0 : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("act")
  %2 = onnx.MatMul %1, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("second")
  return %2 : tensor<?x2xf32>
}

// Several readers, one observer; nodes without a name are told apart.
// CHECK-LABEL: func.func @unnamed
// CHECK-COUNT-1: qnn.observe {{.*}}tensor = "Relu#1"}
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

// Between convolutions: what a convolution, an addition or a pool reads, not what
// an activation function or a maximum reads.
// CHECK-LABEL: func.func @images
// CHECK: qnn.observe %arg0 {channel_axis = 1 : i64, channel_histograms, tensor = "image"}
// CHECK: onnx.Conv
// CHECK-NEXT: onnx.Relu
// CHECK-NEXT: qnn.observe %{{.*}} {channel_axis = 1 : i64, channel_histograms, tensor = "r"}
// CHECK-NEXT: onnx.Conv
// CHECK-NEXT: qnn.observe %{{.*}} {tensor = "c2"}
// CHECK-NEXT: onnx.Add
// CHECK-NEXT: onnx.MaxPool
// CHECK-NEXT: qnn.observe %{{.*}} {tensor = "m"}
// CHECK-NEXT: onnx.GlobalAveragePool
func.func @images(%x: tensor<1x2x4x4xf32> {onnx.name = "image"}) -> tensor<1x2x1x1xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x2x1x1xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("c1")
  %1 = onnx.Relu %0 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> loc("r")
  %2 = onnx.Conv %1, %w {kernel_shape = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("c2")
  %3 = onnx.Add %1, %2 : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> loc("a")
  %4 = onnx.MaxPool %3 {kernel_shape = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x3x3xf32> loc("m")
  %5 = onnx.GlobalAveragePool %4 : (tensor<1x2x3x3xf32>) -> tensor<1x2x1x1xf32>
  return %5 : tensor<1x2x1x1xf32>
}

// The attention mask leaves out positions of [batch, seq, ...] and
// [batch * seq, ...], and of nothing else.
// CHECK-LABEL: func.func @masked
// CHECK: onnx.Gather
// CHECK-NEXT: qnn.observe %[[X:.*]] mask %arg1 {{{.*}}tensor = "g"} : tensor<?x?x2xf32>, tensor<?x?xi64>
// CHECK: onnx.Slice
// CHECK-NEXT: onnx.Squeeze
// CHECK-NEXT: qnn.observe %{{[^ ]*}} {{{.*}}tensor = "pooled"}
func.func @masked(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]},
                  %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["batch", "seq"]})
    -> (tensor<?x?x2xf32>, tensor<?x2xf32>) {
  %table = onnx.Constant dense<1.0> : tensor<5x2xf32>
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = onnx.Gather %table, %ids : (tensor<5x2xf32>, tensor<?x?xi64>) -> tensor<?x?x2xf32> loc("g")
  %1 = onnx.MatMul %0, %w : (tensor<?x?x2xf32>, tensor<2x2xf32>) -> tensor<?x?x2xf32>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %2 = onnx.Slice %1, %zero, %one, %one : (tensor<?x?x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x1x2xf32>
  %3 = onnx.Squeeze %2, %one : (tensor<?x1x2xf32>, tensor<1xi64>) -> tensor<?x2xf32> loc("pooled")
  %4 = onnx.MatMul %3, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %1, %4 : tensor<?x?x2xf32>, tensor<?x2xf32>
}
