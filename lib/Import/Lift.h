//===- Lift.h - Older operator versions to the newest ------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_LIFT_H
#define QUANTC_LIB_IMPORT_LIFT_H

#include "Node.h"

namespace quantc::import {

/// Rewrites a node to the newest version of its operator, or builds operations
/// that mean the same and sets `node.results`.
using Lift = mlir::LogicalResult (*)(NodeBuilder &builder, Node &node);

/// The lift of an operator ("" is ONNX's own domain); null if it needs none or
/// is not known.
Lift getLift(llvm::StringRef domain, llvm::StringRef type);

/// The lifts of one family of operators, by name.
struct NamedLift {
  llvm::StringLiteral type;
  Lift lift;
};
llvm::ArrayRef<NamedLift> getTensorLifts();
llvm::ArrayRef<NamedLift> getMathLifts();
llvm::ArrayRef<NamedLift> getNNLifts();
llvm::ArrayRef<NamedLift> getQuantizeLifts();
/// Operators of com.microsoft.
llvm::ArrayRef<NamedLift> getMicrosoftLifts();
llvm::ArrayRef<NamedLift> getQOperatorLifts();
mlir::LogicalResult liftMatMulNBits(NodeBuilder &builder, Node &node);

/// Turns the integers attribute `name`, if present, into input `index`.
void attributeToInput(NodeBuilder &builder, Node &node, llvm::StringRef name,
                      unsigned index);
/// An integer attribute's value, or `otherwise`.
int64_t takeInt(Node &node, llvm::StringRef name, int64_t otherwise);

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_LIFT_H
