//===- MainFunction.cpp - How the CPU target reads @main ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "MainFunction.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

/// Elements of the largest tensor that main computes by itself.
static constexpr size_t maxShapeElements = 64;

bool quantc::isView(Operation *op) {
  return isa<onnx::ReshapeOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
             onnx::FlattenOp, onnx::IdentityOp>(op);
}

Value quantc::getBufferValue(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isView(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

InputDims::InputDims(func::FuncOp main, ShapeEnv &env) : env(env) {
  unsigned numDims = 0;
  for (BlockArgument argument : main.getArguments()) {
    const Dims *dims = env.getShape(argument);
    if (!dims)
      continue;
    for (Dim dim : *dims) {
      unsigned at = numDims++;
      auto symbol = dyn_cast<AffineSymbolExpr>(dim);
      if (!symbol)
        continue;
      if (!positions.try_emplace(symbol.getPosition(), at).second)
        repeats.push_back({at, dim});
    }
  }
}

std::optional<unsigned> InputDims::getPosition(unsigned symbol) const {
  auto it = positions.find(symbol);
  if (it == positions.end())
    return std::nullopt;
  return it->second;
}

bool InputDims::isKnown(AffineExpr expr) const {
  bool known = true;
  expr.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      known &= positions.contains(symbol.getPosition());
  });
  return known;
}

bool InputDims::isKnown(const Dims *dims) const {
  return dims && llvm::all_of(*dims, [&](Dim dim) { return isKnown(dim); });
}

bool InputDims::isComputedFromShapes(Operation *op) const {
  if (op->getNumResults() == 0 || op->hasTrait<OpTrait::ConstantLike>())
    return false;
  return llvm::all_of(op->getResults(), [&](Value result) {
    const Dims *contents = env.getContents(result);
    return contents && contents->size() <= maxShapeElements &&
           isKnown(contents);
  });
}
