//===- Switched.h - A model whose operations are quantized at will -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_ACCURACY_SWITCHED_H
#define QUANTC_LIB_ACCURACY_SWITCHED_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace quantc {

/// The name of the input that chooses.
inline constexpr llvm::StringLiteral choiceName = "quantc.choice";

/// The float model with one more input, `choiceName` (f32, one element per matched
/// operation, in the order of attributeError's): where an element is not 0, the
/// operation is the quantized one, on whatever its inputs are.
mlir::OwningOpRef<mlir::ModuleOp> makeSwitched(mlir::func::FuncOp floatMain,
                                               mlir::func::FuncOp quantizedMain);

} // namespace quantc

#endif // QUANTC_LIB_ACCURACY_SWITCHED_H
