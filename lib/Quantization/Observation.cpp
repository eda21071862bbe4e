//===- Observation.cpp - Which tensors calibration observes ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Observation.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Quantization/Movement.h"
#include "quantc/Quantization/TensorNames.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

static RankedTensorType getF32Tensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32() ? type : nullptr;
}

static bool isConstant(Value value) {
  return value.getDefiningOp<ConstantOp>() != nullptr;
}

namespace {
/// Collects values in the order of their first readers.
class Finder {
public:
  explicit Finder(const Recipe *recipe) : recipe(recipe) {}

  void visit(Operation *op);
  std::vector<ObservedTensor> take();

private:
  bool isWanted(Operation *op) const;
  void add(Value value, std::optional<int64_t> channelAxis);
  bool readsImages(Operation *op) const;

  const Recipe *recipe;
  llvm::DenseSet<Value> images; // computed from convolutions
  llvm::MapVector<Value, std::optional<int64_t>> found;
};
} // namespace

bool Finder::isWanted(Operation *op) const {
  if (!recipe)
    return true;
  Scheme scheme = recipe->getScheme(op->getName().stripDialect(),
                                    getNodeName(op->getLoc()));
  return scheme.weights || scheme.activations;
}

void Finder::add(Value value, std::optional<int64_t> channelAxis) {
  RankedTensorType type = getF32Tensor(value);
  if (!type || isConstant(value))
    return;
  if (channelAxis &&
      (*channelAxis >= type.getRank() || type.isDynamicDim(*channelAxis)))
    channelAxis.reset();
  auto [entry, isNew] = found.insert({value, channelAxis});
  if (!isNew && !entry->second)
    entry->second = channelAxis;
}

/// Whether all operands that hold images are computed from convolutions.
bool Finder::readsImages(Operation *op) const {
  bool any = false;
  for (Value operand : op->getOperands()) {
    if (isConstant(operand) || !getF32Tensor(operand))
      continue;
    if (!images.contains(operand))
      return false;
    any = true;
  }
  return any;
}

void Finder::visit(Operation *op) {
  if (isa<MatMulOp, GemmOp, ConvOp, ConvTransposeOp>(op)) {
    bool isConv = isa<ConvOp, ConvTransposeOp>(op);
    if (isConv)
      images.insert(op->getResult(0));
    RankedTensorType type = getF32Tensor(op->getOperand(0));
    if (type && type.getRank() >= 2 && isConstant(op->getOperand(1)) &&
        isWanted(op))
      add(op->getOperand(0), isConv ? 1 : type.getRank() - 1);
    return;
  }
  if (op->getNumResults() != 1 || !getF32Tensor(op->getResult(0)) ||
      !readsImages(op))
    return;
  images.insert(op->getResult(0));
  if (isa<ReluOp, ClipOp, LeakyReluOp, HardSwishOp, HardSigmoidOp>(op) ||
      !getMovedOperands(op).empty() || !isWanted(op))
    return;
  for (Value operand : op->getOperands())
    add(operand, std::nullopt);
}

std::vector<ObservedTensor> Finder::take() {
  std::vector<ObservedTensor> values;
  for (auto [value, axis] : found)
    values.push_back({value, axis});
  return values;
}

std::vector<ObservedTensor>
quantc::findObservedValues(func::FuncOp function, const Recipe *recipe) {
  Finder finder(recipe);
  if (!function.isExternal())
    for (Operation &op : function.getBody().front())
      finder.visit(&op);
  return finder.take();
}

/// Integer or boolean [batch, seq].
static bool canBeMask(Value argument) {
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  return type && type.getRank() == 2 && type.getElementType().isIntOrIndex();
}

static StringRef getInputName(func::FuncOp function, unsigned i) {
  auto name = function.getArgAttrOfType<StringAttr>(i, "onnx.name");
  return name ? name.getValue() : "";
}

/// Names that exporters give to masks that are zero where there is padding.
static bool isMaskName(StringRef name) {
  return name == "mask" || name.contains_insensitive("attention_mask") ||
         name.contains_insensitive("attn_mask") ||
         name.contains_insensitive("input_mask");
}

llvm::Expected<Value> quantc::findMask(func::FuncOp function, StringRef mask,
                                       ShapeEnv &env) {
  if (mask == "none")
    return Value();
  std::string possible;
  for (BlockArgument argument : function.getArguments()) {
    if (!canBeMask(argument))
      continue;
    StringRef name = getInputName(function, argument.getArgNumber());
    possible += (possible.empty() ? "" : ", ") + name.str();
    if (name == mask)
      return argument;
    bool besideIds = llvm::any_of(function.getArguments(), [&](Value other) {
      return other != argument && canBeMask(other) &&
             *env.getShape(other) == *env.getShape(argument);
    });
    if (mask == "auto" && isMaskName(name) && besideIds)
      return argument;
  }
  if (mask == "auto")
    return Value();
  return llvm::createStringError(
      "the model has no integer input [batch, seq] called '" + mask.str() +
      "' to be a mask; " +
      (possible.empty() ? "it has none of that shape"
                        : "it has: " + possible) +
      "; --mask none leaves nothing out");
}

bool quantc::isMaskedBy(Value value, Value mask, ShapeEnv &env) {
  const Dims *shape = env.getShape(value);
  const Dims &positions = *env.getShape(mask);
  if (!shape || shape->empty())
    return false;
  if (shape->size() > 2 && (*shape)[0] == positions[0] &&
      (*shape)[1] == positions[1])
    return true;
  return (*shape)[0] == env.product(positions);
}
