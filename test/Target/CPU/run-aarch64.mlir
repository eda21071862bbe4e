// REQUIRES: x86, aarch64-emulator
// RUN: rm -rf %t && mkdir %t
// RUN: quant-opt %s --quantc-fold --quantc-cpu=isas=scalar,avx2 --quantc-emit-artifact=path=%t/x64 -o /dev/null
// RUN: quant-opt %s --quantc-fold --quantc-cpu=isas=neon,dotprod --quantc-emit-artifact=path=%t/a64 -o /dev/null
// RUN: %python %S/Inputs/run_aarch64.py %t | FileCheck %s

// The same bits on x86-64 and AArch64: products, functions, row kernels.

// CHECK: neon: equal
// CHECK: dotprod: equal
func.func @main(%x: tensor<?x72xf32> {onnx.name = "x", onnx.dims = ["n", ""]},
                %w: tensor<72x40xf32> {onnx.name = "w", onnx.dims = ["", ""]},
                %s: tensor<40xf32> {onnx.name = "s", onnx.dims = [""]})
    -> (tensor<?x40xf32> {onnx.name = "y"}, tensor<?x40xf32> {onnx.name = "z"}) {
  %0 = onnx.MatMul %x, %w : (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>
  %1 = onnx.Gelu %0 : (tensor<?x40xf32>) -> tensor<?x40xf32>
  %2 = onnx.LayerNormalization %1, %s, %s {axis = -1 : i64} : (tensor<?x40xf32>, tensor<40xf32>, tensor<40xf32>) -> tensor<?x40xf32>
  %3 = onnx.Softmax %2 {axis = -1 : i64} : (tensor<?x40xf32>) -> tensor<?x40xf32>
  return %1, %3 : tensor<?x40xf32>, tensor<?x40xf32>
}
