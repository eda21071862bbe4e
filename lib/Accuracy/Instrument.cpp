//===- Instrument.cpp - Two models and their differences in one -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Both models are copied side by side, each only as far as the next operation they
// have in common; then that operation's variants are computed and reduced to sums
// of squares at once, so that no intermediate has to live long.
//
//===----------------------------------------------------------------------===//

#include "Instrument.h"
#include "OpVariants.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Quantization/TensorNames.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace quantc;

namespace {
/// Copies a function's operations into another, as far as they are asked for.
class Copier {
public:
  Copier(OpBuilder &builder, func::FuncOp from, Block *arguments)
      : builder(builder), next(from.getBody().front().begin()) {
    mapping.map(from.getArguments(), arguments->getArguments());
  }

  /// Copies everything up to and including the operation defining `value`.
  Value upTo(Value value) {
    while (!mapping.contains(value))
      builder.clone(*next++, mapping);
    return mapping.lookup(value);
  }
  IRMapping mapping;

private:
  OpBuilder &builder;
  Block::iterator next;
};

class Instrumenter {
public:
  Instrumenter(func::FuncOp floatMain, func::FuncOp quantizedMain);

  std::optional<InstrumentedModel> run();

private:
  func::FuncOp createMain();
  OpError describe(const MatchedOp &match) const;
  void observe(const MatchedOp &match, Value x);
  void measure(const MatchedOp &match);
  void measureCauses(OpVariants &variants, Value yf, Value local,
                     const MatchedOp &match);
  /// Records the sum of squares of `a` - `b`, or of `a`.
  void record(unsigned energy, Value a, Value b = nullptr);
  void record(Cause cause, Value a, Value b) {
    record(unsigned(Energy::FirstCause) + unsigned(cause), a, b);
  }
  void finish(func::FuncOp main);

  func::FuncOp floatMain, quantizedMain;
  InstrumentedModel result;
  OpBuilder builder;
  Location loc;
  Block *body = nullptr;
  std::optional<Copier> floats, codes;
  DecodedWeights weights;
  DenseMap<Value, std::string> names;
  DenseMap<Value, unsigned> observers;
  SmallVector<Value> noise, elements;
};
} // namespace

Instrumenter::Instrumenter(func::FuncOp floatMain, func::FuncOp quantizedMain)
    : floatMain(floatMain), quantizedMain(quantizedMain),
      builder(floatMain.getContext()), loc(floatMain.getLoc()),
      names(getTensorNames(floatMain)) {}

/// An empty main with the float model's arguments.
func::FuncOp Instrumenter::createMain() {
  result.module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(result.module->getBody());
  auto main = func::FuncOp::create(
      builder, loc, "main",
      builder.getFunctionType(floatMain.getArgumentTypes(), {}));
  if (ArrayAttr attributes = floatMain.getAllArgAttrs())
    main.setAllArgAttrs(attributes);
  body = main.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  floats.emplace(builder, floatMain, body);
  codes.emplace(builder, quantizedMain, body);
  return main;
}

OpError Instrumenter::describe(const MatchedOp &match) const {
  OpError op;
  op.op = match.floatOp->getName().stripDialect().str();
  op.node = getNodeName(match.floatOp->getLoc()).str();
  bool codesIn = match.hasKind(OperandKind::Static) ||
                 match.hasKind(OperandKind::Dynamic);
  op.macs = getDepth(match.floatOp); // times its elements, once these are known
  op.isInteger = isProduct(match.floatOp) && codesIn &&
                 match.getDequantize(1) != nullptr;
  for (auto [i, kind] : llvm::enumerate(match.operands)) {
    if (kind != OperandKind::Static && kind != OperandKind::Dynamic)
      continue;
    op.tensor = names.lookup(match.floatOp->getOperand(i));
    if (kind == OperandKind::Static)
      op.range = getCodedRange(match.getDequantize(i));
    break;
  }
  return op;
}

/// Counts the values of the first quantized operand, once per value.
void Instrumenter::observe(const MatchedOp &match, Value x) {
  auto [entry, isNew] =
      observers.insert({x, unsigned(result.ops.size() - 1)});
  result.observed.back() = int(entry->second);
  if (isNew)
    qnn::ObserveOp::create(builder, loc, x, /*mask=*/Value(),
                           builder.getStringAttr(std::to_string(entry->second)),
                           /*channel_axis=*/IntegerAttr(),
                           /*channel_histograms=*/UnitAttr());
}

void Instrumenter::record(unsigned energy, Value a, Value b) {
  Value difference =
      b ? onnx::SubOp::create(builder, loc, a.getType(), a, b) : a;
  auto scalar = RankedTensorType::get({}, builder.getF32Type());
  Value sum = onnx::ReduceSumSquareOp::create(
      builder, loc, scalar, difference, /*axes=*/Value(), /*keepdims=*/0,
      /*noop_with_empty_axes=*/0);
  noise.push_back(onnx::UnsqueezeOp::create(
      builder, loc, RankedTensorType::get({1}, builder.getF32Type()), sum,
      createInts(builder, loc, {0})));
  result.energies.push_back({unsigned(result.ops.size() - 1), energy});
}

void Instrumenter::measureCauses(OpVariants &variants, Value yf, Value local,
                                 const MatchedOp &match) {
  if (match.hasKind(OperandKind::Static) ||
      match.hasKind(OperandKind::Dynamic)) {
    Value clipped = variants.makeClipped();
    record(Cause::Clipping, clipped, yf);
    record(Cause::Rounding, variants.makeRounded(), clipped);
  }
  if (variants.changesWeight())
    if (Value value = variants.makeWeightOnly())
      record(Cause::Weight, value, yf);
  if (variants.changesBias())
    if (Value value = variants.makeBiasOnly())
      record(Cause::Bias, value, yf);
  // Only products have an integer form of their own.
  if (result.ops.back().isInteger)
    if (Value value = variants.makeDequantized())
      record(Cause::Rewrite, local, value);
}

void Instrumenter::measure(const MatchedOp &match) {
  result.ops.push_back(describe(match));
  result.observed.push_back(-1);
  Value yq = codes->upTo(match.getQuantizedResult());
  Value yf = floats->upTo(match.getFloatResult());
  record(unsigned(Energy::Signal), yf);
  record(unsigned(Energy::Total), yq, yf);
  auto count = RankedTensorType::get({1}, builder.getI64Type());
  auto scalar = RankedTensorType::get({}, builder.getI64Type());
  Value size = onnx::SizeOp::create(builder, loc, scalar, yf);
  elements.push_back(onnx::UnsqueezeOp::create(
      builder, loc, count, size, createInts(builder, loc, {0})));
  if (match.isTable()) {
    // The indices are the same in both models: all of it is the weights' error.
    result.ops.back().isQuantized = true;
    record(unsigned(Energy::Local), yq, yf);
    return record(Cause::Weight, yq, yf);
  }
  SmallVector<Value> inputs;
  for (auto [i, operand] : llvm::enumerate(match.floatOp->getOperands())) {
    inputs.push_back(floats->mapping.lookup(operand));
    bool coded = match.operands[i] == OperandKind::Static ||
                 match.operands[i] == OperandKind::Dynamic;
    if (coded && result.observed.back() < 0)
      observe(match, inputs.back());
  }
  OpVariants variants(builder, match, inputs, codes->mapping, weights);
  bool isQuantized = result.observed.back() >= 0 || variants.changesWeight() ||
                     variants.changesBias();
  result.ops.back().isQuantized = isQuantized;
  if (!isQuantized)
    return record(unsigned(Energy::Inherited), yq, yf);
  Value local = variants.makeQuantized();
  record(unsigned(Energy::Inherited), yq, local);
  record(unsigned(Energy::Local), local, yf);
  measureCauses(variants, yf, local, match);
}

/// Returns both models' outputs and everything recorded.
void Instrumenter::finish(func::FuncOp main) {
  SmallVector<Value> outputs;
  SmallVector<std::string> outputNames;
  for (auto [from, copier, prefix] :
       {std::tuple(floatMain, &*floats, "float."),
        std::tuple(quantizedMain, &*codes, "quantized.")}) {
    Operation *terminator = from.getBody().front().getTerminator();
    for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
      outputs.push_back(copier->upTo(value));
      outputNames.push_back(prefix + std::to_string(i));
    }
  }
  result.numOutputs = floatMain.getNumResults();
  auto concat = [&](ArrayRef<Value> values, Type element) -> Value {
    auto type = RankedTensorType::get({int64_t(values.size())}, element);
    return onnx::ConcatOp::create(builder, loc, type, values, /*axis=*/0);
  };
  outputs.push_back(concat(noise, builder.getF32Type()));
  outputs.push_back(concat(elements, builder.getI64Type()));
  llvm::append_values(outputNames, std::string("noise"),
                      std::string("elements"));
  func::ReturnOp::create(builder, loc, outputs);
  main.setType(builder.getFunctionType(main.getArgumentTypes(),
                                       TypeRange(ValueRange(outputs))));
  for (auto [i, name] : llvm::enumerate(outputNames))
    main.setResultAttr(unsigned(i), "onnx.name", builder.getStringAttr(name));
}

std::optional<InstrumentedModel> Instrumenter::run() {
  if (floatMain.getArgumentTypes() != quantizedMain.getArgumentTypes() ||
      floatMain.getNumResults() != quantizedMain.getNumResults()) {
    emitError(loc) << "the float and the quantized model differ in their inputs "
                      "or outputs";
    return std::nullopt;
  }
  std::vector<MatchedOp> matches = matchOps(floatMain, quantizedMain);
  if (matches.empty()) {
    emitError(loc) << "no operation of the float model is found in the quantized "
                      "one; operators and node names have to agree";
    return std::nullopt;
  }
  func::FuncOp main = createMain();
  for (const MatchedOp &match : matches)
    measure(match);
  finish(main);
  return std::move(result);
}

std::optional<InstrumentedModel> quantc::instrument(ModuleOp floatModel,
                                                    ModuleOp quantized) {
  auto floatMain = floatModel.lookupSymbol<func::FuncOp>("main");
  auto quantizedMain = quantized.lookupSymbol<func::FuncOp>("main");
  if (!floatMain || !quantizedMain) {
    emitError(floatModel.getLoc()) << "no function @main to compare";
    return std::nullopt;
  }
  return Instrumenter(floatMain, quantizedMain).run();
}
