//===- CodeBuilderMemory.cpp - Loads and stores of kernels ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Tensors are row-major buffers of elements of at least a byte: booleans and
// sub-byte integers take one each. f16 and bf16 travel as i16, so that no access
// needs a conversion routine.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/TypeUtilities.h"
#include "quantc/Target/CPU/CodeBuilder.h"

using namespace mlir;
using namespace quantc;

Type quantc::getMemoryType(Type element) {
  MLIRContext *context = element.getContext();
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(context, std::max(8u, integer.getWidth()));
  if (element.getIntOrFloatBitWidth() < 32)
    return IntegerType::get(context, element.getIntOrFloatBitWidth());
  return element;
}

static unsigned getAlignment(Type memory) {
  return memory.getIntOrFloatBitWidth() / 8;
}

/// `scalar`, or a vector of it where `like` is one.
static Type shaped(Type like, Type scalar) {
  if (auto vector = dyn_cast<VectorType>(like))
    return vector.clone(scalar);
  return scalar;
}

Value CodeBuilder::fromMemory(Value loaded, Type element) {
  Type target = shaped(loaded.getType(), getSignless(element));
  if (loaded.getType() == target)
    return loaded;
  if (isa<FloatType>(element))
    return bitcast(loaded, target);
  return arith::TruncIOp::create(builder, loc, target, loaded);
}

Value CodeBuilder::toMemory(Value value, Type element) {
  Type target = shaped(value.getType(), getMemoryType(element));
  if (value.getType() == target)
    return value;
  if (isa<FloatType>(element))
    return bitcast(value, target);
  if (element.isInteger(1) || element.isUnsignedInteger())
    return arith::ExtUIOp::create(builder, loc, target, value);
  return arith::ExtSIOp::create(builder, loc, target, value);
}

/// `fill` (or zero) as the value masked lanes get, in memory form.
static Value getFill(CodeBuilder &code, Value fill, VectorType memory) {
  if (fill)
    return code.splat(fill, memory.getNumElements());
  return code.constant(memory, 0);
}

Value CodeBuilder::at(Value base, Type element, Value index) {
  return LLVM::GEPOp::create(builder, loc, base.getType(),
                             getMemoryType(element), base,
                             ArrayRef<LLVM::GEPArg>{index});
}

Value CodeBuilder::load(Value base, Type element, Value index) {
  Type memory = getMemoryType(element);
  Value loaded = LLVM::LoadOp::create(builder, loc, memory,
                                      at(base, element, index),
                                      getAlignment(memory));
  return fromMemory(loaded, element);
}

Value CodeBuilder::loadVector(Value base, Type element, Value index, Value mask,
                              Value fill, unsigned lanes) {
  auto memory = VectorType::get(lanes, getMemoryType(element));
  unsigned alignment = getAlignment(memory.getElementType());
  Value address = at(base, element, index);
  if (!mask)
    return fromMemory(
        LLVM::LoadOp::create(builder, loc, memory, address, alignment),
        element);
  if (fill)
    fill = toMemory(fill, element);
  Value loaded = LLVM::MaskedLoadOp::create(
      builder, loc, memory, address, mask, getFill(*this, fill, memory),
      builder.getI32IntegerAttr(alignment));
  return fromMemory(loaded, element);
}

static Value addresses(CodeBuilder &code, Value base, Type element,
                       Value indices) {
  auto vector = cast<VectorType>(indices.getType());
  return LLVM::GEPOp::create(code.builder, code.loc,
                             vector.clone(base.getType()),
                             getMemoryType(element), base,
                             ArrayRef<LLVM::GEPArg>{indices});
}

static Value allLanes(CodeBuilder &code, Value indices) {
  auto vector = cast<VectorType>(indices.getType());
  return code.integer(vector.clone(code.builder.getI1Type()), 1);
}

Value CodeBuilder::gather(Value base, Type element, Value indices, Value mask,
                          Value fill) {
  auto memory = cast<VectorType>(indices.getType()).clone(getMemoryType(element));
  if (!mask)
    mask = allLanes(*this, indices);
  if (fill)
    fill = toMemory(fill, element);
  Value loaded = LLVM::masked_gather::create(
      builder, loc, memory, addresses(*this, base, element, indices), mask,
      getFill(*this, fill, memory),
      builder.getI32IntegerAttr(getAlignment(memory.getElementType())));
  return fromMemory(loaded, element);
}

void CodeBuilder::store(Value value, Value base, Type element, Value index,
                        Value mask) {
  value = toMemory(value, element);
  unsigned alignment = getAlignment(getElementTypeOrSelf(value.getType()));
  Value address = at(base, element, index);
  if (mask)
    LLVM::MaskedStoreOp::create(builder, loc, value, address, mask, alignment);
  else
    LLVM::StoreOp::create(builder, loc, value, address, alignment);
}

void CodeBuilder::scatter(Value value, Value base, Type element, Value indices,
                          Value mask) {
  value = toMemory(value, element);
  if (!mask)
    mask = allLanes(*this, indices);
  LLVM::masked_scatter::create(
      builder, loc, value, addresses(*this, base, element, indices), mask,
      getAlignment(getElementTypeOrSelf(value.getType())));
}

void CodeBuilder::copy(Value to, Value toIndex, Value from, Value fromIndex,
                       Type element, Value count) {
  Value bytes =
      mul(count, i64(getMemoryType(element).getIntOrFloatBitWidth() / 8));
  LLVM::MemcpyOp::create(builder, loc, at(to, element, toIndex),
                         at(from, element, fromIndex), bytes,
                         /*isVolatile=*/false);
}
