// RUN: quant-opt %s --verify-diagnostics --quantc-quantize="recipe=%S/Inputs/rules.yaml" | FileCheck %s

// Rules of Inputs/rules.yaml choose by node name.
// CHECK: %[[W:.*]] = onnx.Constant dense<{{.*}}> : tensor<2x2xf32>
// CHECK: onnx.MatMul %arg0, %[[W]] :
// CHECK: %[[D:.*]] = qnn.dequantize
// CHECK: onnx.MatMul %arg0, %[[D]] :
func.func @rules(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  // expected-remark @unknown {{MatMul stays in float: the recipe keeps its weights in float}}
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("lm_head/MatMul")
  // expected-remark @unknown {{MatMul stays in float: the recipe keeps its activations in float}}
  %1 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("pooler")
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}
