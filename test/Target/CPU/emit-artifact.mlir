// RUN: rm -rf %t && mkdir -p %t/d.so
// RUN: quant-opt %s --quantc-cpu=isas=scalar --quantc-emit-artifact=path=%t/m.o -o /dev/null
// RUN: quant-opt %s --quantc-cpu="isas=scalar symbol=quantc_other" --quantc-emit-artifact=path=%t/other.a -o /dev/null
// RUN: llvm-nm %t/m.o | FileCheck %s --check-prefix=OBJECT
// RUN: llvm-nm %t/other.a | FileCheck %s --check-prefix=ARCHIVE
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/other.h
// RUN: not quant-opt %s --quantc-cpu=isas=scalar --quantc-emit-artifact=path=%t/no/m.so 2>&1 | FileCheck %s --check-prefix=FOLDER
// RUN: not quant-opt %s --quantc-cpu=isas=scalar --quantc-emit-artifact=path=%t/d.so 2>&1 | FileCheck %s --check-prefix=DIRECTORY
// RUN: not quant-opt %s --quantc-emit-artifact=path=%t/x.so 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: ls -A %t | FileCheck %s --check-prefix=FILES

// OBJECT: T quantc_model_create
// OBJECT: T quantc_model_descriptor
// ARCHIVE: T quantc_other_descriptor
// ARCHIVE: quantc_other_weights
// ARCHIVE: T quantc_model_create
// HEADER: input x?: f32 [2]
// HEADER: const quantc_descriptor *quantc_other_descriptor(void);
// FOLDER: error: {{.*}}no/m.so: No such file or directory
// DIRECTORY: error: {{.*}}d.so: Is a directory
// EARLY: error: not the result of quantc-cpu
// FILES: d.so
// FILES-NEXT: m.h
// FILES-NEXT: m.o
// FILES-NEXT: other.a
// FILES-NEXT: other.h
// FILES-NOT: {{.}}
func.func @main(%x: tensor<2xf32> {onnx.name = "x*"}) -> (tensor<2xf32> {onnx.name = "y"}) {
  %c = onnx.Constant dense<1.0> : tensor<2xf32>
  %0 = qnn.map %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: f32, %b: f32):
    %1 = arith.addf %a, %b : f32
    qnn.yield %1 : f32
  }
  return %0 : tensor<2xf32>
}
