//===- ONNXAttrs.td - Attributes of the onnx dialect -----*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_ONNXATTRS
#define QUANTC_DIALECT_ONNX_IR_ONNXATTRS

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "quantc/Dialect/ONNX/IR/ONNXBase.td"

def ONNX_FileAttr : AttrDef<ONNX_Dialect, "File", [TypedAttrInterface]> {
  let mnemonic = "file";
  let summary = "Tensor data in a file beside the text";
  let description = [{
    The elements of a constant are `bytes` bytes at `offset` of the file `path`,
    laid out as `ConstantData` describes (Constants.h). The file lies in the
    weights directory of the dialect (`ONNXDialect::setWeightsDirectory`; tools
    set it to the directory of the text) and is mapped when it is first read.

    * C1: `path` is a plain file name, so a text cannot name files elsewhere.
    * C2: the type is a ranked tensor of static shape.
    * C3: `bytes` is what the type takes.
    * C4: `offset` is a multiple of the element's size, and `offset + bytes` does
      not overflow.

    Example:
    ```mlir
    %w = onnx.Constant #onnx.file<"m.weights", 64, 4096> : tensor<32x32xf32>
    ```
  }];
  let parameters = (ins
    StringRefParameter<"file name">:$path,
    "uint64_t":$offset,
    "uint64_t":$bytes,
    AttributeSelfTypeParameter<"">:$type);
  let assemblyFormat = "`<` $path `,` $offset `,` $bytes `>`";
  let genVerifyDecl = 1;
}

#endif // QUANTC_DIALECT_ONNX_IR_ONNXATTRS
