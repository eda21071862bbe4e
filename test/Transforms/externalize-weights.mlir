// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: quant-opt %s --quantc-externalize-weights=file=m.weights -o m.mlir
// RUN: FileCheck %s < m.mlir
// Read back and written again, the file holds the same bytes.
// RUN: quant-opt m.mlir --quantc-externalize-weights=file=again.weights -o again.mlir
// RUN: cmp m.weights again.weights
// RUN: not quant-opt %s --quantc-externalize-weights 2>&1 | FileCheck %s --check-prefix=NOFILE
// RUN: not quant-opt %s --quantc-externalize-weights=file=absent/m.weights 2>&1 | FileCheck %s --check-prefix=NODIR
// RUN: rm m.weights && not quant-opt m.mlir --quantc-externalize-weights=file=x.weights 2>&1 | FileCheck %s --check-prefix=GONE

// NOFILE: error: quantc-externalize-weights needs file=<path>
// NODIR: error: weights file 'absent/m.weights': No such file or directory
// GONE: error: weights file './m.weights' cannot be opened: No such file or directory
// GONE: 'onnx.Constant' op has data that cannot be read

// CHECK-LABEL: func.func @weights
func.func @weights() -> (tensor<2xf32>, tensor<3xi8>, tensor<2xf32>) {
  // CHECK: onnx.Constant #onnx.file<"m.weights", 0, 8> : tensor<2xf32>
  %0 = onnx.Constant dense_resource<a> : tensor<2xf32>
  // CHECK: onnx.Constant #onnx.file<"m.weights", 64, 3> : tensor<3xi8>
  %1 = onnx.Constant dense_resource<b> : tensor<3xi8>
  // CHECK: onnx.Constant dense<1.000000e+00> : tensor<2xf32>
  %2 = onnx.Constant dense<1.0> : tensor<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<3xi8>, tensor<2xf32>
}

// CHECK-NOT: dialect_resources
{-#
  dialect_resources: {
    builtin: {
      a: "0x400000000000803F00000040",
      b: "0x40000000010203"
    }
  }
#-}
