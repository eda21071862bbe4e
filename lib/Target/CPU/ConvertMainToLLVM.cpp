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

#include "RunBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
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
  explicit MainConverter(MainModel &model)
      : model(model), main(model.main), builder(main), loc(main.getLoc()),
        pointer(LLVM::LLVMPointerType::get(main.getContext())) {}

  LogicalResult convert();

private:
  void declareRuntime();
  LLVM::LLVMFuncOp createFunction(StringRef name, Type result,
                                  unsigned numPointers);
  void fillShapes(LLVM::LLVMFuncOp function);
  llvm::SetVector<AffineExpr> getNonNegative();
  Value emitChecks(ShapeCode &code);

  MainModel &model;
  func::FuncOp main;
  OpBuilder builder;
  Location loc;
  Type pointer;
};
} // namespace

void MainConverter::declareRuntime() {
  Type none = LLVM::LLVMVoidType::get(builder.getContext());
  Type i32 = builder.getI32Type();
  auto declare = [&](StringRef name, Type result, ArrayRef<Type> arguments) {
    auto function = LLVM::LLVMFuncOp::create(
        builder, loc, name, LLVM::LLVMFunctionType::get(result, arguments));
    function.setVisibility_(LLVM::Visibility::Hidden);
  };
  declare("quantc_launch", none, {pointer, i32, pointer, pointer});
  declare("quantc_observer_state", pointer, {pointer, i32});
  if (uint64_t bytes = model.plan.getWeightBytes()) {
    auto weights = LLVM::GlobalOp::create(
        builder, loc, LLVM::LLVMArrayType::get(builder.getI8Type(), bytes),
        /*isConstant=*/true, LLVM::Linkage::External,
        model.symbol + "_weights", Attribute(), MemoryPlan::alignment);
    weights.setVisibility_(LLVM::Visibility::Hidden);
    weights.setDsoLocal(true);
  }
}

/// A function of the descriptor, with an empty body; all arguments are pointers.
LLVM::LLVMFuncOp MainConverter::createFunction(StringRef name, Type result,
                                               unsigned numPointers) {
  SmallVector<Type> arguments(numPointers, pointer);
  builder.setInsertionPoint(main);
  auto function = LLVM::LLVMFuncOp::create(
      builder, loc, model.symbol + "_" + name.str(),
      LLVM::LLVMFunctionType::get(result, arguments), LLVM::Linkage::Internal);
  function.setNoUnwind(true);
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  return function;
}

/// What must not be negative: every extent, and what shape functions assumed.
llvm::SetVector<AffineExpr> MainConverter::getNonNegative() {
  llvm::SetVector<AffineExpr> expressions;
  auto add = [&](Dim dim) {
    std::optional<int64_t> constant = ShapeEnv::getConstant(dim);
    if ((!constant || *constant < 0) && model.inputDims.isKnown(dim))
      expressions.insert(dim);
  };
  for (Operation &op : main.front())
    for (Value result : op.getResults())
      llvm::for_each(*model.env.getShape(result), add);
  llvm::for_each(model.env.getAssumptions(), add);
  return expressions;
}

/// Whether the model cannot run on these shapes (i1).
Value MainConverter::emitChecks(ShapeCode &code) {
  Value bad = arith::ConstantIntOp::create(builder, loc, 0, 1);
  auto add = [&](Value broken) {
    bad = arith::OrIOp::create(builder, loc, bad, broken);
  };
  auto compare = [&](arith::CmpIPredicate predicate, Value a, Value b) {
    add(arith::CmpIOp::create(builder, loc, predicate, a, b));
  };
  for (auto [position, expr] : model.inputDims.getRepeats())
    compare(arith::CmpIPredicate::ne, code.inputDim(position), code.get(expr));
  for (AffineExpr expr : getNonNegative())
    compare(arith::CmpIPredicate::slt, code.get(expr), code.constant(0));
  if (Value overflow = code.getOverflow())
    add(overflow);
  return bad;
}

void MainConverter::fillShapes(LLVM::LLVMFuncOp function) {
  ShapeCode code(builder, loc, model.inputDims, function.getArgument(0));
  Type i64 = builder.getI64Type();
  int32_t at = 0;
  for (Value output : main.front().getTerminator()->getOperands())
    for (Dim dim : *model.env.getShape(output)) {
      Value address = LLVM::GEPOp::create(builder, loc, pointer, i64,
                                          function.getArgument(1),
                                          ArrayRef<LLVM::GEPArg>{at++});
      LLVM::StoreOp::create(builder, loc, code.get(dim), address, 8);
    }
  SmallVector<Value> offsets;
  Value bytes = emitSlotOffsets(builder, loc, model.plan, code, offsets);
  LLVM::StoreOp::create(builder, loc, bytes, function.getArgument(2), 8);
  Value status = arith::ExtUIOp::create(builder, loc, builder.getI32Type(),
                                        emitChecks(code));
  LLVM::ReturnOp::create(builder, loc, status);
}

/// Code reaches the weights by 32-bit displacements.
static constexpr uint64_t maxWeightBytes = 2000000000;

LogicalResult MainConverter::convert() {
  if (model.plan.getWeightBytes() > maxWeightBytes)
    return main.emitError("the model has ")
           << model.plan.getWeightBytes()
           << " bytes of weights; an artifact holds " << maxWeightBytes;
  declareRuntime();
  ModelTables tables;
  LLVM::LLVMFuncOp shapes = createFunction("shapes", builder.getI32Type(), 3);
  fillShapes(shapes);
  LLVM::LLVMFuncOp run = createFunction(
      "run", LLVM::LLVMVoidType::get(builder.getContext()), 4);
  if (failed(RunBuilder(model, run, tables).build()))
    return failure();
  tables.shapes = shapes.getName();
  tables.run = run.getName();
  auto module = main->getParentOfType<ModuleOp>();
  module->setAttr(weightsAttrName,
                  builder.getArrayAttr(model.plan.getWeights()));
  module->setAttr(symbolAttrName, builder.getStringAttr(model.symbol));
  return buildDescriptor(main, model.env, tables, model.symbol);
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
    if (failed(env.analyze(main)) || failed(checkMain(main, env)))
      return signalPassFailure();
    MainModel model(main, env, symbol);
    if (failed(MainConverter(model).convert()))
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
