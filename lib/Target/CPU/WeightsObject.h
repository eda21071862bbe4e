//===- WeightsObject.h - Constants as an object file -------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_WEIGHTSOBJECT_H
#define QUANTC_LIB_TARGET_CPU_WEIGHTSOBJECT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"

namespace quantc {

/// Writes a relocatable ELF file that defines `symbol` (hidden, constant, 64-byte
/// aligned): the data of `constants` one after the other, each padded to 64.
void writeWeightsObject(llvm::raw_ostream &stream, const llvm::Triple &triple,
                        llvm::StringRef symbol,
                        llvm::ArrayRef<mlir::Attribute> constants);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_WEIGHTSOBJECT_H
