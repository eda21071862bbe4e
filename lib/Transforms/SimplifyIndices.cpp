//===- SimplifyIndices.cpp - Gathers in order, masks that do not vary -----===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// PyTorch builds an attention mask by gathering every element of the model's
// mask, in order, and by comparing positions with zero. The first is a Reshape;
// without the second the mask is the same for all queries, and [batch, 1, 1,
// keys] broadcasts where [batch, 1, queries, keys] had to be made.
//
//===----------------------------------------------------------------------===//

#include "IndexAnalysis.h"
#include "Match.h"
#include "ShapeOperands.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/DimMath.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_SIMPLIFYINDICES
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
/// Makes what broadcasts to a value, without dimensions along which it is all
/// the same.
class MaskShrinker {
public:
  MaskShrinker(ShapeEnv &env, IndexAnalysis &indices)
      : env(env), indices(indices) {}
  /// `value` itself where nothing is gained.
  Value shrink(Value value);

private:
  Value compute(Value value);
  /// `op` on other operands, its result as large as they are.
  Value rebuild(Operation *op, ArrayRef<Value> operands);

  /// Masks are made in a few steps; the stack is not endless.
  static constexpr unsigned maxDepth = 16;
  unsigned depth = 0;
  ShapeEnv &env;
  IndexAnalysis &indices;
  DenseMap<Value, Value> known;
};

struct SimplifyIndices : quantc::impl::SimplifyIndicesBase<SimplifyIndices> {
  void runOnOperation() override;

private:
  /// Replaces a gather of everything in order by a Reshape.
  void simplifyGather(Operation *op, ShapeEnv &env, IndexAnalysis &indices);
};
} // namespace

Value MaskShrinker::shrink(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  if (depth == maxDepth)
    return value;
  ++depth;
  Value result = compute(value);
  --depth;
  known[value] = result;
  return result;
}

Value MaskShrinker::rebuild(Operation *op, ArrayRef<Value> operands) {
  if (llvm::equal(op->getOperands(), operands))
    return op->getResult(0);
  OpBuilder builder(op);
  Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  Value result = copy->getResult(0);
  Type element = getElementTypeOrSelf(result.getType());
  result.setType(UnrankedTensorType::get(element));
  const Dims *shape = nullptr;
  if (succeeded(cast<ShapeInferenceOpInterface>(copy).inferShapes(env)))
    shape = env.getShape(result);
  if (!shape) {
    copy->erase();
    return op->getResult(0);
  }
  result.setType(ShapeEnv::getType(*shape, element));
  return result;
}

Value MaskShrinker::compute(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto both = dyn_cast_if_present<onnx::AndOp>(op)) {
    if (indices.isTrue(both.getA()))
      return shrink(both.getB());
    if (indices.isTrue(both.getB()))
      return shrink(both.getA());
    return rebuild(op, {shrink(both.getA()), shrink(both.getB())});
  }
  // Whoever reads it broadcasts it again.
  if (auto expand = dyn_cast_if_present<onnx::ExpandOp>(op))
    return shrink(expand.getInput());
  if (auto where = dyn_cast_if_present<onnx::WhereOp>(op)) {
    bool areScalars =
        match::getScalar(where.getX()) && match::getScalar(where.getY());
    return areScalars ? rebuild(op, {shrink(where.getCondition()), where.getX(),
                                     where.getY()})
                      : value;
  }
  if (isa_and_present<onnx::CastOp, onnx::NotOp>(op))
    return rebuild(op, {shrink(op->getOperand(0))});
  return value;
}

/// The index into the first dimensions of the data, all of them counted as one,
/// and how many they are.
static std::optional<LinearIndex> getFlatIndex(Operation *op, ShapeEnv &env,
                                               IndexAnalysis &indices,
                                               size_t &count, Dims &shape) {
  const Dims *indexShape = env.getShape(op->getOperand(1));
  if (!indexShape)
    return std::nullopt;
  if (auto gather = dyn_cast<onnx::GatherOp>(op)) {
    count = 1;
    shape = *indexShape;
    return gather.getAxis() == 0 ? indices.get(gather.getIndices())
                                 : std::nullopt;
  }
  auto gather = cast<onnx::GatherNDOp>(op);
  auto concat = gather.getIndices().getDefiningOp<onnx::ConcatOp>();
  const Dims *data = env.getShape(gather.getData());
  int64_t axis = concat ? concat.getAxis() : 0;
  int64_t last = int64_t(indexShape->size()) - 1;
  if (!concat || !data || gather.getBatchDims() != 0 ||
      (axis != -1 && axis != last) || concat.getNumOperands() > data->size())
    return std::nullopt;
  count = concat.getNumOperands();
  shape.assign(indexShape->begin(), indexShape->end() - 1);
  std::optional<LinearIndex> sum =
      LinearIndex{Dims(last + 1, env.constant(0)), env.constant(0)};
  Dim stride = env.constant(1);
  for (size_t i = count; i-- > 0; stride = dims::mul(stride, (*data)[i])) {
    Value part = concat.getInputs()[i];
    std::optional<LinearIndex> index = indices.get(part);
    const Dims *partShape = env.getShape(part);
    if (!sum || !stride || !index || !partShape ||
        ShapeEnv::getConstant(partShape->back()) != 1)
      return std::nullopt;
    sum = indices.add(*sum, *index, stride, *partShape);
  }
  if (sum)
    sum->steps.pop_back();
  return sum;
}

void SimplifyIndices::simplifyGather(Operation *op, ShapeEnv &env,
                                     IndexAnalysis &indices) {
  size_t count = 0;
  Dims indexShape;
  std::optional<LinearIndex> index =
      getFlatIndex(op, env, indices, count, indexShape);
  const Dims *data = env.getShape(op->getOperand(0));
  if (!index || !data ||
      !indices.countsTo(*index, indexShape,
                        env.product(ArrayRef(*data).take_front(count))))
    return;
  Value root = getReshapeRoot(op->getOperand(0));
  const Dims *from = env.getShape(root);
  const Dims *to = env.getShape(op->getResult(0));
  auto shape = from && to ? describeReshape(*from, *to) : std::nullopt;
  if (!shape)
    return;
  OpBuilder builder(op);
  Location loc = op->getLoc();
  Value reshaped = onnx::ReshapeOp::create(
      builder, loc, op->getResult(0).getType(), root,
      createInts(builder, loc, *shape), builder.getI64IntegerAttr(0));
  env.setShape(reshaped, *to);
  op->getResult(0).replaceAllUsesWith(reshaped);
  ++numGathers;
}

/// Attention pads a mask that is too short along the keys, it does not broadcast.
static bool haveSameKeys(Value mask, Value shrunk, ShapeEnv &env) {
  const Dims *a = env.getShape(mask), *b = env.getShape(shrunk);
  return a && b && !b->empty() && a->back() == b->back();
}

void SimplifyIndices::runOnOperation() {
  ShapeEnv env(&getContext());
  if (failed(env.analyze(getOperation())))
    return signalPassFailure();
  IndexAnalysis indices(env);
  MaskShrinker shrinker(env, indices);
  getOperation().walk([&](Operation *op) {
    if (isa<onnx::GatherOp, onnx::GatherNDOp>(op))
      simplifyGather(op, env, indices);
    auto attention = dyn_cast<onnx::AttentionOp>(op);
    Value mask = attention ? attention.getAttnMask() : Value();
    Value shrunk = mask ? shrinker.shrink(mask) : Value();
    if (shrunk == mask || !haveSameKeys(mask, shrunk, env))
      return;
    attention.getAttnMaskMutable().assign(shrunk);
    ++numMasks;
  });
}
