//===- ONNXBase.td - The onnx dialect --------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The dialect, the base class of its operations and the types they take.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_ONNXBASE
#define QUANTC_DIALECT_ONNX_IR_ONNXBASE

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "quantc/Dialect/ONNX/IR/ShapeInferenceOpInterface.td"

def ONNX_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::quantc::onnx";
  let summary = "The operators of ONNX inference models";
  let description = [{
    One version of each operator, the newest, under ONNX's own operand, result
    and attribute names. A model is a `func.func` whose arguments carry
    `onnx.name` (StrAttr) and `onnx.dims` (an array with one StrAttr per
    dimension, empty where the dimension has no name), and whose results carry
    `onnx.name`. Locations hold the ONNX node name. An omitted optional input is
    an absent operand.

    Element types: signed integers are signless (`i8`), unsigned ones are
    `ui8`, booleans are `i1`; floats are MLIR's own. Tensor data live in
    `onnx.Constant`: small values in `dense<>`, larger ones in
    `dense_resource<>`, whose blob may be a memory-mapped part of a file, or in
    text in `#onnx.file<>`.
  }];
  let hasConstantMaterializer = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
  let extraClassDeclaration = [{
    /// Where `#onnx.file` attributes find their files. Tools set it to the
    /// directory of the text they read, before reading it.
    void setWeightsDirectory(::llvm::StringRef directory);
    ::quantc::WeightFiles &getWeightFiles() { return *weightFiles; }

  private:
    std::shared_ptr<::quantc::WeightFiles> weightFiles;
  public:
  }];
}

def ONNX_Tensor : Type<
    CPred<"::llvm::isa<::mlir::TensorType>($_self)">, "tensor",
    "::mlir::TensorType">;

/// The operation's shape function accepts its operands, and the results' types
/// do not contradict it. The numbered constraints in descriptions are checked
/// there, so that inference and verification cannot disagree.
def ONNX_VerifiedShapes : NativeOpTrait<"VerifiedShapes"> {
  let cppNamespace = "::quantc";
}

/// Every operator is free of side effects and has a shape function.
class ONNX_Op<string mnemonic, list<Trait> traits = []>
    : Op<ONNX_Dialect, mnemonic,
         !listconcat(traits, [
           Pure, DeclareOpInterfaceMethods<ShapeInferenceOpInterface>,
           ONNX_VerifiedShapes])> {
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
}

/// An operator with several optional operands or results, given by name. An
/// absent one is written `none` unless nothing follows it:
///   onnx.Clip %x, none, %max : (tensor<4xf32>, none, tensor<f32>)
///                              -> tensor<4xf32>
class ONNX_SegmentedOp<string mnemonic, list<string> operandNames,
                       list<string> resultNames, list<Trait> traits>
    : ONNX_Op<mnemonic, traits> {
  let assemblyFormat =
      "custom<Operands>("
      # !interleave(!foreach(name, operandNames, "$" # name), ", ")
      # ") attr-dict `:` custom<OperandTypes>("
      # !interleave(!foreach(name, operandNames, "type($" # name # ")"), ", ")
      # ") `->` custom<ResultTypes>("
      # !interleave(!foreach(name, resultNames, "type($" # name # ")"), ", ")
      # ")";
}

#endif // QUANTC_DIALECT_ONNX_IR_ONNXBASE
