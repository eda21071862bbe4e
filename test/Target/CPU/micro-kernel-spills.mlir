// Every accumulator of a tile stays in a register: the disassembly of the micro-
// kernels shows no vector on the stack, for any number of rows.
// REQUIRES: x86
// RUN: quant-opt %s --quantc-cpu=isas=avx512vnni,avx2 --quantc-emit-artifact=path=%t.o -o %t.mlir
// RUN: llvm-objdump -d --no-show-raw-insn %t.o | %python %S/Inputs/stack_vectors.py | FileCheck %s

// CHECK-NOT: stack
// CHECK-DAG: quantc.tile.avx512vnni.u8s8.8x48: ok
// CHECK-DAG: quantc.tile.avx512vnni.u8s8.1x48: ok
// CHECK-DAG: quantc.tile.avx512vnni.u8s8.6x64: ok
// CHECK-DAG: quantc.tile.avx512vnni.u8s8.12x32: ok
// CHECK-DAG: quantc.tile.avx512vnni.u8s8.16x16: ok
// CHECK-DAG: quantc.tile.avx512vnni.s8s8.8x48: ok
// CHECK-DAG: quantc.tile.avx512vnni.u8u8.8x48: ok
// CHECK-DAG: quantc.tile.avx512vnni.f32.8x48: ok
// CHECK-DAG: quantc.tile.avx512vnni.f32.6x64: ok
// CHECK-DAG: quantc.tile.avx2.u8s8.4x48: ok
// CHECK-DAG: quantc.tile.avx2.f32.6x48: ok
// CHECK-NOT: stack
func.func @main(%u: tensor<?x63xui8> {onnx.name = "u", onnx.dims = ["m", ""]}, %s: tensor<?x63xi8> {onnx.name = "s", onnx.dims = ["m", ""]}, %f: tensor<?x63xf32> {onnx.name = "f", onnx.dims = ["m", ""]})
    -> (tensor<?x16xi32> {onnx.name = "y0"},
        tensor<?x32xi32> {onnx.name = "y1"},
        tensor<?x96xi32> {onnx.name = "y2"},
        tensor<?x64xi32> {onnx.name = "y3"},
        tensor<?x16xi32> {onnx.name = "y4"},
        tensor<?x32xi32> {onnx.name = "y5"},
        tensor<?x96xi32> {onnx.name = "y6"},
        tensor<?x64xi32> {onnx.name = "y7"},
        tensor<?x16xf32> {onnx.name = "y8"},
        tensor<?x32xf32> {onnx.name = "y9"},
        tensor<?x96xf32> {onnx.name = "y10"},
        tensor<?x64xf32> {onnx.name = "y11"},
        tensor<?x96xi32> {onnx.name = "y12"}) {
  %w0 = onnx.Constant dense<1> : tensor<63x16xi8>
  %0 = qnn.matmul %u, %w0 : (tensor<?x63xui8>, tensor<63x16xi8>) -> tensor<?x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w1 = onnx.Constant dense<1> : tensor<63x32xi8>
  %1 = qnn.matmul %u, %w1 : (tensor<?x63xui8>, tensor<63x32xi8>) -> tensor<?x32xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w2 = onnx.Constant dense<1> : tensor<63x96xi8>
  %2 = qnn.matmul %u, %w2 : (tensor<?x63xui8>, tensor<63x96xi8>) -> tensor<?x96xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w3 = onnx.Constant dense<1> : tensor<63x64xi8>
  %3 = qnn.matmul %u, %w3 : (tensor<?x63xui8>, tensor<63x64xi8>) -> tensor<?x64xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w4 = onnx.Constant dense<1> : tensor<63x16xi8>
  %4 = qnn.matmul %s, %w4 : (tensor<?x63xi8>, tensor<63x16xi8>) -> tensor<?x16xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w5 = onnx.Constant dense<1> : tensor<63x32xi8>
  %5 = qnn.matmul %s, %w5 : (tensor<?x63xi8>, tensor<63x32xi8>) -> tensor<?x32xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w6 = onnx.Constant dense<1> : tensor<63x96xi8>
  %6 = qnn.matmul %s, %w6 : (tensor<?x63xi8>, tensor<63x96xi8>) -> tensor<?x96xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w7 = onnx.Constant dense<1> : tensor<63x64xi8>
  %7 = qnn.matmul %s, %w7 : (tensor<?x63xi8>, tensor<63x64xi8>) -> tensor<?x64xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  %w8 = onnx.Constant dense<1.0> : tensor<63x16xf32>
  %8 = qnn.matmul %f, %w8 : (tensor<?x63xf32>, tensor<63x16xf32>) -> tensor<?x16xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %w9 = onnx.Constant dense<1.0> : tensor<63x32xf32>
  %9 = qnn.matmul %f, %w9 : (tensor<?x63xf32>, tensor<63x32xf32>) -> tensor<?x32xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %w10 = onnx.Constant dense<1.0> : tensor<63x96xf32>
  %10 = qnn.matmul %f, %w10 : (tensor<?x63xf32>, tensor<63x96xf32>) -> tensor<?x96xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %w11 = onnx.Constant dense<1.0> : tensor<63x64xf32>
  %11 = qnn.matmul %f, %w11 : (tensor<?x63xf32>, tensor<63x64xf32>) -> tensor<?x64xf32> {
  ^bb0(%acc: f32):
    qnn.yield %acc : f32
  }
  %w12 = onnx.Constant dense<1> : tensor<63x96xui8>
  %12 = qnn.matmul %u, %w12 : (tensor<?x63xui8>, tensor<63x96xui8>) -> tensor<?x96xi32> {
  ^bb0(%acc: i32):
    qnn.yield %acc : i32
  }
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12
      : tensor<?x16xi32>, tensor<?x32xi32>, tensor<?x96xi32>, tensor<?x64xi32>, tensor<?x16xi32>, tensor<?x32xi32>, tensor<?x96xi32>, tensor<?x64xi32>, tensor<?x16xf32>, tensor<?x32xf32>, tensor<?x96xf32>, tensor<?x64xf32>, tensor<?x96xi32>
}
