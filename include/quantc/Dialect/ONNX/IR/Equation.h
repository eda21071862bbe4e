//===- Equation.h - The equation of an Einsum --------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_EQUATION_H
#define QUANTC_DIALECT_ONNX_IR_EQUATION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace quantc {

/// An equation with a letter for every dimension; those of "..." are digits,
/// counted from the right end.
struct Equation {
  /// The result's letters, then the summed ones in order of appearance.
  std::string letters;
  size_t resultRank = 0;
  llvm::SmallVector<std::string> operands;
};

/// Reads `text` ("bij,bjk->bik", blanks ignored; without "->" the result has the
/// letters that occur once, in alphabetic order) for operands of `ranks`. Neither
/// number of operands nor ranks are checked.
Equation parseEquation(llvm::StringRef text, llvm::ArrayRef<size_t> ranks);

} // namespace quantc

#endif // QUANTC_DIALECT_ONNX_IR_EQUATION_H
