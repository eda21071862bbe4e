// RUN: split-file %s %t
// RUN: not quant-opt %t/model.mlir --quantc-quantize="recipe=w8a8" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not quant-opt %t/model.mlir --quantc-quantize="recipe=w8a8s" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not quant-opt %t/model.mlir --quantc-insert-observers="recipe=w8a8s" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not quant-opt %t/model.mlir --quantc-quantize="recipe=%t/typo.yaml" 2>&1 | FileCheck %s --check-prefix=TYPO
// RUN: not quant-opt %t/model.mlir --quantc-quantize="recipe=w8a8 calibration=%t/none" 2>&1 | FileCheck %s --check-prefix=NOFILE
// RUN: not quant-opt %t/model.mlir --quantc-quantize="recipe=w8a8 calibration=%S/Inputs/images.calib" 2>&1 | FileCheck %s --check-prefix=TENSOR
// RUN: not quant-opt %t/known.mlir --quantc-quantize="recipe=w8a8 calibration=%S/Inputs/nan.calib" 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not quant-opt %t/known.mlir --quantc-quantize="recipe=w8a8 calibration=%S/Inputs/model.calib" 2>&1 | FileCheck %s --check-prefix=MODEL
// RUN: quant-opt %t/known.mlir --quantc-quantize="recipe=w8a8 calibration=%S/Inputs/zero.calib" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not quant-opt %t/weight.mlir --quantc-quantize="recipe=w8a8-dynamic" 2>&1 | FileCheck %s --check-prefix=WEIGHT
// RUN: quant-opt %t/model.mlir --quantc-quantize="recipe=%t/unmatched.yaml" 2>&1 | FileCheck %s --check-prefix=RULE

// MISSING: error: recipe 'w8a8' fixes activation ranges beforehand (1 tensors here); pass --calib TABLE
// NAME: error: recipe 'w8a8s' is neither a shipped recipe nor a readable file ({{.*}}); did you mean 'w8a8'?
// TYPO: typo.yaml:2:11: unknown key 'wieghts'; did you mean 'weights'?
// NOFILE: error: cannot read calibration table
// TENSOR: error: {{.*}}the calibration table '{{.*}}' has no tensor 'fc1'; calibrate this model with recipe 'w8a8'
// NAN: error: tensor 'x' had 1 NaN or infinite values during calibration
// MODEL: error: the calibration table was made for model sha256:aa, this is sha256:bb; calibrate again
// ZERO: remark: tensor 'x' was zero throughout calibration; its scale is set to 1
// WEIGHT: error: {{.*}}weight 'kernel': the weight has a NaN or infinite value, the first at element 1
// RULE: warning: rule 1 of recipe '{{.*}}' (op '*', name 'fc2') matches no operation; the nearest name is 'fc1'

//--- model.mlir
func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
  %0 = onnx.Tanh %x : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("fc1")
  %1 = onnx.MatMul %0, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}
//--- known.mlir
module attributes {onnx.sha256 = "bb"} {
  func.func @main(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x2xf32> {
    %w = onnx.Constant dense<[[2.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>
    %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    return %0 : tensor<?x2xf32>
  }
}
//--- weight.mlir
func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[2.0, 0x7F800000], [0.5, 0.5]]> : tensor<2x2xf32> loc("kernel")
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
//--- typo.yaml
schema: 1
default: {wieghts: none}
//--- unmatched.yaml
schema: 1
default: {weights: {codec: int8}, activations: {granularity: token}}
rules:
  - {match: {name: fc2}, weights: none}
