//===- TensorNames.cpp - Stable names of a model's values ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/TensorNames.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;

StringRef quantc::getNodeName(Location loc) {
  StringRef name;
  loc->walk([&](Location nested) {
    auto named = dyn_cast<NameLoc>(nested);
    if (!named)
      return WalkResult::advance();
    name = named.getName().getValue();
    return WalkResult::interrupt();
  });
  return name;
}

DenseMap<Value, std::string> quantc::getTensorNames(func::FuncOp function) {
  DenseMap<Value, std::string> names;
  llvm::StringMap<unsigned> uses; // every name given counts, numbered or not
  auto assign = [&](Value value, std::string name) {
    std::string unique = name;
    while (unsigned number = uses[unique]++)
      unique = name + "#" + std::to_string(number);
    names[value] = unique;
  };
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                      "onnx.name");
    assign(argument, name ? name.str()
                          : "arg" + std::to_string(argument.getArgNumber()));
  }
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    // Constants are made by the node they parametrize; codes and what they stand
    // for are the tensor again, so quantizing renames nothing.
    if (isa<onnx::ConstantOp, qnn::QuantizeOp, qnn::DynamicQuantizeOp,
            qnn::DequantizeOp>(op))
      return;
    std::string name = getNodeName(op->getLoc()).str();
    if (name.empty())
      name = op->getName().stripDialect().str();
    for (OpResult result : op->getResults()) {
      unsigned index = result.getResultNumber();
      assign(result, index ? name + ":" + std::to_string(index) : name);
    }
  });
  return names;
}
