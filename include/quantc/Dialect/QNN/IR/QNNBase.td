//===- QNNBase.td - The qnn dialect, its codecs ----------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A quantized value is two tensors, codes and scales. What a code means is a
// codec, an attribute with an interface: adding a number format is adding one.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_QNN_IR_QNNBASE
#define QUANTC_DIALECT_QNN_IR_QNNBASE

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "quantc/Dialect/QNN/IR/QuantCodecInterface.td"

def QNN_Dialect : Dialect {
  let name = "qnn";
  let cppNamespace = "::quantc::qnn";
  let summary = "Quantized tensors and the operations that compute on codes";
  let description = [{
    Codes and scales are separate SSA tensors; `block` says how many codes share
    a scale in each dimension (-1: all of it). Compute operations end in an
    epilogue region of scalar `arith`, `math` and `qnn` operations.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

class QNN_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<QNN_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def QNN_IntCodecAttr : QNN_Attr<"IntCodec", "int", [
    DeclareAttrInterfaceMethods<QNN_QuantCodecInterface>]> {
  let summary = "Integer codes with an optional zero point";
  let description = [{
    `#qnn.int<8, unsigned>`: value = (code - zero point) * scale, code =
    saturate(round_half_even(value / scale) + zero point). Width 2 to 16 bits.
  }];
  let parameters = (ins "unsigned":$width, "bool":$isSigned);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def QNN_Codec : Attr<
    CPred<"::llvm::isa<::quantc::qnn::QuantCodecInterface>($_self)">,
    "codec attribute"> {
  let storageType = "::quantc::qnn::QuantCodecInterface";
  let returnType = "::quantc::qnn::QuantCodecInterface";
  let convertFromStorage = "$_self";
}

#endif // QUANTC_DIALECT_QNN_IR_QNNBASE
