//===- KernelContext.cpp - What an emitter sees of its kernel ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Buffers and sizes are loaded where they are asked for; the loads are marked
// invariant, so LLVM shares and hoists them.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Target/CPU/Kernels.h"

using namespace mlir;
using namespace quantc;

static LLVM::LLVMPointerType pointerType(OpBuilder &builder) {
  return LLVM::LLVMPointerType::get(builder.getContext());
}

/// Element `index` of an array in memory that does not change while the kernel
/// runs.
static Value loadInvariant(OpBuilder &builder, Location loc, Type type,
                           Value array, unsigned index) {
  Value address = LLVM::GEPOp::create(
      builder, loc, pointerType(builder), type, array,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)},
      LLVM::GEPNoWrapFlags::inbounds);
  return LLVM::LoadOp::create(builder, loc, type, address, /*alignment=*/8,
                              /*isVolatile=*/false, /*isNonTemporal=*/false,
                              /*isInvariant=*/true);
}

Value KernelContext::constant(int64_t value) {
  return arith::ConstantIntOp::create(builder, loc, builder.getI64Type(),
                                      value);
}

Value KernelContext::buffer(Value tensor) {
  auto it = bufferIndex.find(tensor);
  if (it != bufferIndex.end())
    return loadInvariant(builder, loc, pointerType(builder), buffersArg,
                         it->second);
  return constantBuffer(tensor);
}

Value KernelContext::state() {
  assert(op->getNumResults() == 0 && "only an observer has a state");
  return loadInvariant(builder, loc, pointerType(builder), buffersArg,
                       bufferIndex.size());
}

/// A parameter that is needed in memory after all becomes a private global.
Value KernelContext::constantBuffer(Value tensor) {
  std::optional<ConstantData> data = ConstantData::get(tensor);
  assert(data && "neither operand, result nor constant of the kernel");
  LLVM::LLVMFuncOp parent = function();
  ArrayRef<char> bytes = data->getBytes();
  LLVM::GlobalOp global;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(parent);
    global = LLVM::GlobalOp::create(
        builder, loc,
        LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size()),
        /*isConstant=*/true, LLVM::Linkage::Internal,
        (parent.getName() + ".constant" + Twine(numConstants++)).str(),
        builder.getStringAttr(StringRef(bytes.data(), bytes.size())),
        /*alignment=*/64);
  }
  return LLVM::AddressOfOp::create(builder, loc, global);
}

LLVM::LLVMFuncOp KernelContext::function() {
  // Not by the insertion point: a loop under construction has no parent yet.
  Block *entry = cast<BlockArgument>(sizesArg).getOwner();
  return cast<LLVM::LLVMFuncOp>(entry->getParentOp());
}

Value KernelContext::dim(Value tensor, int i) {
  auto type = cast<RankedTensorType>(tensor.getType());
  unsigned index = i < 0 ? i + type.getRank() : i;
  if (!type.isDynamicDim(index))
    return constant(type.getDimSize(index));
  auto it = sizeIndex.find(tensor);
  assert(it != sizeIndex.end() && "not an operand or result of the kernel");
  return loadInvariant(builder, loc, builder.getI64Type(), sizesArg,
                       it->second + index);
}

Value KernelContext::size(Value tensor, int from, int to) {
  auto type = cast<RankedTensorType>(tensor.getType());
  int64_t known = 1;
  Value product;
  for (int i = from; i < to; ++i) {
    if (!type.isDynamicDim(i)) {
      known *= type.getDimSize(i);
      continue;
    }
    Value extent = dim(tensor, i);
    product = product ? arith::MulIOp::create(builder, loc, product, extent)
                      : extent;
  }
  if (!product || known == 1)
    return product ? product : constant(known);
  return arith::MulIOp::create(builder, loc, product, constant(known));
}

Value KernelContext::size(Value tensor) {
  return size(tensor, 0, cast<RankedTensorType>(tensor.getType()).getRank());
}

std::pair<LLVM::LLVMFuncOp, bool>
KernelContext::helper(StringRef name, LLVM::LLVMFunctionType type) {
  LLVM::LLVMFuncOp parent = function();
  auto module = parent->getParentOfType<ModuleOp>();
  if (auto existing = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return {existing, false};
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(parent);
  auto created = LLVM::LLVMFuncOp::create(builder, loc, name, type,
                                          LLVM::Linkage::Internal);
  setTargetAttributes(created, *isa);
  created.setNoInline(true);
  return {created, true};
}

void quantc::setTargetAttributes(LLVM::LLVMFuncOp function, const ISA &isa) {
  MLIRContext *context = function.getContext();
  function.setTargetCpu(isa.cpu);
  SmallVector<StringRef> features;
  isa.features.split(features, ',', -1, /*KeepEmpty=*/false);
  if (!features.empty())
    function.setTargetFeaturesAttr(
        LLVM::TargetFeaturesAttr::get(context, features));
  if (isa.floatLanes == 16)
    function.setPassthroughAttr(ArrayAttr::get(
        context,
        {ArrayAttr::get(context,
                        {StringAttr::get(context, "prefer-vector-width"),
                         StringAttr::get(context, "512")})}));
}
