// RUN: quant-opt %s --quantc-correct-bias="recipe=%S/Inputs/equalize.yaml" --split-input-file --verify-diagnostics

// expected-error @+1 {{corrects biases by what calibration saw of the inputs; pass --calib TABLE, made by quantc calibrate, or choose a recipe without bias_correction}}
func.func @no_table(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %w = onnx.Constant dense<[[2.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}
