// RUN: quant-opt %s --quantc-resolve-shapes | FileCheck %s

// What PyTorch writes for x.view(batch, sequence, -1, 32).
// CHECK-LABEL: func.func @split_heads
func.func @split_heads(%x: tensor<?x?x384xf32> {onnx.dims = ["batch", "sequence", ""]})
    -> tensor<?x?x12x32xf32> {
  // CHECK-NOT: onnx.Shape
  // CHECK-NOT: onnx.Concat
  // CHECK: %[[S:.*]] = onnx.Constant dense<[0, 0, 12, 32]> : tensor<4xi64>
  // CHECK: onnx.Reshape %{{.*}}, %[[S]] : (tensor<?x?x384xf32>, tensor<4xi64>) -> tensor<?x?x12x32xf32>
  %c0 = onnx.Constant dense<0> : tensor<i64>
  %c1 = onnx.Constant dense<1> : tensor<i64>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %rest = onnx.Constant dense<-1> : tensor<1xi64>
  %size = onnx.Constant dense<32> : tensor<1xi64>
  %shape = onnx.Shape %x : (tensor<?x?x384xf32>) -> tensor<3xi64>
  %batch = onnx.Gather %shape, %c0 : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %sequence = onnx.Gather %shape, %c1 : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %0 = onnx.Unsqueeze %batch, %axis : (tensor<i64>, tensor<1xi64>) -> tensor<1xi64>
  %1 = onnx.Unsqueeze %sequence, %axis : (tensor<i64>, tensor<1xi64>) -> tensor<1xi64>
  %2 = onnx.Concat %0, %1, %rest, %size {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %3 = onnx.Reshape %x, %2 : (tensor<?x?x384xf32>, tensor<4xi64>) -> tensor<?x?x12x32xf32>
  return %3 : tensor<?x?x12x32xf32>
}

// Known sizes are constants, whatever computes them.
// CHECK-LABEL: func.func @contents
func.func @contents(%x: tensor<?x8xf32>) -> tensor<1xi64> {
  // CHECK: %[[R:.*]] = onnx.Constant dense<16> : tensor<1xi64>
  // CHECK: return %[[R]]
  %c1 = onnx.Constant dense<1> : tensor<1xi64>
  %c2 = onnx.Constant dense<2> : tensor<i64>
  %shape = onnx.Shape %x : (tensor<?x8xf32>) -> tensor<2xi64>
  %0 = onnx.Gather %shape, %c1 : (tensor<2xi64>, tensor<1xi64>) -> tensor<1xi64>
  %1 = onnx.Mul %0, %c2 : (tensor<1xi64>, tensor<i64>) -> tensor<1xi64>
  return %1 : tensor<1xi64>
}

// Expand to the shape it has, by way of the exporter's Where(shape == -1, 1, shape).
// CHECK-LABEL: func.func @expand_to_itself
func.func @expand_to_itself(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NOT: onnx.Expand
  // CHECK: return %arg0
  %one = onnx.Constant dense<1> : tensor<2xi64>
  %minus = onnx.Constant dense<-1> : tensor<2xi64>
  %shape = onnx.Shape %x : (tensor<?x4xf32>) -> tensor<2xi64>
  %0 = onnx.Equal %shape, %minus : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
  %1 = onnx.Where %0, %one, %shape : (tensor<2xi1>, tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %2 = onnx.Expand %x, %1 : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}

// Dimensions that stay are 1 in Expand's shape.
// CHECK-LABEL: func.func @repeat_heads
func.func @repeat_heads(%x: tensor<?x4x1x8xf32>) -> tensor<?x4x2x8xf32> {
  // CHECK: %[[S:.*]] = onnx.Constant dense<[1, 1, 2, 1]> : tensor<4xi64>
  // CHECK: onnx.Expand %{{.*}}, %[[S]]
  %sizes = onnx.Constant dense<[4, 2, 8]> : tensor<3xi64>
  %batch = onnx.Shape %x {end = 1 : i64} : (tensor<?x4x1x8xf32>) -> tensor<1xi64>
  %shape = onnx.Concat %batch, %sizes {axis = 0 : i64} : (tensor<1xi64>, tensor<3xi64>) -> tensor<4xi64>
  %0 = onnx.Expand %x, %shape : (tensor<?x4x1x8xf32>, tensor<4xi64>) -> tensor<?x4x2x8xf32>
  return %0 : tensor<?x4x2x8xf32>
}

// The part of a tensor that is all of it.
// CHECK-LABEL: func.func @slice_all
func.func @slice_all(%x: tensor<?x?xf32> {onnx.dims = ["n", "m"]}) -> tensor<?x?xf32> {
  // CHECK-NOT: onnx.Slice
  // CHECK: return %arg0
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %end = onnx.Shape %x {end = 1 : i64} : (tensor<?x?xf32>) -> tensor<1xi64>
  %0 = onnx.Slice %x, %zero, %end, %zero : (tensor<?x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @squeeze
func.func @squeeze(%x: tensor<1x3x1xf32>) -> tensor<3xf32> {
  // CHECK: %[[A:.*]] = onnx.Constant dense<[0, 2]> : tensor<2xi64>
  // CHECK: onnx.Squeeze %{{.*}}, %[[A]]
  %0 = onnx.Squeeze %x : (tensor<1x3x1xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Two sizes nobody knows and nothing to copy from: the arithmetic stays.
// CHECK-LABEL: func.func @unknown
func.func @unknown(%x: tensor<?xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {
  // CHECK: onnx.Reshape %arg0, %arg1
  %0 = onnx.Reshape %x, %s : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A size of zero cannot be told from a copied dimension.
// CHECK-LABEL: func.func @empty
func.func @empty(%x: tensor<?x0xf32>) -> tensor<?x0x2xf32> {
  // CHECK: onnx.Concat
  %sizes = onnx.Constant dense<[0, 2]> : tensor<2xi64>
  %batch = onnx.Shape %x {end = 1 : i64} : (tensor<?x0xf32>) -> tensor<1xi64>
  %shape = onnx.Concat %batch, %sizes {axis = 0 : i64} : (tensor<1xi64>, tensor<2xi64>) -> tensor<3xi64>
  %0 = onnx.Reshape %x, %shape {allowzero = 1 : i64} : (tensor<?x0xf32>, tensor<3xi64>) -> tensor<?x0x2xf32>
  return %0 : tensor<?x0x2xf32>
}
