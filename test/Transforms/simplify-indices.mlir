// RUN: quant-opt %s --quantc-simplify-indices --canonicalize | FileCheck %s

// [batch, 1, 1, sequence] of a mask [batch, sequence], by index tuples.
// CHECK-LABEL: func.func @gather_nd
func.func @gather_nd(%mask: tensor<?x?xi1> {onnx.dims = ["batch", "sequence"]}) -> tensor<?x?xi1> {
  // CHECK-NOT: onnx.GatherND
  // CHECK: %[[R:.*]] = onnx.Reshape %arg0
  // CHECK: return %[[R]]
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %middle = onnx.Constant dense<1> : tensor<1xi64>
  %shape = onnx.Shape %mask : (tensor<?x?xi1>) -> tensor<2xi64>
  %batch = onnx.Gather %shape, %zero : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %sequence = onnx.Gather %shape, %one : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %0 = onnx.Range %zero, %batch, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %1 = onnx.Range %zero, %sequence, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %2 = onnx.Unsqueeze %0, %middle : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %3 = onnx.Unsqueeze %1, %axis : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %4 = onnx.Expand %2, %shape : (tensor<?x1xi64>, tensor<2xi64>) -> tensor<?x?xi64>
  %5 = onnx.Expand %3, %shape : (tensor<1x?xi64>, tensor<2xi64>) -> tensor<?x?xi64>
  %6 = onnx.Unsqueeze %4, %last : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?x?x1xi64>
  %7 = onnx.Unsqueeze %5, %last : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?x?x1xi64>
  %8 = onnx.Concat %6, %7 {axis = -1 : i64} : (tensor<?x?x1xi64>, tensor<?x?x1xi64>) -> tensor<?x?x2xi64>
  %9 = onnx.GatherND %mask, %8 : (tensor<?x?xi1>, tensor<?x?x2xi64>) -> tensor<?x?xi1>
  return %9 : tensor<?x?xi1>
}

// Every second element.
// CHECK-LABEL: func.func @strided
func.func @strided(%x: tensor<8xf32>) -> tensor<?xf32> {
  // CHECK: onnx.Gather
  %zero = onnx.Constant dense<0> : tensor<i64>
  %two = onnx.Constant dense<2> : tensor<i64>
  %limit = onnx.Constant dense<8> : tensor<i64>
  %0 = onnx.Range %zero, %limit, %two : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %1 = onnx.Gather %x, %0 : (tensor<8xf32>, tensor<?xi64>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}

// What is always true does not make the mask vary by query.
// CHECK-LABEL: func.func @mask
func.func @mask(%q: tensor<2x6x8xf32>, %keys: tensor<2x1x1x6xi1>) -> tensor<2x6x8xf32> {
  // CHECK: %[[M:.*]] = onnx.Where %arg1, %{{.*}} -> tensor<2x1x1x6xf32>
  // CHECK: onnx.Attention %arg0, %arg0, %arg0, %[[M]]
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %limit = onnx.Constant dense<6> : tensor<i64>
  %axes = onnx.Constant dense<[0, 1, 3]> : tensor<3xi64>
  %keep = onnx.Constant dense<0.0> : tensor<f32>
  %drop = onnx.Constant dense<-1.0e38> : tensor<f32>
  %0 = onnx.Range %zero, %limit, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<6xi64>
  %1 = onnx.Unsqueeze %0, %axes : (tensor<6xi64>, tensor<3xi64>) -> tensor<1x1x6x1xi64>
  %2 = onnx.GreaterOrEqual %1, %zero : (tensor<1x1x6x1xi64>, tensor<i64>) -> tensor<1x1x6x1xi1>
  %3 = onnx.And %2, %keys : (tensor<1x1x6x1xi1>, tensor<2x1x1x6xi1>) -> tensor<2x1x6x6xi1>
  %4 = onnx.Where %3, %keep, %drop : (tensor<2x1x6x6xi1>, tensor<f32>, tensor<f32>) -> tensor<2x1x6x6xf32>
  %5 = onnx.Attention %q, %q, %q, %4 {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<2x6x8xf32>, tensor<2x6x8xf32>, tensor<2x6x8xf32>, tensor<2x1x6x6xf32>) -> tensor<2x6x8xf32>
  return %5 : tensor<2x6x8xf32>
}

// A causal mask varies.
// CHECK-LABEL: func.func @causal
func.func @causal(%q: tensor<2x6x8xf32>) -> tensor<2x6x8xf32> {
  // CHECK: %[[M:.*]] = onnx.GreaterOrEqual
  // CHECK: onnx.Attention %arg0, %arg0, %arg0, %[[M]]
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %limit = onnx.Constant dense<6> : tensor<i64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.Range %zero, %limit, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<6xi64>
  %1 = onnx.Unsqueeze %0, %axis : (tensor<6xi64>, tensor<1xi64>) -> tensor<6x1xi64>
  %2 = onnx.GreaterOrEqual %1, %0 : (tensor<6x1xi64>, tensor<6xi64>) -> tensor<6x6xi1>
  %3 = onnx.Attention %q, %q, %q, %2 {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<2x6x8xf32>, tensor<2x6x8xf32>, tensor<2x6x8xf32>, tensor<6x6xi1>) -> tensor<2x6x8xf32>
  return %3 : tensor<2x6x8xf32>
}

// One size for all keys would be padded, not broadcast.
// CHECK-LABEL: func.func @no_keys
func.func @no_keys(%q: tensor<2x6x8xf32>, %m: tensor<2x1x6x1xf32>) -> tensor<2x6x8xf32> {
  // CHECK: onnx.Expand
  %shape = onnx.Constant dense<[2, 1, 6, 6]> : tensor<4xi64>
  %0 = onnx.Expand %m, %shape : (tensor<2x1x6x1xf32>, tensor<4xi64>) -> tensor<2x1x6x6xf32>
  %1 = onnx.Attention %q, %q, %q, %0 {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<2x6x8xf32>, tensor<2x6x8xf32>, tensor<2x6x8xf32>, tensor<2x1x6x6xf32>) -> tensor<2x6x8xf32>
  return %1 : tensor<2x6x8xf32>
}
