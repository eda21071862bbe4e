//===- InferShapes.cpp - Result types from shape functions ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Types are only ever refined: a static size stays, an unknown one may become
// static. Element types are not touched. An If whose condition is a constant or
// follows from sizes ("is this dimension 1?", as exporters write Squeeze) gives
// way to the branch taken, and with it the rank of all that follows is known.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_INFERSHAPES
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Whether a user fixes the type of `value`: a call has its callee's types.
static bool hasFixedType(Value value) {
  return llvm::any_of(value.getUsers(),
                      [](Operation *user) { return isa<func::CallOp>(user); });
}

/// Gives `value` the type that `env` knows; true if it is a better one.
static bool refine(Value value, ShapeEnv &env) {
  auto type = dyn_cast<TensorType>(value.getType());
  const Dims *shape = type ? env.getShape(value) : nullptr;
  if (!shape || hasFixedType(value))
    return false;
  TensorType refined = refineType(type, *shape);
  if (refined == type)
    return false;
  value.setType(refined);
  return true;
}

/// Names of the symbols of `env`: ONNX's, or s0, s1, ...
static std::string getName(const ShapeEnv &env, AffineExpr symbol) {
  unsigned position = cast<AffineSymbolExpr>(symbol).getPosition();
  const std::string &name = env.getSymbols()[position].name;
  return name.empty() ? "s" + std::to_string(position) : name;
}

static void print(const ShapeEnv &env, Dim dim, raw_ostream &stream) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(dim);
  if (isa<AffineSymbolExpr>(dim)) {
    stream << getName(env, dim);
  } else if (!binary) {
    stream << dim;
  } else {
    StringRef names[] = {"+", "*", "mod", "floordiv", "ceildiv"};
    stream << '(';
    print(env, binary.getLHS(), stream);
    stream << ' ' << names[unsigned(dim.getKind())] << ' ';
    print(env, binary.getRHS(), stream);
    stream << ')';
  }
}

static void emitShape(ShapeEnv &env, OpResult result) {
  const Dims *shape = env.getShape(result);
  if (!shape)
    return;
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleaveComma(*shape, stream,
                        [&](Dim dim) { print(env, dim, stream); });
  result.getOwner()->emitRemark("shape of result ")
      << result.getResultNumber() << ": [" << text << "]";
}

/// Puts the branch of every If that is decided in its place; how many there were.
static unsigned inlineTakenBranches(ShapeEnv &env, func::FuncOp function) {
  SmallVector<std::pair<onnx::IfOp, Region *>> decided;
  function.walk<WalkOrder::PreOrder>([&](onnx::IfOp op) {
    Region *taken = getTakenBranch(env, op);
    if (taken)
      decided.emplace_back(op, taken);
    // What is inside moves or goes; the next round looks again.
    return taken ? WalkResult::skip() : WalkResult::advance();
  });
  for (auto [op, taken] : decided) {
    Operation *yield = taken->front().getTerminator();
    op.getOperation()->replaceAllUsesWith(yield->getOperands());
    yield->erase();
    Block *block = op->getBlock();
    block->getOperations().splice(op->getIterator(),
                                  taken->front().getOperations());
    op.erase();
  }
  return decided.size();
}

namespace {
struct InferShapes : quantc::impl::InferShapesBase<InferShapes> {
  using InferShapesBase::InferShapesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    // An inlined branch may decide further ones.
    std::optional<ShapeEnv> env;
    unsigned inlined = 0;
    do {
      env.emplace(&getContext());
      if (failed(env->analyze(function)))
        return signalPassFailure();
      inlined = inlineTakenBranches(*env, function);
      numInlined += inlined;
    } while (inlined);
    updateTypes(*env, function);
    // Callers of a private function rely on its type.
    if (!function.isExternal() && function.isPublic())
      updateResultTypes(function);
  }

  void updateTypes(ShapeEnv &env, func::FuncOp function) {
    function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      // Other operations may tie their types to something else.
      if (!isa<ShapeInferenceOpInterface>(op))
        return;
      for (OpResult result : op->getResults()) {
        numRefined += refine(result, env);
        if (remarks)
          emitShape(env, result);
      }
      for (Region &region : op->getRegions())
        for (Value argument : region.getArguments())
          refine(argument, env);
    });
  }

  void updateResultTypes(func::FuncOp function) {
    Operation *terminator = function.getBody().back().getTerminator();
    function.setFunctionType(
        FunctionType::get(&getContext(), function.getArgumentTypes(),
                          terminator->getOperandTypes()));
  }
};
} // namespace
