//===- Switched.cpp - A model whose operations are quantized at will ------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Switched.h"
#include "OpVariants.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;

namespace {
class Switcher {
public:
  Switcher(func::FuncOp floatMain, func::FuncOp quantizedMain)
      : floatMain(floatMain), quantizedMain(quantizedMain),
        matches(matchOps(floatMain, quantizedMain)),
        builder(floatMain.getContext()), loc(floatMain.getLoc()) {}
  OwningOpRef<ModuleOp> run();

private:
  void createMain();
  void replace(unsigned number);
  Value choose(unsigned number, Value quantized, Value original);

  func::FuncOp floatMain, quantizedMain;
  std::vector<MatchedOp> matches;
  OpBuilder builder;
  Location loc;
  /// Values of the float and of the quantized model in the new one.
  IRMapping floats, codes;
  DecodedWeights weights;
  Value choice;
};
} // namespace

/// The float model's function with one more argument, empty.
void Switcher::createMain() {
  SmallVector<Type> types(floatMain.getArgumentTypes());
  types.push_back(RankedTensorType::get({int64_t(matches.size())},
                                        builder.getF32Type()));
  auto main = func::FuncOp::create(
      builder, loc, "main",
      builder.getFunctionType(types, floatMain.getResultTypes()));
  Block *body = main.addEntryBlock();
  for (unsigned i = 0; i < floatMain.getNumArguments(); ++i) {
    main.setArgAttrs(i, floatMain.getArgAttrDict(i));
    // Both models read the same arguments.
    floats.map(floatMain.getArgument(i), body->getArgument(i));
    codes.map(quantizedMain.getArgument(i), body->getArgument(i));
  }
  for (unsigned i = 0; i < floatMain.getNumResults(); ++i)
    main.setResultAttrs(i, floatMain.getResultAttrDict(i));
  main.setArgAttr(floatMain.getNumArguments(), "onnx.name",
                  builder.getStringAttr(choiceName));
  choice = body->getArguments().back();
  builder.setInsertionPointToEnd(body);
}

Value Switcher::choose(unsigned number, Value quantized, Value original) {
  auto scalar = RankedTensorType::get({}, builder.getF32Type());
  auto index = RankedTensorType::get({}, builder.getI64Type());
  int64_t position = number;
  Value element = onnx::GatherOp::create(
      builder, loc, scalar, choice,
      createConstant(builder, loc,
                     makeConstant<int64_t>(index, ArrayRef(position))),
      /*axis=*/0);
  Value isQuantized = onnx::CastOp::create(
      builder, loc, RankedTensorType::get({}, builder.getI1Type()), element);
  return onnx::WhereOp::create(builder, loc, original.getType(), isQuantized,
                               quantized, original);
}

/// Makes readers of operation `number`, just copied, read the chosen form.
void Switcher::replace(unsigned number) {
  const MatchedOp &match = matches[number];
  Value original = floats.lookup(match.getFloatResult());
  Value quantized;
  if (match.isTable()) {
    quantized = copyDefinition(builder, codes, match.getQuantizedResult());
  } else {
    SmallVector<Value> inputs;
    for (Value operand : match.floatOp->getOperands())
      inputs.push_back(floats.lookup(operand));
    quantized = OpVariants(builder, match, inputs, codes, weights)
                    .makeQuantized();
  }
  floats.map(match.getFloatResult(), choose(number, quantized, original));
}

OwningOpRef<ModuleOp> Switcher::run() {
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  createMain();
  DenseMap<Operation *, SmallVector<unsigned, 1>> numbers;
  for (auto [i, match] : llvm::enumerate(matches))
    numbers[match.getFloatResult().getDefiningOp()].push_back(unsigned(i));
  for (Operation &op : floatMain.getBody().front()) {
    builder.clone(op, floats);
    for (unsigned number : numbers.lookup(&op))
      replace(number);
  }
  return module;
}

OwningOpRef<ModuleOp> quantc::makeSwitched(func::FuncOp floatMain,
                                           func::FuncOp quantizedMain) {
  return Switcher(floatMain, quantizedMain).run();
}
