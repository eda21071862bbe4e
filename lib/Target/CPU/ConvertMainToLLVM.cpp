//===- ConvertMainToLLVM.cpp - @main as the code that drives kernels ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// `shapes` checks the input shapes, gives those of the outputs and the bytes of
// workspace; `run` launches one kernel after the other. Both begin with the same
// arithmetic over input dimensions, so they cannot disagree. Neither allocates.
//
//===----------------------------------------------------------------------===//

#include "DescriptorBuilder.h"
#include "MemoryPlan.h"
#include "ShapeCode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Target/CPU/Kernels.h"
#include "quantc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_CONVERTMAINTOLLVM
#include "quantc/Target/CPU/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
class MainConverter {
public:
  MainConverter(func::FuncOp main, ShapeEnv &env, StringRef symbol)
      : main(main), env(env), inputDims(main, env), plan(main, env),
        symbol(symbol), builder(main), loc(main.getLoc()),
        pointer(LLVM::LLVMPointerType::get(main.getContext())),
        i64(builder.getI64Type()) {}

  LogicalResult convert();

private:
  // Functions.
  void declareRuntime();
  LLVM::LLVMFuncOp createFunction(StringRef name, Type result,
                                  ArrayRef<Type> arguments);
  LLVM::LLVMFuncOp createShapes();
  LLVM::LLVMFuncOp createRun();

  // Shapes.
  void collectChecks();
  Value emitChecks(ShapeCode &code);
  Value emitSlotOffsets(ShapeCode &code, SmallVectorImpl<Value> &offsets);

  // Run.
  Value address(Value base, Value offset);
  Value address(Type element, Value base, int64_t index);
  Value bufferOf(Value value);
  void launch(func::CallOp call, ShapeCode &code);
  LogicalResult storeContents(Operation *op, ShapeCode &code);
  int32_t numberOf(func::FuncOp kernel);

  func::FuncOp main;
  ShapeEnv &env;
  InputDims inputDims;
  MemoryPlan plan;
  StringRef symbol;
  OpBuilder builder;
  Location loc;
  Type pointer, i64;

  ModelTables tables;
  llvm::DenseMap<Operation *, int32_t> kernelNumbers;

  llvm::SetVector<AffineExpr> nonNegative;

  // While `run` is written.
  Value context, tensors, workspace, bufferArray, sizeArray;
  SmallVector<Value> slotOffsets;
  llvm::DenseMap<Value, Value> bufferValues;
};
} // namespace

LLVM::LLVMFuncOp MainConverter::createFunction(StringRef name, Type result,
                                               ArrayRef<Type> arguments) {
  builder.setInsertionPoint(main);
  auto function = LLVM::LLVMFuncOp::create(
      builder, loc, (symbol + "_" + name).str(),
      LLVM::LLVMFunctionType::get(result, arguments), LLVM::Linkage::Internal);
  function.setNoUnwind(true);
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  return function;
}

void MainConverter::declareRuntime() {
  builder.setInsertionPoint(main);
  Type none = LLVM::LLVMVoidType::get(builder.getContext());
  Type i32 = builder.getI32Type();
  auto declare = [&](StringRef name, Type result, ArrayRef<Type> arguments) {
    auto function = LLVM::LLVMFuncOp::create(
        builder, loc, name, LLVM::LLVMFunctionType::get(result, arguments));
    function.setVisibility_(LLVM::Visibility::Hidden);
  };
  declare("quantc_launch", none, {pointer, i32, pointer, pointer});
  declare("quantc_observer_state", pointer, {pointer, i32});
  if (uint64_t bytes = plan.getWeightBytes()) {
    auto weights = LLVM::GlobalOp::create(
        builder, loc, LLVM::LLVMArrayType::get(builder.getI8Type(), bytes),
        /*isConstant=*/true, LLVM::Linkage::External,
        (symbol + "_weights").str(), Attribute(), MemoryPlan::alignment);
    weights.setVisibility_(LLVM::Visibility::Hidden);
    weights.setDsoLocal(true);
  }
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// What must not be negative: every extent, and what shape functions assumed.
void MainConverter::collectChecks() {
  auto add = [&](Dim dim) {
    std::optional<int64_t> constant = ShapeEnv::getConstant(dim);
    if ((!constant || *constant < 0) && inputDims.isKnown(dim))
      nonNegative.insert(dim);
  };
  for (Operation &op : main.front())
    for (Value result : op.getResults())
      llvm::for_each(*env.getShape(result), add);
  llvm::for_each(env.getAssumptions(), add);
}

/// Whether any assumption is broken (i1).
Value MainConverter::emitChecks(ShapeCode &code) {
  Value bad = arith::ConstantIntOp::create(builder, loc, 0, 1);
  auto add = [&](arith::CmpIPredicate broken, Value a, Value b) {
    bad = arith::OrIOp::create(
        builder, loc, bad, arith::CmpIOp::create(builder, loc, broken, a, b));
  };
  for (auto [position, expr] : inputDims.getRepeats())
    add(arith::CmpIPredicate::ne, code.inputDim(position), code.get(expr));
  for (AffineExpr expr : nonNegative)
    add(arith::CmpIPredicate::slt, code.get(expr), code.constant(0));
  return bad;
}

/// Offsets of all slots in the workspace; returns the bytes of all together.
Value MainConverter::emitSlotOffsets(ShapeCode &code,
                                     SmallVectorImpl<Value> &offsets) {
  constexpr int64_t alignment = MemoryPlan::alignment;
  Value end = code.constant(0);
  for (const WorkspaceSlot &slot : plan.getSlots()) {
    offsets.push_back(end);
    Value bytes = code.constant(0);
    for (AffineExpr size : slot.sizes)
      bytes = arith::MaxSIOp::create(builder, loc, bytes, code.get(size));
    // Rounded up, and as much again that kernels may read past the end.
    bytes = arith::AddIOp::create(builder, loc, bytes,
                                  code.constant(2 * alignment - 1));
    bytes = arith::AndIOp::create(builder, loc, bytes,
                                  code.constant(-alignment));
    end = arith::AddIOp::create(builder, loc, end, bytes);
  }
  return end;
}

LLVM::LLVMFuncOp MainConverter::createShapes() {
  Type i32 = builder.getI32Type();
  LLVM::LLVMFuncOp function =
      createFunction("shapes", i32, {pointer, pointer, pointer});
  ShapeCode code(builder, loc, inputDims, function.getArgument(0));
  int64_t at = 0;
  for (Value output : main.front().getTerminator()->getOperands())
    for (Dim dim : *env.getShape(output))
      LLVM::StoreOp::create(builder, loc, code.get(dim),
                            address(i64, function.getArgument(1), at++), 8);
  SmallVector<Value> offsets;
  Value bytes = emitSlotOffsets(code, offsets);
  LLVM::StoreOp::create(builder, loc, bytes, function.getArgument(2), 8);
  Value bad = emitChecks(code);
  if (Value overflow = code.getOverflow())
    bad = arith::OrIOp::create(builder, loc, bad, overflow);
  Value status = arith::ExtUIOp::create(builder, loc, i32, bad);
  LLVM::ReturnOp::create(builder, loc, status);
  return function;
}

//===----------------------------------------------------------------------===//
// Run
//===----------------------------------------------------------------------===//

Value MainConverter::address(Value base, Value offset) {
  return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{offset});
}

Value MainConverter::address(Type element, Value base, int64_t index) {
  return LLVM::GEPOp::create(
      builder, loc, pointer, element, base,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
}

Value MainConverter::bufferOf(Value value) {
  Value key = getBufferValue(value);
  if (Value known = bufferValues.lookup(key))
    return known;
  BufferPlace place = plan.getPlace(value);
  Value buffer;
  switch (place.kind) {
  case BufferPlace::Input:
  case BufferPlace::Output: {
    int64_t number = place.number;
    if (place.kind == BufferPlace::Output)
      number += main.getNumArguments();
    buffer = LLVM::LoadOp::create(builder, loc, pointer,
                                  address(pointer, tensors, number), 8);
    break;
  }
  case BufferPlace::Weight: {
    Value base = LLVM::AddressOfOp::create(builder, loc, pointer,
                                           (symbol + "_weights").str());
    buffer = address(base, arith::ConstantIntOp::create(builder, loc, i64,
                                                        place.number));
    break;
  }
  case BufferPlace::Slot:
    buffer = address(workspace, slotOffsets[place.number]);
    break;
  }
  return bufferValues[key] = buffer;
}

int32_t MainConverter::numberOf(func::FuncOp kernel) {
  auto [it, inserted] = kernelNumbers.try_emplace(kernel, tables.kernels.size());
  if (inserted)
    tables.kernels.push_back(kernel.getSymName().str());
  return it->second;
}

void MainConverter::launch(func::CallOp call, ShapeCode &code) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  Type i32 = builder.getI32Type();
  SmallVector<Value> values(call.getOperands());
  llvm::append_range(values, call.getResults());
  int64_t numBuffers = 0, numSizes = 0;
  auto store = [&](Value value, Value array, int64_t &index) {
    LLVM::StoreOp::create(builder, loc, value,
                          address(value.getType(), array, index++), 8);
  };
  for (Value value : values) {
    store(bufferOf(value), bufferArray, numBuffers);
    for (Dim dim : *env.getShape(value))
      store(code.get(dim), sizeArray, numSizes);
  }
  if (auto name = call->getAttrOfType<StringAttr>(observerAttrName)) {
    Value number = arith::ConstantIntOp::create(builder, loc, i32,
                                                tables.observers.size());
    tables.observers.push_back(name.str());
    Value state = LLVM::CallOp::create(builder, loc, pointer,
                                       "quantc_observer_state",
                                       ValueRange{context, number})
                      .getResult();
    store(state, bufferArray, numBuffers);
  }
  Value number =
      arith::ConstantIntOp::create(builder, loc, i32, numberOf(kernel));
  LLVM::CallOp::create(builder, loc, TypeRange(), "quantc_launch",
                       ValueRange{context, number, bufferArray, sizeArray});
}

/// Writes tensors made of dimensions, where a kernel or the caller reads them.
LogicalResult MainConverter::storeContents(Operation *op, ShapeCode &code) {
  for (Value result : op->getResults()) {
    if (!plan.hasPlace(result))
      continue;
    Type element = cast<RankedTensorType>(result.getType()).getElementType();
    auto integer = dyn_cast<IntegerType>(element);
    if (!integer)
      return op->emitError("shape arithmetic in ") << element
                                                   << " is not supported";
    Type stored = builder.getIntegerType(8 * getElementBytes(element));
    for (auto [i, dim] : llvm::enumerate(*env.getContents(result))) {
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

/// An array on the stack with the most elements any launch needs.
static Value createArray(OpBuilder &builder, Location loc, Type element,
                         int64_t count) {
  Value size = arith::ConstantIntOp::create(builder, loc, builder.getI64Type(),
                                            std::max<int64_t>(count, 1));
  return LLVM::AllocaOp::create(
      builder, loc, LLVM::LLVMPointerType::get(builder.getContext()), element,
      size, /*alignment=*/16);
}

LLVM::LLVMFuncOp MainConverter::createRun() {
  LLVM::LLVMFuncOp function =
      createFunction("run", LLVM::LLVMVoidType::get(builder.getContext()),
                     {pointer, pointer, pointer, pointer});
  context = function.getArgument(0);
  tensors = function.getArgument(1);
  workspace = function.getArgument(3);
  int64_t maxBuffers = 0, maxSizes = 0;
  for (auto call : main.front().getOps<func::CallOp>()) {
    SmallVector<Value> values(call.getOperands());
    llvm::append_range(values, call.getResults());
    int64_t sizes = 0;
    for (Value value : values)
      sizes += env.getShape(value)->size();
    maxBuffers = std::max<int64_t>(maxBuffers, values.size() + 1);
    maxSizes = std::max(maxSizes, sizes);
  }
  bufferArray = createArray(builder, loc, pointer, maxBuffers);
  sizeArray = createArray(builder, loc, i64, maxSizes);
  ShapeCode code(builder, loc, inputDims, function.getArgument(2));
  emitSlotOffsets(code, slotOffsets);
  for (Operation &op : main.front()) {
    if (isa<onnx::ConstantOp, func::ReturnOp>(op) || isView(&op))
      continue;
    if (auto call = dyn_cast<func::CallOp>(op))
      launch(call, code);
    else if (failed(storeContents(&op, code)))
      return nullptr;
  }
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  return function;
}

/// Code reaches the weights by 32-bit displacements.
static constexpr uint64_t maxWeightBytes = 2000000000;

LogicalResult MainConverter::convert() {
  if (plan.getWeightBytes() > maxWeightBytes)
    return main.emitError("the model has ")
           << plan.getWeightBytes() << " bytes of weights; an artifact holds "
           << maxWeightBytes;
  declareRuntime();
  collectChecks();
  tables.shapes = createShapes().getName();
  LLVM::LLVMFuncOp run = createRun();
  if (!run)
    return failure();
  tables.run = run.getName();
  auto module = main->getParentOfType<ModuleOp>();
  module->setAttr(weightsAttrName, builder.getArrayAttr(plan.getWeights()));
  module->setAttr(symbolAttrName, builder.getStringAttr(symbol));
  return buildDescriptor(main, env, tables, symbol);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Every step must be one this conversion knows, with a shape main can compute.
static LogicalResult checkMain(func::FuncOp main, ShapeEnv &env) {
  InputDims inputDims(main, env);
  bool ok = true;
  for (Operation &op : main.front()) {
    if (!isa<onnx::ConstantOp, func::CallOp, func::ReturnOp>(op) &&
        !isView(&op) && !inputDims.isComputedFromShapes(&op)) {
      op.emitError("operation ")
          << op.getName() << " is not outlined; run quantc-outline-kernels";
      ok = false;
    }
    for (Value result : op.getResults())
      if (!inputDims.isKnown(env.getShape(result))) {
        op.emitError("the shape ")
            << result.getType() << " does not follow from the inputs' shapes";
        ok = false;
      }
  }
  return success(ok);
}

namespace {
struct ConvertMainToLLVM
    : quantc::impl::ConvertMainToLLVMBase<ConvertMainToLLVM> {
  using ConvertMainToLLVMBase::ConvertMainToLLVMBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !module->hasAttr(isasAttrName)) {
      module.emitError("no @main with converted kernels; run "
                       "convert-kernels-to-llvm");
      return signalPassFailure();
    }
    ShapeEnv env(&getContext());
    if (failed(env.analyze(main)) || failed(checkMain(main, env)) ||
        failed(MainConverter(main, env, symbol).convert()))
      return signalPassFailure();
    for (func::FuncOp function : llvm::to_vector(module.getOps<func::FuncOp>()))
      function.erase();
    OpPassManager pipeline(ModuleOp::getOperationName());
    OpPassManager &nested = pipeline.nest<LLVM::LLVMFuncOp>();
    nested.addPass(createCanonicalizerPass());
    nested.addPass(createCSEPass());
    nested.addPass(createLowerKernelBody());
    if (failed(runPipeline(pipeline, module)))
      signalPassFailure();
  }
};
} // namespace
