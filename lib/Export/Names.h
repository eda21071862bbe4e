//===- Names.h - Names of values and nodes -----------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX refers to values by name. Inputs and outputs keep theirs; every other value
// is called after its node or, a constant, after itself. All names are different,
// so that exporting what was imported from an export, which keeps node and
// constant names, gives the same file; only a node may be called like an input or
// output of the model.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EXPORT_NAMES_H
#define QUANTC_LIB_EXPORT_NAMES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace quantc::exporting {

class Names {
public:
  explicit Names(mlir::func::FuncOp function);

  llvm::StringRef get(mlir::Value value) const;
  llvm::StringRef get(mlir::Operation *op) const;
  llvm::StringRef getInput(unsigned index) const { return inputs[index]; }
  llvm::StringRef getOutput(unsigned index) const { return outputs[index]; }
  /// Whether the function's result `index` is its operand under its own name,
  /// so that no Identity is needed.
  bool isNamedInPlace(unsigned index) const { return inPlace[index]; }
  /// A name that no value and no node has so far.
  std::string makeValue(llvm::StringRef wish);
  std::string makeNode(llvm::StringRef wish);

private:
  void nameOperation(mlir::Operation *op);
  void nameConstant(mlir::Value value);

  llvm::DenseMap<mlir::Value, std::string> values;
  llvm::DenseMap<mlir::Operation *, std::string> nodes;
  llvm::SmallVector<std::string> inputs, outputs;
  llvm::SmallVector<bool> inPlace;
  llvm::StringSet<> used, usedByNodes, interface;
};

} // namespace quantc::exporting

#endif // QUANTC_LIB_EXPORT_NAMES_H
