//===- OutlineKernels.cpp - Every step of a model as a function ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Two steps share a kernel when the functions made of them print alike, so what
// distinguishes kernels is exactly what the IR says. Weights are arguments;
// parameters (axes, repeats, ...) are constants inside.
//
//===----------------------------------------------------------------------===//

#include "MainFunction.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Target/CPU/Kernels.h"
#include "quantc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "quantc/Target/CPU/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Elements of the largest constant that is a parameter of a kernel.
static constexpr int64_t maxParameterElements = 64;

/// Operations whose constant operands after the first say what they do.
static bool hasParameters(Operation *op) {
  return isa<onnx::ConstantOfShapeOp, onnx::CumSumOp, onnx::ExpandOp,
             onnx::OneHotOp, onnx::PadOp, onnx::ReduceL1Op, onnx::ReduceL2Op,
             onnx::ReduceLogSumOp, onnx::ReduceLogSumExpOp, onnx::ReduceMaxOp,
             onnx::ReduceMeanOp, onnx::ReduceMinOp, onnx::ReduceProdOp,
             onnx::ReduceSumOp, onnx::ReduceSumSquareOp, onnx::ResizeOp,
             onnx::SliceOp, onnx::SplitOp, onnx::TileOp, onnx::TopKOp,
             onnx::TriluOp>(op);
}

/// Whether `operand` is cloned into the kernel instead of being an argument.
static bool isParameter(OpOperand &operand) {
  Operation *op = operand.getOwner();
  Operation *source = operand.get().getDefiningOp();
  if (!isa_and_nonnull<onnx::ConstantOp>(source) || !hasParameters(op))
    return false;
  if (operand.getOperandNumber() == 0 && !isa<onnx::ConstantOfShapeOp>(op))
    return false;
  auto type = dyn_cast<RankedTensorType>(operand.get().getType());
  return type && type.getRank() <= 1 && type.hasStaticShape() &&
         type.getNumElements() <= maxParameterElements &&
         (type.getElementType().isSignlessInteger() || isa<onnx::ResizeOp>(op));
}

namespace {
class Outliner {
public:
  Outliner(func::FuncOp main, ShapeEnv &env)
      : main(main), inputDims(main, env), env(env), builder(main) {}

  LogicalResult run();

  unsigned numKernels = 0, numCalls = 0;

private:
  void materializeParameters(Operation *op);
  bool staysInMain(Operation *op);
  LogicalResult check(Operation *op);
  void copyForeignResults();
  void outline(Operation *op);
  func::FuncOp createKernel(Operation *op, ArrayRef<Value> arguments);
  func::FuncOp getKernel(Operation *op, ArrayRef<Value> arguments);

  func::FuncOp main;
  InputDims inputDims;
  ShapeEnv &env;
  OpBuilder builder;
  llvm::StringMap<func::FuncOp> kernels; // by printed form
  llvm::StringMap<unsigned> counters;    // by operation name
};
} // namespace

/// Parameters whose values shape analysis knows become constants.
void Outliner::materializeParameters(Operation *op) {
  if (!hasParameters(op))
    return;
  builder.setInsertionPoint(op);
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    static const Dims none;
    const Dims *contents = env.getContents(operand.get());
    if (type && type.hasStaticShape() && type.getNumElements() == 0)
      contents = &none; // whoever passes it
    if (!contents || !type || !type.getElementType().isInteger(64) ||
        isa_and_nonnull<onnx::ConstantOp>(operand.get().getDefiningOp()))
      continue;
    SmallVector<int64_t> values;
    for (Dim element : *contents)
      if (auto value = ShapeEnv::getConstant(element))
        values.push_back(*value);
    if (values.size() != contents->size())
      continue;
    SmallVector<int64_t> shape(type.getRank(), values.size());
    operand.set(createConstant(
        builder, op->getLoc(),
        makeConstant(RankedTensorType::get(shape, type.getElementType()),
                     ArrayRef<int64_t>(values))));
  }
}

bool Outliner::staysInMain(Operation *op) {
  return isa<onnx::ConstantOp, func::ReturnOp>(op) || isView(op) ||
         inputDims.isComputedFromShapes(op);
}

/// Reports what the target cannot do with `op`.
LogicalResult Outliner::check(Operation *op) {
  for (Value result : op->getResults()) {
    const Dims *dims = env.getShape(result);
    if (!dims)
      return op->emitError("result of ")
             << op->getName() << " has unknown rank, which the CPU target does "
             << "not support";
    if (!inputDims.isKnown(dims))
      return op->emitError("the shape ")
             << result.getType() << " of a result of " << op->getName()
             << " depends on data; the CPU target supports shapes that follow "
             << "from the shapes of the inputs (--dim NAME=N fixes a named "
                "dimension of them)";
  }
  if (staysInMain(op))
    return success();
  const KernelEmitter *emitter = KernelRegistry::get().lookup(op);
  if (!emitter)
    return op->emitError("operator ")
           << op->getName() << " is not supported by the CPU target";
  return emitter->check ? emitter->check(op) : success();
}

/// Whatever main returns must have a buffer of its own, which a kernel writes
/// (or, for shape arithmetic, main itself): inputs, constants and values returned
/// before are copied.
void Outliner::copyForeignResults() {
  Operation *terminator = main.front().getTerminator();
  llvm::SmallDenseSet<Value> seen;
  builder.setInsertionPoint(terminator);
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value buffer = getBufferValue(operand.get());
    bool isOurs = buffer.getDefiningOp<func::CallOp>() ||
                  (buffer.getDefiningOp() &&
                   inputDims.isComputedFromShapes(buffer.getDefiningOp()));
    if (isOurs && seen.insert(buffer).second)
      continue;
    auto copy = onnx::IdentityOp::create(builder, operand.get().getLoc(),
                                         operand.get().getType(),
                                         operand.get());
    operand.set(copy.getOutput());
    outline(copy);
  }
}

/// A private function around a clone of `op`.
func::FuncOp Outliner::createKernel(Operation *op, ArrayRef<Value> arguments) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(main);
  auto type = builder.getFunctionType(ValueRange(arguments).getTypes(),
                                      op->getResultTypes());
  auto kernel =
      func::FuncOp::create(builder, op->getLoc(), "kernel", type);
  kernel.setPrivate();
  kernel->setAttr(kernelAttrName, builder.getUnitAttr());
  Block *block = kernel.addEntryBlock();
  builder.setInsertionPointToStart(block);
  IRMapping mapping;
  mapping.map(ArrayRef<Value>(arguments), block->getArguments());
  for (OpOperand &operand : op->getOpOperands())
    if (!mapping.contains(operand.get()))
      mapping.map(operand.get(),
                  builder.clone(*operand.get().getDefiningOp())->getResult(0));
  Operation *clone = builder.clone(*op, mapping);
  if (auto observe = dyn_cast<qnn::ObserveOp>(clone))
    observe.setTensor("");
  func::ReturnOp::create(builder, op->getLoc(), clone->getResults());
  return kernel;
}

/// The kernel for `op`, an earlier one if it is the same.
func::FuncOp Outliner::getKernel(Operation *op, ArrayRef<Value> arguments) {
  func::FuncOp kernel = createKernel(op, arguments);
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel->print(stream, OpPrintingFlags().useLocalScope());
  auto [it, inserted] = kernels.try_emplace(text, kernel);
  if (!inserted) {
    kernel->erase();
    return it->second;
  }
  ++numKernels;
  StringRef name = op->getName().stripDialect();
  SymbolTable symbols(main->getParentOp());
  do
    kernel.setSymName((name + "_" + Twine(counters[name]++)).str());
  while (symbols.lookup(kernel.getSymName()));
  return kernel;
}

/// The attributes of an observer, and how many channels it tells apart.
static DictionaryAttr describeObserver(qnn::ObserveOp observe) {
  NamedAttrList attributes;
  attributes.set("tensor", observe.getTensorAttr());
  if (observe.getChannelHistograms())
    attributes.set("channel_histograms", observe.getChannelHistogramsAttr());
  if (std::optional<int64_t> axis = observe.getChannelAxis()) {
    auto type = cast<RankedTensorType>(observe.getX().getType());
    attributes.set("channels", IntegerAttr::get(IntegerType::get(
                                   observe.getContext(), 64),
                                   type.getDimSize(*axis)));
  }
  return attributes.getDictionary(observe.getContext());
}

void Outliner::outline(Operation *op) {
  llvm::SetVector<Value> arguments;
  for (OpOperand &operand : op->getOpOperands())
    if (!isParameter(operand))
      arguments.insert(operand.get());
  func::FuncOp kernel = getKernel(op, arguments.getArrayRef());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  auto call = func::CallOp::create(builder, op->getLoc(), kernel,
                                   arguments.getArrayRef());
  if (auto observe = dyn_cast<qnn::ObserveOp>(op))
    call->setAttr(observerAttrName, describeObserver(observe));
  op->replaceAllUsesWith(call);
  op->erase();
  ++numCalls;
}

LogicalResult Outliner::run() {
  bool failed = false;
  for (BlockArgument argument : main.getArguments())
    if (!isa<RankedTensorType>(argument.getType())) {
      main.emitError("input ")
          << argument.getArgNumber() << " has type " << argument.getType()
          << "; the CPU target needs a known rank";
      failed = true;
    }
  for (Operation &op : main.front())
    materializeParameters(&op);
  for (Operation &op : main.front())
    failed |= !isa<func::ReturnOp>(op) && mlir::failed(check(&op));
  if (failed)
    return failure();
  for (Operation &op : llvm::make_early_inc_range(main.front()))
    if (!staysInMain(&op))
      outline(&op);
  copyForeignResults();
  return success();
}

namespace {
struct OutlineKernels : quantc::impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal()) {
      getOperation().emitError("no function @main to compile");
      return signalPassFailure();
    }
    if (!llvm::hasSingleElement(main.getBody())) {
      main.emitError("@main must be straight-line code for the CPU target");
      return signalPassFailure();
    }
    ShapeEnv env(&getContext());
    if (failed(env.analyze(main)))
      return signalPassFailure();
    Outliner outliner(main, env);
    if (failed(outliner.run()))
      return signalPassFailure();
    numKernels += outliner.numKernels;
    numCalls += outliner.numCalls;
  }
};
} // namespace
