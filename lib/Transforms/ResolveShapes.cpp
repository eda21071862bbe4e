//===- ResolveShapes.cpp - Shape arithmetic to constants ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Exporters compute shapes with tensor operations: Shape, Gather, Unsqueeze,
// Concat, Reshape. The symbolic analysis follows those integers; what it knows
// is written down, as constants where all elements are known and as Reshape's 0
// and -1 where dimensions are copied or left over. The arithmetic is then dead.
//
//===----------------------------------------------------------------------===//

#include "ShapeOperands.h"
#include "mlir/IR/PatternMatch.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RESOLVESHAPES
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct ResolveShapes : quantc::impl::ResolveShapesBase<ResolveShapes> {
  void runOnOperation() override;

private:
  void resolve(Operation *op, ShapeEnv &env);
  /// Results whose elements are known become constants.
  void resolveContents(Value value, ShapeEnv &env);
  void resolveReshape(onnx::ReshapeOp op, ShapeEnv &env);
  void resolveExpand(onnx::ExpandOp op, ShapeEnv &env);
  void resolveSqueeze(onnx::SqueezeOp op, ShapeEnv &env);
  /// Whether `op` only hands on its first operand, all of it, in its shape.
  bool isIdentity(Operation *op, ShapeEnv &env);
};
} // namespace

void ResolveShapes::resolveContents(Value value, ShapeEnv &env) {
  const Dims *contents = env.getContents(value);
  const Dims *shape = env.getShape(value);
  if (!contents || !shape)
    return;
  SmallVector<int64_t> elements;
  for (Dim element : *contents) {
    std::optional<int64_t> number = ShapeEnv::getConstant(element);
    if (!number)
      return;
    elements.push_back(*number);
  }
  Type element = getElementTypeOrSelf(value.getType());
  auto type = ShapeEnv::getType(*shape, element);
  if (!type.hasStaticShape() ||
      type.getNumElements() != int64_t(elements.size()))
    return;
  unsigned bytes = getElementBytes(element);
  SmallVector<char> data;
  for (int64_t number : elements) {
    const char *raw = reinterpret_cast<const char *>(&number);
    data.append(raw, raw + bytes); // little-endian
  }
  OpBuilder builder(value.getDefiningOp());
  Value constant =
      createConstant(builder, value.getLoc(), makeConstant(type, data));
  env.setShape(constant, *shape);
  value.replaceAllUsesWith(constant);
  ++numContents;
}

void ResolveShapes::resolveReshape(onnx::ReshapeOp op, ShapeEnv &env) {
  const Dims *to = env.getShape(op.getReshaped());
  if (!to)
    return;
  // [batch * sequence] does not say how to part it, [batch, sequence] does.
  Value root = getReshapeRoot(op.getData());
  std::optional<SmallVector<int64_t>> shape;
  for (Value data : {root, Value(op.getData())}) {
    const Dims *from = env.getShape(data);
    if (shape || !from)
      continue;
    shape = describeReshape(*from, *to);
    if (shape)
      op.getDataMutable().assign(data);
  }
  if (!shape)
    return;
  bool keepsZeros = llvm::is_contained(*shape, 0) &&
                    llvm::all_of(*to, ShapeEnv::getConstant);
  std::optional<ConstantData> old = ConstantData::get(op.getShape());
  if (old && old->getInts() == *shape &&
      (!llvm::is_contained(*shape, 0) || bool(op.getAllowzero()) == keepsZeros))
    return;
  OpBuilder builder(op);
  op.getShapeMutable().assign(createInts(builder, op.getLoc(), *shape));
  op.setAllowzero(keepsZeros);
  ++numReshapes;
}

void ResolveShapes::resolveExpand(onnx::ExpandOp op, ShapeEnv &env) {
  const Dims *from = env.getShape(op.getInput());
  const Dims *to = env.getShape(op.getOutput());
  if (!from || !to || ConstantData::get(op.getShape()))
    return;
  SmallVector<int64_t> shape;
  int64_t offset = int64_t(to->size()) - int64_t(from->size());
  for (auto [i, dim] : llvm::enumerate(*to)) {
    std::optional<int64_t> number = ShapeEnv::getConstant(dim);
    // Expand leaves a dimension alone where the shape says 1.
    if (int64_t(i) >= offset && (*from)[i - offset] == dim)
      shape.push_back(1);
    else if (number)
      shape.push_back(*number);
    else
      return;
  }
  OpBuilder builder(op);
  op.getShapeMutable().assign(createInts(builder, op.getLoc(), shape));
  ++numReshapes;
}

void ResolveShapes::resolveSqueeze(onnx::SqueezeOp op, ShapeEnv &env) {
  const Dims *from = env.getShape(op.getData());
  if (op.getAxes() || !from)
    return;
  SmallVector<int64_t> axes;
  for (auto [i, dim] : llvm::enumerate(*from)) {
    std::optional<int64_t> number = ShapeEnv::getConstant(dim);
    if (!number)
      return; // may turn out to be 1
    if (*number == 1)
      axes.push_back(i);
  }
  OpBuilder builder(op);
  op.getAxesMutable().assign(createInts(builder, op.getLoc(), axes));
}

/// Whether all steps of a slice are 1.
static bool hasUnitSteps(onnx::SliceOp op) {
  if (!op.getSteps())
    return true;
  std::optional<ConstantData> steps = ConstantData::get(op.getSteps());
  return steps && llvm::all_of(steps->getInts(),
                               [](int64_t step) { return step == 1; });
}

bool ResolveShapes::isIdentity(Operation *op, ShapeEnv &env) {
  bool onlyMoves = TypeSwitch<Operation *, bool>(op)
                       .Case<onnx::ReshapeOp, onnx::ExpandOp, onnx::TileOp,
                             onnx::FlattenOp, onnx::IdentityOp>(
                           [](Operation *) { return true; })
                       .Case([](onnx::SliceOp slice) {
                         return hasUnitSteps(slice);
                       })
                       .Case([](onnx::ConcatOp concat) {
                         return concat.getNumOperands() == 1;
                       })
                       .Default(false);
  if (!onlyMoves)
    return false;
  const Dims *from = env.getShape(op->getOperand(0));
  const Dims *to = env.getShape(op->getResult(0));
  return from && to && *from == *to;
}

void ResolveShapes::resolve(Operation *op, ShapeEnv &env) {
  for (Value result : op->getResults())
    if (!result.use_empty())
      resolveContents(result, env);
  if (op->use_empty())
    return;
  if (isIdentity(op, env)) {
    // The types may still differ in what they say of the shape.
    if (op->getOperand(0).getType() == op->getResult(0).getType()) {
      op->getResult(0).replaceAllUsesWith(op->getOperand(0));
      ++numIdentities;
    }
    return;
  }
  if (auto reshape = dyn_cast<onnx::ReshapeOp>(op))
    resolveReshape(reshape, env);
  if (auto expand = dyn_cast<onnx::ExpandOp>(op))
    resolveExpand(expand, env);
  if (auto squeeze = dyn_cast<onnx::SqueezeOp>(op))
    resolveSqueeze(squeeze, env);
}

void ResolveShapes::runOnOperation() {
  ShapeEnv env(&getContext());
  if (failed(env.analyze(getOperation())))
    return signalPassFailure();
  SmallVector<Operation *> ops;
  // Bodies after the operation they belong to.
  getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa_and_present<onnx::ONNXDialect>(op->getDialect()) &&
        !isa<onnx::ConstantOp>(op))
      ops.push_back(op);
  });
  for (Operation *op : ops)
    resolve(op, env);
  // Users come after what they use, and are erased first.
  for (Operation *op : llvm::reverse(ops)) {
    if (isOpTriviallyDead(op)) {
      op->erase();
      ++numErased;
    }
  }
}
