//===- OpVariants.cpp - An operation on other operands --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "OpVariants.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Evaluator/Evaluator.h"

using namespace mlir;
using namespace quantc;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// What the evaluator gives for `dequantize` alone in a function.
static Attribute decode(qnn::DequantizeOp dequantize) {
  Location loc = dequantize.getLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  auto type = cast<RankedTensorType>(dequantize.getType());
  auto function = func::FuncOp::create(builder, loc, "main",
                                       builder.getFunctionType({}, {type}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  IRMapping mapping;
  for (Value operand : dequantize->getOperands())
    if (!mapping.contains(operand))
      builder.clone(*operand.getDefiningOp(), mapping);
  Operation *copy = builder.clone(*dequantize, mapping);
  func::ReturnOp::create(builder, loc, copy->getResults());
  FailureOr<std::vector<Tensor>> outputs = evaluate(function, {});
  if (failed(outputs))
    return nullptr;
  return makeConstant(type, outputs->front().bytes);
}

Value DecodedWeights::get(OpBuilder &builder, qnn::DequantizeOp dequantize) {
  auto [entry, isNew] = values.insert({dequantize, Attribute()});
  if (isNew)
    entry->second = decode(dequantize);
  return entry->second ? createConstant(builder, dequantize.getLoc(),
                                        entry->second)
                       : Value();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

OpVariants::OpVariants(OpBuilder &builder, const MatchedOp &match,
                       ArrayRef<Value> inputs, IRMapping &constants,
                       DecodedWeights &weights)
    : builder(builder), match(match), inputs(inputs), constants(constants),
      weights(weights) {}

Value quantc::copyDefinition(OpBuilder &builder, IRMapping &mapping,
                             Value value) {
  if (!mapping.contains(value)) {
    Operation *op = value.getDefiningOp();
    for (Value operand : op->getOperands())
      copyDefinition(builder, mapping, operand);
    builder.clone(*op, mapping);
  }
  return mapping.lookup(value);
}

Value OpVariants::quantizeInput(unsigned i) {
  Value x = inputs[i];
  qnn::DequantizeOp dequantize = match.getDequantize(i);
  if (match.operands[i] == OperandKind::Dynamic) {
    Operation *measure = dequantize.getCodes().getDefiningOp();
    IRMapping mapping;
    mapping.map(measure->getOperand(0), x);
    builder.clone(*measure, mapping);
    return builder.clone(*dequantize, mapping)->getResult(0);
  }
  if (match.operands[i] != OperandKind::Static)
    return x;
  Location loc = match.floatOp->getLoc();
  auto type = cast<RankedTensorType>(x.getType());
  Type codeType = getElementTypeOrSelf(dequantize.getCodes().getType());
  Value scale = copyDefinition(builder, constants, dequantize.getScale());
  Value zeroPoint = dequantize.getZeroPoint();
  if (zeroPoint)
    zeroPoint = copyDefinition(builder, constants, zeroPoint);
  Value codes = qnn::QuantizeOp::create(builder, loc, type.clone(codeType), x,
                                        scale, zeroPoint, dequantize.getCodec(),
                                        dequantize.getBlock());
  return qnn::DequantizeOp::create(builder, loc, type, codes, scale, zeroPoint,
                                   dequantize.getCodec(),
                                   dequantize.getBlock());
}

Value OpVariants::clipInput(unsigned i) {
  Value x = inputs[i];
  std::optional<Interval> range;
  if (match.operands[i] == OperandKind::Static)
    range = getCodedRange(match.getDequantize(i));
  if (!range)
    return x;
  Location loc = match.floatOp->getLoc();
  return onnx::ClipOp::create(builder, loc, x.getType(), x,
                              createFloat(builder, loc, range->lo),
                              createFloat(builder, loc, range->hi));
}

Value OpVariants::getConstant(unsigned i, bool decoded) {
  Value value = match.quantizedOp->getOperand(i);
  auto dequantize = value.getDefiningOp<qnn::DequantizeOp>();
  return dequantize && decoded ? weights.get(builder, dequantize)
                               : copyDefinition(builder, constants, value);
}

bool OpVariants::isWeight(unsigned i) const {
  return match.operands[i] == OperandKind::Constant &&
         int(i) != match.getBiasOperand();
}

static bool areEqualConstants(Value a, Value b) {
  auto first = ConstantData::get(a), second = ConstantData::get(b);
  return first && second && first->getType() == second->getType() &&
         first->getBytes() == second->getBytes();
}

bool OpVariants::changesWeight() const {
  for (unsigned i = 0; i < match.operands.size(); ++i)
    if (isWeight(i) && !areEqualConstants(match.floatOp->getOperand(i),
                                          match.quantizedOp->getOperand(i)))
      return true;
  return false;
}

bool OpVariants::changesBias() const {
  if (match.floatBias)
    return !areEqualConstants(getAddedConstant(match.floatBias),
                              getAddedConstant(match.quantizedBias));
  int i = match.getBiasOperand();
  return i >= 0 && !areEqualConstants(match.floatOp->getOperand(i),
                                      match.quantizedOp->getOperand(i));
}

//===----------------------------------------------------------------------===//
// Variants
//===----------------------------------------------------------------------===//

Value OpVariants::apply(ArrayRef<Value> operands, bool quantizedBias) {
  if (llvm::is_contained(operands, Value()))
    return nullptr;
  Operation *op = match.floatOp->clone();
  op->setOperands(operands);
  builder.insert(op);
  if (!match.floatBias)
    return op->getResult(0);
  onnx::AddOp from = quantizedBias ? match.quantizedBias : match.floatBias;
  return onnx::AddOp::create(
      builder, from.getLoc(), match.getFloatResult().getType(),
      op->getResult(0),
      copyDefinition(builder, constants, getAddedConstant(from)));
}

Value OpVariants::makeQuantized() {
  SmallVector<Value> operands;
  for (unsigned i = 0; i < inputs.size(); ++i)
    operands.push_back(match.operands[i] == OperandKind::Constant
                           ? getConstant(i, /*decoded=*/false)
                           : quantizeInput(i));
  return apply(operands, /*quantizedBias=*/true);
}

Value OpVariants::makeDequantized() {
  SmallVector<Value> operands;
  for (unsigned i = 0; i < inputs.size(); ++i)
    operands.push_back(match.operands[i] == OperandKind::Constant
                           ? getConstant(i, /*decoded=*/true)
                           : quantizeInput(i));
  return apply(operands, /*quantizedBias=*/true);
}

Value OpVariants::makeRounded() {
  SmallVector<Value> operands;
  for (unsigned i = 0; i < inputs.size(); ++i)
    operands.push_back(quantizeInput(i));
  return apply(operands, /*quantizedBias=*/false);
}

Value OpVariants::makeClipped() {
  SmallVector<Value> operands;
  for (unsigned i = 0; i < inputs.size(); ++i)
    operands.push_back(clipInput(i));
  return apply(operands, /*quantizedBias=*/false);
}

Value OpVariants::makeWeightOnly() {
  SmallVector<Value> operands(inputs);
  for (unsigned i = 0; i < inputs.size(); ++i)
    if (isWeight(i))
      operands[i] = getConstant(i, /*decoded=*/true);
  return apply(operands, /*quantizedBias=*/false);
}

Value OpVariants::makeBiasOnly() {
  SmallVector<Value> operands(inputs);
  if (int i = match.getBiasOperand(); i >= 0)
    operands[i] = getConstant(i, /*decoded=*/true);
  return apply(operands, /*quantizedBias=*/true);
}
