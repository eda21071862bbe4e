//===- QuantCodecInterface.td - What a code means --------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_QNN_IR_QUANTCODECINTERFACE
#define QUANTC_DIALECT_QNN_IR_QUANTCODECINTERFACE

include "mlir/IR/OpBase.td"

def QNN_QuantCodecInterface : AttrInterface<"QuantCodecInterface"> {
  let description = [{
    The meaning of a code: how a real number (already divided by its scale)
    becomes a code and back, and how codes are stored.
  }];
  let cppNamespace = "::quantc::qnn";
  let methods = [
    InterfaceMethod<"Number of bits of one code.",
      "unsigned", "getCodeWidth">,
    InterfaceMethod<"Number of values one code stands for (8 for a lattice).",
      "unsigned", "getVectorLength">,
    InterfaceMethod<"Element type of a tensor of codes.",
      "::mlir::Type", "getStorageType">,
    InterfaceMethod<"Whether codes may carry a zero point.",
      "bool", "hasZeroPoint">,
    InterfaceMethod<"Smallest and largest integer code.",
      "std::pair<int64_t, int64_t>", "getCodeRange">,
    InterfaceMethod<[{
        Code of `x`, a value already divided by its scale: ties to even,
        infinities saturate, NaN gives the lowest code.
      }],
      "int64_t", "encode", (ins "double":$x, "int64_t":$zeroPoint)>,
    InterfaceMethod<"The value of `code`, to be multiplied by the scale.",
      "double", "decode", (ins "int64_t":$code, "int64_t":$zeroPoint)>,
    InterfaceMethod<[{
        Stores `codes` densely, the first code in the lowest bits; a last partial
        byte is filled with zero bits.
      }],
      "void", "pack",
      (ins "::llvm::ArrayRef<int64_t>":$codes,
           "::llvm::SmallVectorImpl<uint8_t> &":$bytes)>,
    InterfaceMethod<"Reads `count` codes back from what `pack` wrote.",
      "void", "unpack",
      (ins "::llvm::ArrayRef<uint8_t>":$bytes, "size_t":$count,
           "::llvm::SmallVectorImpl<int64_t> &":$codes)>,
    InterfaceMethod<[{
        Emits the encoding of `x` (f32 or a vector of it, already divided) as
        codes of the storage width, signless.
      }],
      "::mlir::Value", "emitEncode",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$x, "::mlir::Value":$zeroPoint)>,
    InterfaceMethod<[{
        Emits the decoding of `codes` (signless, storage width, or a vector of
        it) to f32, to be multiplied by the scale.
      }],
      "::mlir::Value", "emitDecode",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$codes, "::mlir::Value":$zeroPoint)>,
  ];
}

#endif // QUANTC_DIALECT_QNN_IR_QUANTCODECINTERFACE
