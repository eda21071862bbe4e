// RUN: quant-opt %s --convert-kernels-to-llvm=isas=scalar,avx512vnni | FileCheck %s

// CHECK: module attributes {llvm.target_triple = "x86_64-unknown-linux-gnu", quantc.isas = ["avx512vnni", "scalar"]}

// The grid is compiled for the least ISA and loads what is dynamic.
// CHECK-LABEL: llvm.func internal @Identity_0.grid(
// CHECK-SAME: %[[SIZES:.*]]: !llvm.ptr, %[[OUT:.*]]: !llvm.ptr)
// CHECK-SAME: quantc.scratch_bytes = 0 : i64
// CHECK: %[[ADDRESS:.*]] = llvm.getelementptr inbounds %[[SIZES]][2]
// CHECK: %[[DIM:.*]] = llvm.load %[[ADDRESS]] invariant
// CHECK: llvm.mul %[[DIM]]
// CHECK: llvm.store %{{.*}}, %[[OUT]] {

// CHECK-LABEL: llvm.func internal @Identity_0.avx512vnni(
// CHECK-SAME: %[[BUFFERS:[^:]*]]: !llvm.ptr, %{{[^:]*}}: !llvm.ptr, %{{[^:]*}}: i64, %{{[^:]*}}: i64, %{{[^:]*}}: !llvm.ptr)
// CHECK-SAME: "prefer-vector-width", "512"
// CHECK-SAME: "+avx512vnni"
// CHECK: llvm.load %[[BUFFERS]] invariant
// CHECK: llvm.intr.memcpy

// CHECK-LABEL: llvm.func internal @Identity_0.scalar(
// CHECK-NOT: target_features
// CHECK: llvm.return

// The kernel itself stays for convert-main-to-llvm.
// CHECK: func.func private @Identity_0
func.func private @Identity_0(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {quantc.kernel} {
  %0 = onnx.Identity %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}
