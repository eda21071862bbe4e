// RUN: quant-opt %s -verify-diagnostics -split-input-file

func.func @dynamic() {
  // expected-error @+1 {{C1: 'tensor<?xf32>' is not a tensor of static shape}}
  %0 = "onnx.Constant"() <{value = dense_resource<w> : tensor<?xf32>}> : () -> tensor<?xf32>
  return
}

// -----

func.func @overflow() {
  // expected-error @+1 {{or is too large}}
  %0 = onnx.Constant dense<0.0> : tensor<4294967296x4294967296xf32>
  return
}

// -----

func.func @kind() {
  // expected-error @+1 {{C2: the value must be a dense, dense_resource or onnx.file attribute}}
  %0 = onnx.Constant sparse<[[0]], [1.0]> : tensor<2xf32>
  return
}

// -----

func.func @missing() {
  // expected-error @+1 {{C3: resource 'nope' has no data}}
  %0 = onnx.Constant dense_resource<nope> : tensor<2xf32>
  return
}

// -----

func.func @size() {
  // expected-error @+1 {{C3: resource 'small' has 4 bytes, its type takes 8}}
  %0 = onnx.Constant dense_resource<small> : tensor<2xf32>
  return
}

{-#
  dialect_resources: { builtin: { small: "0x4000000000000000" } }
#-}

// -----

func.func @splat() {
  // expected-error @+1 {{C4: a splat takes at most 2147483648 bytes, found 17179869184}}
  %0 = onnx.Constant dense<0.0> : tensor<65536x65536xf32>
  return
}

// -----

func.func @path() {
  // expected-error @+1 {{'../m.weights' is not a plain file name}}
  %0 = onnx.Constant #onnx.file<"../m.weights", 0, 8> : tensor<2xf32>
  return
}

// -----

func.func @file_type() {
  // expected-error @+1 {{expected a tensor type of static shape, found 'tensor<?xf32>'}}
  %0 = onnx.Constant #onnx.file<"m.weights", 0, 8> : tensor<?xf32>
  return
}

// -----

func.func @file_bytes() {
  // expected-error @+1 {{'tensor<2xf32>' takes 8 bytes, found 12}}
  %0 = onnx.Constant #onnx.file<"m.weights", 0, 12> : tensor<2xf32>
  return
}

// -----

func.func @file_offset() {
  // expected-error @+1 {{offset 2 is not a multiple of 4 or overflows}}
  %0 = onnx.Constant #onnx.file<"m.weights", 2, 8> : tensor<2xf32>
  return
}
