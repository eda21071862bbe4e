//===- ConvertKernelsToLLVM.cpp - Kernels as LLVM functions ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Emitters write arith, math, scf, vector and llvm straight into an `llvm.func`
// per ISA; the rest is lowering, by nested passes that LLVM functions are
// independent for. No pattern here may add a fast-math flag or a libm call: what
// has no exact instruction is the emitter's to expand.
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "quantc/Target/CPU/Kernels.h"
#include "quantc/Target/CPU/Passes.h"
#include "MainFunction.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_CONVERTKERNELSTOLLVM
#define GEN_PASS_DEF_LOWERKERNELBODY
#include "quantc/Target/CPU/Passes.h.inc"
} // namespace quantc
using namespace quantc;

//===----------------------------------------------------------------------===//
// One kernel
//===----------------------------------------------------------------------===//

namespace {
class KernelConverter {
public:
  KernelConverter(func::FuncOp kernel)
      : kernel(kernel), op(kernel.front().getTerminator()->getPrevNode()),
        emitter(KernelRegistry::get().lookup(op)), builder(kernel) {}

  LogicalResult convert(ArrayRef<const ISA *> isas);

private:
  void bindValues(KernelContext &ctx);
  LLVM::LLVMFuncOp createFunction(Twine name, ArrayRef<Type> arguments);
  void createGrid(const ISA &isa);
  LogicalResult createBody(const ISA &isa);

  func::FuncOp kernel;
  Operation *op;
  const KernelEmitter *emitter;
  OpBuilder builder;
};
} // namespace

/// Numbers buffers and dimensions: arguments of the kernel, then results.
void KernelConverter::bindValues(KernelContext &ctx) {
  SmallVector<Value> values(kernel.getArguments());
  llvm::append_range(values, op->getResults());
  unsigned numDims = 0;
  for (auto [i, value] : llvm::enumerate(values)) {
    ctx.bufferIndex[value] = i;
    ctx.sizeIndex[value] = numDims;
    numDims += cast<RankedTensorType>(value.getType()).getRank();
  }
}

LLVM::LLVMFuncOp KernelConverter::createFunction(Twine name,
                                                 ArrayRef<Type> arguments) {
  builder.setInsertionPoint(kernel);
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(builder.getContext()), arguments);
  auto function = LLVM::LLVMFuncOp::create(builder, op->getLoc(), name.str(),
                                           type, LLVM::Linkage::Internal);
  function.setNoUnwind(true);
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  return function;
}

/// `grid` is the same for every ISA and compiled for the least one.
void KernelConverter::createGrid(const ISA &isa) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  LLVM::LLVMFuncOp function =
      createFunction(kernel.getSymName() + ".grid", {pointer, pointer});
  setTargetAttributes(function, isa);
  int64_t scratch = emitter->scratchBytes ? emitter->scratchBytes(op) : 0;
  function->setAttr(scratchAttrName, builder.getI64IntegerAttr(scratch));
  KernelContext ctx(builder, op);
  bindValues(ctx);
  ctx.sizesArg = function.getArgument(0);
  auto [items, cost] = emitter->grid(ctx);
  Value out = function.getArgument(1);
  LLVM::StoreOp::create(builder, ctx.loc, items, out, /*alignment=*/8);
  Value second =
      LLVM::GEPOp::create(builder, ctx.loc, pointer, builder.getI64Type(), out,
                          ArrayRef<LLVM::GEPArg>{1});
  LLVM::StoreOp::create(builder, ctx.loc, cost, second, /*alignment=*/8);
  LLVM::ReturnOp::create(builder, ctx.loc, ValueRange());
}

LogicalResult KernelConverter::createBody(const ISA &isa) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Type i64 = builder.getI64Type();
  LLVM::LLVMFuncOp function =
      createFunction(kernel.getSymName() + "." + isa.name,
                     {pointer, pointer, i64, i64, pointer});
  setTargetAttributes(function, isa);
  KernelContext ctx(builder, op);
  bindValues(ctx);
  ctx.isa = &isa;
  ctx.buffersArg = function.getArgument(0);
  ctx.sizesArg = function.getArgument(1);
  ctx.begin = function.getArgument(2);
  ctx.end = function.getArgument(3);
  ctx.scratch = function.getArgument(4);
  if (failed(emitter->body(ctx)))
    return failure();
  LLVM::ReturnOp::create(builder, ctx.loc, ValueRange());
  return success();
}

LogicalResult KernelConverter::convert(ArrayRef<const ISA *> isas) {
  if (!emitter)
    return op->emitError("operator ")
           << op->getName() << " is not supported by the CPU target";
  createGrid(*isas.back());
  bool ok = true;
  for (const ISA *isa : isas)
    ok &= succeeded(createBody(*isa));
  return success(ok);
}

//===----------------------------------------------------------------------===//
// Lowering to the llvm dialect
//===----------------------------------------------------------------------===//

namespace {
struct LowerKernelBody : quantc::impl::LowerKernelBodyBase<LowerKernelBody> {
  LogicalResult checkMath();
  void storeBFloat16AsBits();

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    if (failed(checkMath()))
      return signalPassFailure();
    // Before the rest: LLVM would call compiler-rt for bfloat16.
    RewritePatternSet expansions(context);
    arith::populateCeilFloorDivExpandOpsPatterns(expansions);
    arith::populateExpandBFloat16Patterns(expansions);
    if (failed(applyPatternsGreedily(getOperation(), std::move(expansions))))
      return signalPassFailure();
    LLVMConversionTarget target(*context);
    LLVMTypeConverter converter(context);
    RewritePatternSet patterns(context);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    populateMathToLLVMConversionPatterns(converter, patterns);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    target.addLegalOp<LLVM::LLVMFuncOp>();
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      return signalPassFailure();
    storeBFloat16AsBits();
  }
};
} // namespace

/// Functions of the math dialect would end as calls of the platform's libm,
/// whose bits we don't know.
LogicalResult LowerKernelBody::checkMath() {
  WalkResult result = getOperation().walk([](Operation *op) {
    if (!isa_and_nonnull<math::MathDialect>(op->getDialect()) ||
        isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
            math::CountLeadingZerosOp, math::CountTrailingZerosOp,
            math::CtPopOp, math::FloorOp, math::FmaOp, math::RoundEvenOp,
            math::SqrtOp, math::TruncOp>(op))
      return WalkResult::advance();
    op->emitError("kernel holds ")
        << op->getName() << ", which has no exact instruction";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// With conversions expanded, bfloat16 values are only moved. LLVM moves vectors
/// of them through float with compiler-rt's help; i16 it just moves.
void LowerKernelBody::storeBFloat16AsBits() {
  Type i16 = IntegerType::get(&getContext(), 16);
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](BFloat16Type) -> Type { return i16; });
  replacer.addReplacement([&](FloatAttr attr) -> std::optional<Attribute> {
    if (!attr.getType().isBF16())
      return std::nullopt;
    return IntegerAttr::get(i16, attr.getValue().bitcastToAPInt());
  });
  replacer.addReplacement(
      [&](DenseElementsAttr attr) -> std::optional<Attribute> {
        if (!attr.getElementType().isBF16())
          return std::nullopt;
        return attr.bitcast(i16);
      });
  replacer.recursivelyReplaceElementsIn(getOperation(), /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct ConvertKernelsToLLVM
    : quantc::impl::ConvertKernelsToLLVMBase<ConvertKernelsToLLVM> {
  using ConvertKernelsToLLVMBase::ConvertKernelsToLLVMBase;

  LogicalResult readISAs(SmallVectorImpl<const ISA *> &chosen);
  LogicalResult lower();

  void runOnOperation() override {
    SmallVector<const ISA *> chosen;
    if (failed(readISAs(chosen)))
      return signalPassFailure();
    bool ok = true;
    for (func::FuncOp function :
         llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (function->hasAttr(kernelAttrName))
        ok &= succeeded(KernelConverter(function).convert(chosen));
    if (!ok || failed(lower()))
      return signalPassFailure();
  }
};
} // namespace

/// The ISAs of the option, best first, all of one architecture.
LogicalResult
ConvertKernelsToLLVM::readISAs(SmallVectorImpl<const ISA *> &chosen) {
  ModuleOp module = getOperation();
  for (const std::string &name : isas)
    if (!ISA::lookup(name)) {
      InFlightDiagnostic error = module.emitError("unknown ISA '")
                                 << name << "'; known are";
      for (const ISA &isa : ISA::all())
        error << " " << isa.name;
      return error;
    }
  SmallVector<Attribute> names;
  for (const ISA &isa : ISA::all()) {
    if (!llvm::is_contained(isas, isa.name.str()))
      continue;
    if (!chosen.empty() && chosen.back()->triple != isa.triple)
      return module.emitError("ISAs ")
             << chosen.back()->name << " and " << isa.name
             << " are of two architectures; an artifact has one";
    chosen.push_back(&isa);
    names.push_back(StringAttr::get(&getContext(), isa.name));
  }
  if (chosen.empty())
    return module.emitError("no ISA to generate code for; pass isas=");
  module->setAttr(isasAttrName, ArrayAttr::get(&getContext(), names));
  module->setAttr(LLVM::LLVMDialect::getTargetTripleAttrName(),
                  StringAttr::get(&getContext(), chosen.front()->triple));
  return success();
}

LogicalResult ConvertKernelsToLLVM::lower() {
  OpPassManager pipeline(ModuleOp::getOperationName());
  OpPassManager &nested = pipeline.nest<LLVM::LLVMFuncOp>();
  nested.addPass(createSCFToControlFlowPass());
  nested.addPass(createConvertVectorToLLVMPass());
  nested.addPass(quantc::createLowerKernelBody());
  nested.addPass(createReconcileUnrealizedCastsPass());
  nested.addPass(createCanonicalizerPass());
  nested.addPass(createCSEPass());
  if (failed(runPipeline(pipeline, getOperation())))
    return failure();
  WalkResult result = getOperation().walk([](LLVM::LLVMFuncOp function) {
    return function.walk([](Operation *op) {
      if (isa<LLVM::LLVMDialect>(op->getDialect()))
        return WalkResult::advance();
      op->emitError("operation ")
          << op->getName() << " of a kernel was not converted to LLVM";
      return WalkResult::interrupt();
    });
  });
  return failure(result.wasInterrupted());
}
