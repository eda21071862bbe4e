// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @if_count(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{C1: both branches must yield 1 values, found 2}}
  %0 = onnx.If %c {
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield %x, %x : tensor<4xf32>, tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return
}

// -----

func.func @if_type(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{C2: yields 'tensor<4xf32>' for a result of 'tensor<4xi8>'}}
  %0 = onnx.If %c {
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield %x : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xi8>
  return
}

// -----

func.func @loop_arguments(%n: tensor<i64>, %x: tensor<4xf32>) {
  // expected-error @+1 {{C1: the body must take the round, the condition and 1 carried values, found 2 arguments}}
  %0 = onnx.Loop %n, none, %x {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.Yield %c, %x : tensor<i1>, tensor<4xf32>
  } : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @loop_carried(%n: tensor<i64>, %x: tensor<4xf32>) {
  // expected-error @+1 {{C1: a carried value of type 'tensor<4xf32>' is taken as 'tensor<4xi8>'}}
  %0 = onnx.Loop %n, none, %x {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %y: tensor<4xi8>):
    onnx.Yield %c, %x : tensor<i1>, tensor<4xf32>
  } : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @loop_results(%n: tensor<i64>, %x: tensor<4xf32>) {
  // expected-error @+1 {{C2: the body must yield the condition and the 1 results, found 1 values}}
  %0 = onnx.Loop %n, none, %x {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %y: tensor<4xf32>):
    onnx.Yield %c : tensor<i1>
  } : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @loop_result_type(%n: tensor<i64>, %x: tensor<4xf32>, %z: tensor<4xi8>) {
  // expected-error @+1 {{C3: yields 'tensor<4xi8>' for a result of 'tensor<4xf32>'}}
  %0 = onnx.Loop %n, none, %x {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %y: tensor<4xf32>):
    onnx.Yield %c, %z : tensor<i1>, tensor<4xi8>
  } : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32>
  return
}
