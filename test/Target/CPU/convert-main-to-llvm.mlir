// RUN: quant-opt %s --convert-kernels-to-llvm=isas=scalar --convert-main-to-llvm=symbol=m | FileCheck %s

// The constant is weight data, the result goes to the caller's tensor, what lies
// between shares a slot of the workspace.

// CHECK: module attributes {
// CHECK-SAME: quantc.signature = ["input x: f32 [batch, 8]", "output y: f32 [batch, 8]"]
// CHECK-SAME: quantc.symbol = "m"
// CHECK-SAME: quantc.weights = [dense<1.000000e+00> : tensor<8xf32>]

// CHECK: llvm.mlir.global external hidden constant @m_weights() {{.*}}alignment = 64{{.*}} : !llvm.array<64 x i8>

// CHECK-LABEL: llvm.func internal @m_shapes(
// CHECK-SAME: %[[DIMS:.*]]: !llvm.ptr, %[[OUT:.*]]: !llvm.ptr, %[[BYTES:.*]]: !llvm.ptr) -> i32
// CHECK: %[[BATCH:.*]] = llvm.load %[[DIMS]]
// CHECK: llvm.store %[[BATCH]], %[[OUT]]
// CHECK: "llvm.intr.smul.with.overflow"(%[[BATCH]]
// CHECK: llvm.store %{{.*}}, %[[BYTES]]
// CHECK: %[[BAD:.*]] = llvm.icmp "slt" %[[BATCH]]
// CHECK: llvm.return %{{.*}} : i32

// CHECK-LABEL: llvm.func internal @m_run(
// CHECK-SAME: %[[CONTEXT:.*]]: !llvm.ptr, %[[TENSORS:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[WORKSPACE:.*]]: !llvm.ptr)
// CHECK: %[[WEIGHTS:.*]] = llvm.mlir.addressof @m_weights
// CHECK: %[[BUFFERS:.*]] = llvm.alloca %{{.*}} x !llvm.ptr
// CHECK: %[[X:.*]] = llvm.load %[[TENSORS]]
// CHECK: llvm.store %[[X]], %[[BUFFERS]]
// CHECK: llvm.store %[[WORKSPACE]], %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK: llvm.call @quantc_launch(%[[CONTEXT]], %[[K0:.*]], %[[BUFFERS]], %{{.*}})
// CHECK: llvm.store %[[WORKSPACE]], %[[BUFFERS]]
// CHECK: llvm.store %[[WEIGHTS]], %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK: llvm.call @quantc_launch(

// CHECK: llvm.mlir.global internal constant @m_tables()
// CHECK-LABEL: llvm.func @m_descriptor() -> !llvm.ptr
// CHECK: llvm.mlir.addressof @m_tables
// CHECK-NOT: func.func
func.func private @Identity_0(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {quantc.kernel} {
  %0 = onnx.Identity %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}
func.func private @map_0(%x: tensor<?x8xf32>, %c: tensor<8xf32>) -> tensor<?x8xf32> attributes {quantc.kernel} {
  %0 = qnn.map %x, %c : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    qnn.yield %s : f32
  }
  return %0 : tensor<?x8xf32>
}
func.func @main(%x: tensor<?x8xf32> {onnx.name = "x", onnx.dims = ["batch", ""]}) -> (tensor<?x8xf32> {onnx.name = "y"}) {
  %c = onnx.Constant dense<1.0> : tensor<8xf32>
  %0 = call @Identity_0(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = call @map_0(%0, %c) : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}
