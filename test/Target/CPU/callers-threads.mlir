// REQUIRES: x86
// RUN: rm -rf %t && mkdir %t
// RUN: quant-opt %s --quantc-cpu=isas=scalar,avx2,avx512vnni --quantc-emit-artifact=path=%t/m.a -o /dev/null
// RUN: clang -O1 -I%t -I%source/runtime/include %S/Inputs/callers_threads.c %t/m.a -lm -o %t/program
// RUN: %t/program | FileCheck %s

// CHECK: own threads: several pieces, equal
// CHECK-NEXT: own workspace: equal, end intact
// CHECK-NEXT: the workspace has {{[0-9]+}} bytes, these inputs need {{[0-9]+}}
func.func @main(%x: tensor<?xf32> {onnx.name = "x", onnx.dims = ["n"]}) -> tensor<?xf32> {
  %0 = qnn.map %x : (tensor<?xf32>) -> tensor<?xf32> {
  ^bb0(%a: f32):
    %half = arith.constant 0.5 : f32
    %1 = arith.mulf %a, %half : f32
    qnn.yield %1 : f32
  }
  %2 = qnn.map %0 : (tensor<?xf32>) -> tensor<?xf32> {
  ^bb0(%a: f32):
    %half = arith.constant 0.5 : f32
    %3 = arith.mulf %a, %half : f32
    qnn.yield %3 : f32
  }
  return %2 : tensor<?xf32>
}
