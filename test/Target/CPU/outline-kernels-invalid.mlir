// RUN: quant-opt %s --quantc-outline-kernels --split-input-file --verify-diagnostics

// Everything that cannot be compiled is reported in one run.
func.func @main(%x: tensor<8x8xf32>) -> (tensor<f32>, tensor<2x?xi64>) {
  // expected-error @below {{operator onnx.Det is not supported by the CPU target}}
  %0 = onnx.Det %x : (tensor<8x8xf32>) -> tensor<f32>
  // expected-error @below {{of a result of onnx.NonZero depends on data; the CPU target supports shapes that follow from the shapes of the inputs (--dim NAME=N fixes a named dimension of them)}}
  %1 = onnx.NonZero %x : (tensor<8x8xf32>) -> tensor<2x?xi64>
  return %0, %1 : tensor<f32>, tensor<2x?xi64>
}

// -----

// expected-error @below {{no function @main to compile}}
module {
}

// -----

// expected-error @below {{input 0 has type 'tensor<*xf32>'; the CPU target needs a known rank}}
func.func @main(%x: tensor<*xf32>) {
  return
}
