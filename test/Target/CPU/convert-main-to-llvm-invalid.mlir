// RUN: quant-opt %s --convert-main-to-llvm --split-input-file --verify-diagnostics

// expected-error @below {{no @main with converted kernels; run convert-kernels-to-llvm}}
module {
  func.func @main() {
    return
  }
}

// -----

module attributes {quantc.isas = ["scalar"]} {
  func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
    // expected-error @below {{operation onnx.Relu is not outlined; run quantc-outline-kernels}}
    %0 = onnx.Relu %x : (tensor<2xf32>) -> tensor<2xf32>
    return %0 : tensor<2xf32>
  }
}
