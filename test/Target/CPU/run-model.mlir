// REQUIRES: x86
// RUN: rm -rf %t && mkdir %t
// RUN: quant-opt %s --quantc-fold --quantc-cpu=isas=scalar,avx2,avx512vnni --quantc-emit-artifact=path=%t/m.so -o /dev/null
// RUN: env PYTHONPATH=%source/python %python %S/Inputs/run_model.py %t/m.so | FileCheck %s
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/m.h
// RUN: quant-opt %s --quantc-fold --quantc-cpu=isas=scalar,avx2,avx512vnni --quantc-emit-artifact=path=%t/n.so -o /dev/null
// RUN: sed -i s/n.so/m.so/ %t/n.so && cmp %t/m.so %t/n.so

// Every ISA, dynamic shapes, an intermediate that is also an output, a view, an
// input that is an output.

// CHECK: scalar: equal
// CHECK: inputs that do not fit: the model cannot run

// HEADER: input x: f32 [batch, seq, 8]
// HEADER: const quantc_descriptor *quantc_model_descriptor(void);
func.func @main(%x: tensor<?x?x8xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]},
                %m: tensor<?xf32> {onnx.name = "m", onnx.dims = ["other"]})
    -> (tensor<?x?x4xf32> {onnx.name = "y"}, tensor<?x?xf32> {onnx.name = "z"},
        tensor<?xf32> {onnx.name = "n"}, tensor<3xi64> {onnx.name = "s"}) {
  %w = onnx.Constant dense<[[1.0, 2.0, 3.0, -4.0], [1.0, 0.0, 3.0, 4.0],
                            [1.0, -2.0, 0.5, 4.0], [1.0, 2.0, 3.0, 4.0],
                            [1.0, 2.0, -3.0, 4.0], [1.0, 7.0, 0.0, 4.0],
                            [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 5.0]]> : tensor<8x4xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x?x8xf32>, tensor<8x4xf32>) -> tensor<?x?x4xf32>
  %1 = onnx.Relu %0 : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %shape = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  %2 = onnx.Reshape %1, %shape : (tensor<?x?x4xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  %3 = onnx.Neg %2 : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %4 = onnx.Add %3, %m : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %5 = onnx.Shape %1 : (tensor<?x?x4xf32>) -> tensor<3xi64>
  return %1, %4, %m, %5 : tensor<?x?x4xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<3xi64>
}
