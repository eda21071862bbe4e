// RUN: quant-opt %s --quantc-smooth-quant="recipe=%S/Inputs/smooth.yaml calibration=%S/Inputs/smooth.calib" --split-input-file --verify-diagnostics

func.func @argument(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x1xf32> {
  // expected-remark @-1 {{tensor 'x' is divided by its factors in a Mul: it is an argument of the model}}
  %w = onnx.Constant dense<[[2.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

func.func @no_channels(%x: tensor<?x3xf32> {onnx.name = "x"}) -> tensor<?x1xf32> {
  // expected-remark @-1 {{tensor 'x' is not smoothed: calibration kept no statistics of its channels}}
  %w = onnx.Constant dense<[[2.0], [2.0], [2.0]]> : tensor<3x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x3xf32>, tensor<3x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

func.func @unknown(%x: tensor<?x2xf32> {onnx.name = "y"}) -> tensor<?x1xf32> {
  // expected-error @-1 {{has no tensor 'y'; calibrate this model with recipe}}
  %w = onnx.Constant dense<[[2.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}
