//===- MemoryPlan.cpp - Where every value of @main lives ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Buffers are placed in program order into the free slot that fits best. Sizes
// may be symbolic: the choice is made for nominal extents, the slot's size is
// the maximum of what it may hold, computed when the model runs, so a choice
// that turns out badly costs memory and never correctness.
//
//===----------------------------------------------------------------------===//

#include "MemoryPlan.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;

/// What a dynamic dimension counts for when slots are chosen.
static constexpr int64_t nominalExtent = 64;

AffineExpr quantc::getByteSize(Value value, ShapeEnv &env) {
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  return env.product(*env.getShape(value)) * getElementBytes(element);
}

static int64_t getNominalBytes(AffineExpr bytes, ShapeEnv &env) {
  SmallVector<AffineExpr> extents(env.getSymbols().size(),
                                  env.constant(nominalExtent));
  AffineExpr value = bytes.replaceSymbols(extents);
  return std::max<int64_t>(ShapeEnv::getConstant(value).value_or(0), 0);
}

MemoryPlan::MemoryPlan(func::FuncOp main, ShapeEnv &env) : env(env) {
  findLastUses(main);
  for (BlockArgument argument : main.getArguments())
    places[argument] = {BufferPlace::Input, argument.getArgNumber()};
  Operation *terminator = main.front().getTerminator();
  for (OpOperand &operand : terminator->getOpOperands())
    places.try_emplace(
        getBufferValue(operand.get()),
        BufferPlace{BufferPlace::Output, operand.getOperandNumber()});
  for (auto [position, op] : llvm::enumerate(main.front())) {
    if (isa<onnx::ConstantOp>(op))
      placeWeight(op.getResult(0));
    else if (!isView(&op))
      placeResults(&op, position);
  }
}

/// The last kernel call that reads each buffer; values no kernel touches have no
/// entry.
void MemoryPlan::findLastUses(func::FuncOp main) {
  for (auto [position, op] : llvm::enumerate(main.front())) {
    if (!isa<func::CallOp>(op))
      continue;
    for (Value operand : op.getOperands())
      lastUses[getBufferValue(operand)] = position;
    for (Value result : op.getResults())
      lastUses.try_emplace(result, position);
  }
}

void MemoryPlan::placeWeight(Value value) {
  if (!lastUses.contains(value))
    return; // only says a shape
  Attribute data = value.getDefiningOp<onnx::ConstantOp>().getValue();
  auto [it, inserted] = weightOffsets.try_emplace(data, weightBytes);
  places[value] = {BufferPlace::Weight, it->second};
  if (!inserted)
    return;
  auto type = cast<RankedTensorType>(value.getType());
  weights.push_back(data);
  weightBytes += llvm::alignTo(
      type.getNumElements() * getElementBytes(type.getElementType()),
      alignment);
}

void MemoryPlan::placeResults(Operation *op, unsigned position) {
  for (Value result : op->getResults())
    if (lastUses.contains(result) && !places.contains(result))
      places[result] = {BufferPlace::Slot,
                        chooseSlot(getByteSize(result, env), position)};
  for (Value result : op->getResults()) {
    auto it = places.find(result);
    if (it != places.end() && it->second.kind == BufferPlace::Slot)
      busyUntil[it->second.number] = lastUses.lookup(result);
  }
}

/// The free slot that `bytes` fills best; a slot too small may grow.
unsigned MemoryPlan::chooseSlot(AffineExpr bytes, unsigned position) {
  int64_t wanted = getNominalBytes(bytes, env);
  unsigned best = slots.size();
  for (unsigned i = 0; i < slots.size(); ++i) {
    if (busyUntil[i] >= position)
      continue;
    if (best == slots.size() ||
        std::abs(nominal[i] - wanted) < std::abs(nominal[best] - wanted))
      best = i;
  }
  if (best == slots.size()) {
    slots.emplace_back();
    busyUntil.push_back(0);
    nominal.push_back(0);
  }
  nominal[best] = std::max(nominal[best], wanted);
  busyUntil[best] = ~0u; // until the caller knows the last use
  if (!llvm::is_contained(slots[best].sizes, bytes))
    slots[best].sizes.push_back(bytes);
  return best;
}

BufferPlace MemoryPlan::getPlace(Value value) const {
  auto it = places.find(getBufferValue(value));
  assert(it != places.end() && "a value without memory");
  return it->second;
}
