//===- FoldCodeScales.cpp - Scales that meet codes ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The integer half of quantc-fold-scales. Integer constants of an epilogue merge
// exactly (i32 wraps and is associative), factors with one rounding less.
//
//===----------------------------------------------------------------------===//

#include "ConstantEvaluation.h"
#include "FoldScales.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::qnn;

//===----------------------------------------------------------------------===//
// Chained requantize
//===----------------------------------------------------------------------===//

namespace {
/// One scale and zero point for a whole tensor, known when compiled.
struct TensorCodes {
  double scale;
  int64_t zeroPoint;
  std::pair<int64_t, int64_t> range;

  double lowest() const { return double(range.first - zeroPoint) * scale; }
  double highest() const { return double(range.second - zeroPoint) * scale; }
};
} // namespace

template <typename OpTy> static std::optional<TensorCodes> getCodes(OpTy op) {
  if (!llvm::all_of(op.getBlock(), [](int64_t b) { return b == -1; }))
    return std::nullopt;
  std::optional<ConstantData> scale = ConstantData::get(op.getScale()), zero;
  if (!scale || scale->getNumElements() != 1)
    return std::nullopt;
  if (op.getZeroPoint() && !(zero = ConstantData::get(op.getZeroPoint())))
    return std::nullopt;
  return TensorCodes{scale->getDouble(0), zero ? zero->getInt(0) : 0,
                     op.getCodec().getCodeRange()};
}

/// quantize(dequantize(quantize(dequantize(q)))): the middle pair only rounds once
/// more, unless it saturates.
static bool foldRequantize(QuantizeOp last, FoldedScales &folded,
                           std::string &reason) {
  auto outer = last.getX().getDefiningOp<DequantizeOp>();
  auto middle = outer ? outer.getCodes().getDefiningOp<QuantizeOp>()
                      : QuantizeOp();
  auto first = middle ? middle.getX().getDefiningOp<DequantizeOp>()
                      : DequantizeOp();
  if (!first)
    return false;
  auto given = getCodes(first), written = getCodes(middle),
       read = getCodes(outer);
  if (!given || !written || !read || written->scale != read->scale ||
      written->zeroPoint != read->zeroPoint || !isa<RankedTensorType>(last.getX().getType())) {
    reason = "the requantize before it has scales of its own per channel, or "
             "decodes differently";
    return false;
  }
  if (given->lowest() < written->lowest() ||
      given->highest() > written->highest()) {
    reason = "the requantize before it saturates";
    return false;
  }
  last.getXMutable().assign(first.getX());
  ++folded.requantized;
  return true;
}

//===----------------------------------------------------------------------===//
// Constants in epilogues
//===----------------------------------------------------------------------===//

/// The operand of `op` whose element is `argument`; none for what a product
/// computes.
static OpOperand *getOperand(Operation *op, BlockArgument argument) {
  unsigned first = isa<AveragePoolOp>(op) ? 2 : 1; // argument of the first extra
  unsigned extra = isa<AveragePoolOp>(op) ? 1 : 2; // its operand
  if (argument.getArgNumber() < first)
    return nullptr;
  return &op->getOpOperand(argument.getArgNumber() - first + extra);
}

/// The numbers an element of the epilogue of `op` takes, if known: a constant, or
/// an element of a constant.
static std::optional<ConstantData> getKnown(Operation *op, Value element) {
  if (auto argument = dyn_cast<BlockArgument>(element)) {
    OpOperand *operand = getOperand(op, argument);
    return operand ? ConstantData::get(operand->get()) : std::nullopt;
  }
  auto constant = element.getDefiningOp<arith::ConstantOp>();
  if (!constant)
    return std::nullopt;
  auto type = RankedTensorType::get({}, element.getType());
  return ConstantData::get(
      DenseElementsAttr::get(type, Attribute(constant.getValue())));
}

/// a op b by element, where shapes are equal or one is a single number; in f32, or
/// in i32 with wrapping.
template <typename T>
static std::optional<Attribute> combine(const ConstantData &a,
                                        const ConstantData &b,
                                        function_ref<T(T, T)> op) {
  int64_t countA = a.getNumElements(), countB = b.getNumElements();
  if (countA != 1 && countB != 1 &&
      a.getType().getShape() != b.getType().getShape())
    return std::nullopt;
  const ConstantData &larger = countA >= countB ? a : b;
  std::vector<T> values;
  for (int64_t i = 0; i < larger.getNumElements(); ++i)
    values.push_back(op(a.as<T>()[countA == 1 ? 0 : i],
                        b.as<T>()[countB == 1 ? 0 : i]));
  return makeConstant<T>(larger.getType(), values);
}

/// Adds `value` to the operands of `op`; its element in the epilogue.
static Value addExtra(Operation *op, Location loc, Attribute value,
                      Type element) {
  OpBuilder builder(op);
  Value constant = createConstant(builder, loc, value);
  op->insertOperands(op->getNumOperands(), constant);
  return op->getRegion(0).front().addArgument(element, loc);
}

/// Drops arguments that nobody reads any more, with their operands.
static void dropUnused(Operation *op) {
  Block &body = op->getRegion(0).front();
  for (unsigned i = body.getNumArguments(); i-- > 0;) {
    OpOperand *operand = getOperand(op, body.getArgument(i));
    if (!operand || !body.getArgument(i).use_empty())
      continue;
    unsigned number = operand->getOperandNumber();
    body.eraseArgument(i);
    op->eraseOperand(number);
  }
}

/// Splits `inner` into a value and a constant, which stands on the right if the
/// operation is a subtraction.
static std::pair<Value, Value> split(Operation *product, Operation *inner) {
  Value a = inner->getOperand(0), b = inner->getOperand(1);
  if (getKnown(product, b))
    return {a, b};
  if (!isa<arith::SubIOp>(inner) && getKnown(product, a))
    return {b, a};
  return {};
}

/// (v op1 a) op2 b with constants a and b: one operation on v.
static bool mergeConstants(Operation *product, Operation *second) {
  auto [middle, b] = split(product, second);
  Operation *first = middle && middle.hasOneUse() ? middle.getDefiningOp()
                                                  : nullptr;
  bool isFactor = isa<arith::MulFOp>(second);
  if (!first || (isFactor ? !isa<arith::MulFOp>(first)
                          : !isa<arith::AddIOp, arith::SubIOp>(first)))
    return false;
  auto [value, a] = split(product, first);
  if (!value || getKnown(product, value))
    return false;
  ConstantData left = *getKnown(product, a), right = *getKnown(product, b);
  std::optional<Attribute> merged;
  if (isFactor) {
    merged = combine<float>(left, right, [](float x, float y) { return x * y; });
  } else if (second->getResult(0).getType().isInteger(32)) {
    bool plusA = isa<arith::AddIOp>(first), plusB = isa<arith::AddIOp>(second);
    merged = combine<uint32_t>(left, right, [=](uint32_t x, uint32_t y) {
      return (plusA ? x : 0u - x) + (plusB ? y : 0u - y);
    });
  }
  if (!merged)
    return false;
  Location loc = second->getLoc();
  Value constant =
      addExtra(product, loc, *merged, second->getResult(0).getType());
  OpBuilder builder(second);
  Value result =
      isFactor ? arith::MulFOp::create(builder, loc, value, constant).getResult()
               : arith::AddIOp::create(builder, loc, value, constant);
  second->getResult(0).replaceAllUsesWith(result);
  second->erase();
  first->erase();
  return true;
}

/// Integer products only: of a float product, docs/Numerics.md fixes every step.
static bool foldEpilogue(Operation *op, FoldedScales &folded) {
  Block &body = op->getRegion(0).front();
  if (!body.getArgument(0).getType().isInteger(32))
    return false;
  for (Operation &inner : body)
    if (isa<arith::MulFOp, arith::AddIOp, arith::SubIOp>(inner) &&
        mergeConstants(op, &inner)) {
      dropUnused(op);
      ++folded.epilogues;
      return true;
    }
  return false;
}

bool quantc::foldCodeScale(Operation *op, FoldedScales &folded,
                           std::string &reason) {
  if (auto quantize = dyn_cast<QuantizeOp>(op)) {
    if (hasConstantOperands(op) && succeeded(replaceByConstants(op))) {
      ++folded.constants;
      return true;
    }
    return foldRequantize(quantize, folded, reason);
  }
  return isa<MatMulOp, ConvOp, AveragePoolOp>(op) && foldEpilogue(op, folded);
}
