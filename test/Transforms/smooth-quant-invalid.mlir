// RUN: quant-opt %s --quantc-smooth-quant="recipe=w8a8-smoothquant" --split-input-file --verify-diagnostics

// expected-error @+1 {{recipe 'w8a8-smoothquant' smooths 1 activations by what calibration saw of them; pass --calib TABLE, made by quantc calibrate, or choose a recipe without smoothquant, such as w8a8-dynamic}}
func.func @no_table(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[2.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

// Without anything to smooth no table is needed.
func.func @nothing(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = onnx.Relu %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
