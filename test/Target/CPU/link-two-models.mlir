// REQUIRES: x86
// RUN: rm -rf %t && mkdir %t
// RUN: quant-opt %s --quantc-cpu="isas=scalar symbol=first" --quantc-emit-artifact=path=%t/first.a -o /dev/null
// RUN: sed 's/dense<1.0>/dense<2.0>/' %s > %t/second.mlir
// RUN: quant-opt %t/second.mlir --quantc-cpu="isas=scalar symbol=second" --quantc-emit-artifact=path=%t/second.a -o /dev/null
// RUN: clang -I%t -I%source/runtime/include %S/Inputs/two_models.c %t/first.a %t/second.a -lm -o %t/two
// RUN: %t/two | FileCheck %s

// CHECK: first: 11 second: 12
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = onnx.Constant dense<1.0> : tensor<2xf32>
  %0 = qnn.map %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: f32, %b: f32):
    %1 = arith.addf %a, %b : f32
    qnn.yield %1 : f32
  }
  return %0 : tensor<2xf32>
}
