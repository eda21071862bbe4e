//===- RunBuilder.cpp - The function that launches the kernels ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Straight-line code: per kernel its buffers and dimensions are stored into two
// arrays on the stack, which all launches share.
//
//===----------------------------------------------------------------------===//

#include "RunBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

Value quantc::emitSlotOffsets(OpBuilder &builder, Location loc,
                              const MemoryPlan &plan, ShapeCode &code,
                              SmallVectorImpl<Value> &offsets) {
  constexpr int64_t alignment = MemoryPlan::alignment;
  Value end = code.constant(0);
  for (const WorkspaceSlot &slot : plan.getSlots()) {
    offsets.push_back(end);
    Value bytes = code.constant(0);
    for (AffineExpr size : slot.sizes)
      bytes = builder.createOrFold<arith::MaxSIOp>(loc, bytes, code.get(size));
    // Rounded up, and as much again that kernels may read past the end.
    bytes = code.add(bytes, code.constant(2 * alignment - 1));
    bytes = builder.createOrFold<arith::AndIOp>(loc, bytes,
                                                code.constant(-alignment));
    end = code.add(end, bytes);
  }
  return end;
}

/// A call's operands and results: the kernel's buffers, in order.
static SmallVector<Value> getBuffers(func::CallOp call) {
  SmallVector<Value> values(call.getOperands());
  llvm::append_range(values, call.getResults());
  return values;
}

RunBuilder::RunBuilder(MainModel &model, LLVM::LLVMFuncOp function,
                       ModelTables &tables)
    : model(model), tables(tables),
      builder(OpBuilder::atBlockEnd(&function.getBody().front())),
      loc(function.getLoc()),
      pointer(LLVM::LLVMPointerType::get(function.getContext())),
      i64(builder.getI64Type()), context(function.getArgument(0)),
      tensors(function.getArgument(1)), workspace(function.getArgument(3)),
      code(builder, loc, model.inputDims, function.getArgument(2)) {}

Value RunBuilder::createArray(Type element, int64_t count) {
  Value size = arith::ConstantIntOp::create(builder, loc, i64,
                                            std::max<int64_t>(count, 1));
  return LLVM::AllocaOp::create(builder, loc, pointer, element, size,
                                /*alignment=*/16);
}

/// Room for the most buffers and dimensions any launch has.
void RunBuilder::createArrays() {
  int64_t maxBuffers = 0, maxSizes = 0;
  for (auto call : model.main.front().getOps<func::CallOp>()) {
    int64_t numBuffers = 1, numSizes = 0; // one more for an observer's state
    for (Value value : getBuffers(call)) {
      ++numBuffers;
      numSizes += model.env.getShape(value)->size();
    }
    maxBuffers = std::max(maxBuffers, numBuffers);
    maxSizes = std::max(maxSizes, numSizes);
  }
  bufferArray = createArray(pointer, maxBuffers);
  sizeArray = createArray(i64, maxSizes);
}

Value RunBuilder::address(Value base, Value offset) {
  return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{offset});
}

Value RunBuilder::address(Type element, Value base, int64_t index) {
  return LLVM::GEPOp::create(
      builder, loc, pointer, element, base,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
}

Value RunBuilder::createBuffer(BufferPlace place) {
  auto load = [&](uint64_t number) -> Value {
    return LLVM::LoadOp::create(builder, loc, pointer,
                                address(pointer, tensors, number), 8);
  };
  switch (place.kind) {
  case BufferPlace::Input:
    return load(place.number);
  case BufferPlace::Output:
    return load(model.main.getNumArguments() + place.number);
  case BufferPlace::Weight: {
    // Constants without elements alone make no section.
    if (model.plan.getWeightBytes() == 0)
      return LLVM::ZeroOp::create(builder, loc, pointer);
    Value base = LLVM::AddressOfOp::create(builder, loc, pointer,
                                           model.symbol + "_weights");
    return address(base, arith::ConstantIntOp::create(builder, loc, i64,
                                                      place.number));
  }
  case BufferPlace::Slot:
    return address(workspace, slotOffsets[place.number]);
  }
  llvm_unreachable("every kind of place is handled");
}

Value RunBuilder::bufferOf(Value value) {
  Value &buffer = buffers[getBufferValue(value)];
  if (!buffer)
    buffer = createBuffer(model.plan.getPlace(value));
  return buffer;
}

int32_t RunBuilder::numberOf(func::FuncOp kernel) {
  auto [it, inserted] =
      kernelNumbers.try_emplace(kernel, tables.kernels.size());
  if (inserted)
    tables.kernels.push_back(kernel.getSymName().str());
  return it->second;
}

/// Reads what outlining wrote of an observer.
static ObserverInfo describeObserver(DictionaryAttr observer) {
  ObserverInfo info;
  info.name = observer.getAs<StringAttr>("tensor").str();
  if (auto channels = observer.getAs<IntegerAttr>("channels")) {
    info.channels = channels.getInt();
    info.channelHistograms = observer.contains("channel_histograms");
  }
  return info;
}

void RunBuilder::launch(func::CallOp call) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIntOp::create(builder, loc, builder.getI32Type(),
                                        value);
  };
  int64_t numBuffers = 0, numSizes = 0;
  auto store = [&](Value value, Value array, int64_t &index) {
    LLVM::StoreOp::create(builder, loc, value,
                          address(value.getType(), array, index++), 8);
  };
  for (Value value : getBuffers(call)) {
    store(bufferOf(value), bufferArray, numBuffers);
    for (Dim dim : *model.env.getShape(value))
      store(code.get(dim), sizeArray, numSizes);
  }
  if (auto observer = call->getAttrOfType<DictionaryAttr>(observerAttrName)) {
    Value state =
        LLVM::CallOp::create(
            builder, loc, pointer, "quantc_observer_state",
            ValueRange{context, number(tables.observers.size())})
            .getResult();
    tables.observers.push_back(describeObserver(observer));
    store(state, bufferArray, numBuffers);
  }
  LLVM::CallOp::create(
      builder, loc, TypeRange(), "quantc_launch",
      ValueRange{context, number(numberOf(kernel)), bufferArray, sizeArray});
}

/// Writes tensors made of dimensions, where a kernel or the caller reads them.
LogicalResult RunBuilder::storeContents(Operation *op) {
  for (Value result : op->getResults()) {
    if (!model.plan.hasPlace(result))
      continue;
    Type element = cast<RankedTensorType>(result.getType()).getElementType();
    if (!isa<IntegerType>(element))
      return op->emitError("shape arithmetic in ")
             << element << " is not supported by the CPU target";
    Type stored = builder.getIntegerType(8 * getElementBytes(element));
    for (auto [i, dim] : llvm::enumerate(*model.env.getContents(result))) {
      Value value = code.get(dim);
      if (stored != i64)
        value = arith::TruncIOp::create(builder, loc, stored, value);
      LLVM::StoreOp::create(builder, loc, value,
                            address(stored, bufferOf(result), i),
                            getElementBytes(element));
    }
  }
  return success();
}

LogicalResult RunBuilder::build() {
  createArrays();
  emitSlotOffsets(builder, loc, model.plan, code, slotOffsets);
  for (Operation &op : model.main.front()) {
    if (isa<onnx::ConstantOp, func::ReturnOp>(op) || isView(&op))
      continue;
    if (auto call = dyn_cast<func::CallOp>(op))
      launch(call);
    else if (failed(storeContents(&op)))
      return failure();
  }
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  return success();
}
