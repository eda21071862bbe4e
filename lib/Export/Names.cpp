//===- Names.cpp - Names of values and nodes ------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Names.h"

#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Quantization/TensorNames.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::exporting;
using namespace quantc::onnx;

std::string Names::makeValue(StringRef wish) {
  std::string name = wish.str();
  for (unsigned number = 1; !used.insert(name).second; ++number)
    name = (wish + "_" + Twine(number)).str();
  return name;
}

std::string Names::makeNode(StringRef wish) {
  bool isShared = interface.contains(wish) && !usedByNodes.contains(wish);
  std::string name = isShared ? wish.str() : makeValue(wish);
  usedByNodes.insert(name);
  return name;
}

static std::string getWish(Location loc, Operation *op) {
  StringRef name = getNodeName(loc);
  return (name.empty() ? op->getName().stripDialect() : name).str();
}

/// In the order of first use, which is the order the importer finds them in.
void Names::nameConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (constant && !values.contains(value))
    values[value] = makeValue(getWish(constant.getLoc(), constant));
}

void Names::nameOperation(Operation *op) {
  for (Value operand : op->getOperands())
    nameConstant(operand);
  if (isa<ConstantOp>(op) || op->hasTrait<OpTrait::IsTerminator>())
    return;
  std::string name = makeNode(getWish(op->getLoc(), op));
  nodes[op] = name;
  for (OpResult result : op->getResults()) {
    unsigned index = result.getResultNumber();
    if (values.contains(result))
      continue;
    if (index == 0 && !interface.contains(name))
      values[result] = name;
    else
      values[result] =
          makeValue(index ? name + "." + std::to_string(index) : name);
  }
  for (Region &region : op->getRegions())
    for (BlockArgument argument : region.getArguments()) {
      StringRef name = getNodeName(argument.getLoc());
      values[argument] = makeValue(name.empty() ? "x" : name);
    }
}

Names::Names(func::FuncOp function) {
  auto getName = [](StringAttr attr, StringRef otherwise, unsigned index) {
    return attr && !attr.getValue().empty()
               ? attr.str()
               : (otherwise + Twine(index)).str();
  };
  for (BlockArgument argument : function.getArguments()) {
    unsigned index = argument.getArgNumber();
    inputs.push_back(makeValue(
        getName(function.getArgAttrOfType<StringAttr>(index, "onnx.name"),
                "input", index)));
    values[argument] = inputs.back();
    interface.insert(inputs.back());
  }
  Operation *returned = function.getBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(returned->getOperands())) {
    outputs.push_back(makeValue(
        getName(function.getResultAttrOfType<StringAttr>(index, "onnx.name"),
                "output", index)));
    interface.insert(outputs.back());
    Operation *producer = value.getDefiningOp();
    inPlace.push_back(producer && !isa<ConstantOp>(producer) &&
                      !values.contains(value));
    if (inPlace.back())
      values[value] = outputs.back();
  }
  function.getBody().walk<WalkOrder::PreOrder>(
      [&](Operation *op) { nameOperation(op); });
}

StringRef Names::get(Value value) const {
  auto it = values.find(value);
  assert(it != values.end() && "a value of another function");
  return it->second;
}

StringRef Names::get(Operation *op) const {
  auto it = nodes.find(op);
  assert(it != nodes.end() && "an operation of another function");
  return it->second;
}
