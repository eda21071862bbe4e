// RUN: quant-opt %s --quantc-fold-constants --verify-diagnostics | FileCheck %s
// RUN: quant-opt %s --pass-pipeline='builtin.module(func.func(quantc-fold-constants{max-bytes=64}))' 2>&1 | FileCheck %s --check-prefix=SMALL

// A few bytes ask for 400 MB.
// CHECK-LABEL: func.func @bomb
func.func @bomb() -> tensor<10000x10000xf32> {
  // CHECK: onnx.ConstantOfShape
  %shape = onnx.Constant dense<10000> : tensor<2xi64>
  // expected-remark @below {{is constant but not folded: it has a result above max-bytes}}
  %0 = onnx.ConstantOfShape %shape : (tensor<2xi64>) -> tensor<10000x10000xf32>
  return %0 : tensor<10000x10000xf32>
}

// CHECK-LABEL: func.func @growth
func.func @growth() -> tensor<100000xf32> {
  // CHECK: onnx.Expand
  %x = onnx.Constant dense<1.0> : tensor<1xf32>
  %shape = onnx.Constant dense<100000> : tensor<1xi64>
  // expected-remark @below {{has a result more than four times as large as its operands}}
  %0 = onnx.Expand %x, %shape : (tensor<1xf32>, tensor<1xi64>) -> tensor<100000xf32>
  return %0 : tensor<100000xf32>
}

// SMALL: it has a result above max-bytes
// SMALL-LABEL: func.func @option
// SMALL: onnx.Neg
func.func @option() -> tensor<4x8xf32> {
  %x = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %0 = onnx.Neg %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
