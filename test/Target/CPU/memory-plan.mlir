// RUN: quant-opt %s --quantc-outline-kernels --convert-kernels-to-llvm=isas=scalar --convert-main-to-llvm=symbol=m | FileCheck %s

// Three intermediates of 64 bytes: the first and the third share a slot. Each slot
// is 64 bytes longer than what it holds. A view extends the life of its buffer.

// CHECK-LABEL: llvm.func internal @m_shapes(
// CHECK-SAME: %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[BYTES:.*]]: !llvm.ptr)
// CHECK: %[[SIZE:.*]] = llvm.mlir.constant(256 : i64)
// CHECK: llvm.store %[[SIZE]], %[[BYTES]]

// CHECK-LABEL: llvm.func internal @m_run(
// CHECK-SAME: %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[WORKSPACE:.*]]: !llvm.ptr)
// CHECK: %[[BUFFERS:.*]] = llvm.alloca %{{.*}} x !llvm.ptr
// CHECK: llvm.store %[[WORKSPACE]], %[[RESULT:.*]] {alignment
// CHECK: llvm.call @quantc_launch
// CHECK: llvm.store %[[WORKSPACE]], %[[BUFFERS]]
// CHECK: %[[SECOND:.*]] = llvm.getelementptr %[[WORKSPACE]][128]
// CHECK: llvm.store %[[SECOND]], %[[RESULT]] {alignment
// CHECK: llvm.call @quantc_launch
// CHECK: llvm.store %[[SECOND]], %[[BUFFERS]]
// CHECK: llvm.store %[[WORKSPACE]], %[[RESULT]]
// CHECK: llvm.call @quantc_launch
func.func @main(%x: tensor<16xf32>) -> tensor<16xf32> {
  %0 = qnn.map %x : (tensor<16xf32>) -> tensor<16xf32> {
  ^bb0(%a: f32):
    %r = arith.negf %a : f32
    qnn.yield %r : f32
  }
  %1 = onnx.Identity %0 : (tensor<16xf32>) -> tensor<16xf32>
  %2 = qnn.map %1 : (tensor<16xf32>) -> tensor<16xf32> {
  ^bb0(%a: f32):
    %r = arith.negf %a : f32
    qnn.yield %r : f32
  }
  %3 = qnn.map %2 : (tensor<16xf32>) -> tensor<16xf32> {
  ^bb0(%a: f32):
    %r = arith.negf %a : f32
    qnn.yield %r : f32
  }
  %4 = qnn.map %3 : (tensor<16xf32>) -> tensor<16xf32> {
  ^bb0(%a: f32):
    %r = arith.negf %a : f32
    qnn.yield %r : f32
  }
  return %4 : tensor<16xf32>
}
