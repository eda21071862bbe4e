//===- Passes.td - Passes over onnx and qnn --------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_PASSES
#define QUANTC_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"
include "quantc/Transforms/FoldPasses.td"
include "quantc/Transforms/GraphPasses.td"
include "quantc/Transforms/QuantizePasses.td"
include "quantc/Transforms/RaisePasses.td"

def ExternalizeWeights
    : Pass<"quantc-externalize-weights", "::mlir::ModuleOp"> {
  let summary = "Write tensor data to a file beside the text";
  let description = [{
    **What**: writes the data of every `onnx.Constant` that is a resource (or is
    in another weights file already) to one file, each tensor aligned to 64
    bytes, and refers to it by `#onnx.file`.

    **Needs**: `file`, in the folder the text will be written to; an existing
    file is replaced when the new one is complete.

    **Leaves**: a module to be printed. It is read back with the weights
    directory set to that folder (quantc does that; quant-opt has the current
    one). Exact.

    **Example**:
    ```mlir
    %w = onnx.Constant dense_resource<w0> : tensor<32x32xf32>
    // becomes, with file=m.weights
    %w = onnx.Constant #onnx.file<"m.weights", 0, 4096> : tensor<32x32xf32>
    ```
  }];
  let options = [Option<"file", "file", "std::string", "",
                        "Path of the file to write">];
  let statistics = [Statistic<"numExternalized", "constants externalized",
                              "Constants whose data were written">];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

#endif // QUANTC_TRANSFORMS_PASSES
