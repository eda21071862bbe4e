//===- Versions.cpp - What an operator set version can say ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The opposite of lib/Import/Lift*.cpp: the dialect has the newest form of every
// operator, and most of them have not changed since opset 13. The tables hold
// what is newer.
//
//===----------------------------------------------------------------------===//

#include "Versions.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Export/ONNX.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::exporting;
using namespace quantc::onnx;

namespace {
struct Since {
  StringLiteral op;
  /// An attribute that is not its default, "#3" for operand 3, or "" for the
  /// operator itself.
  StringLiteral what;
  int64_t opset;
};
} // namespace

static constexpr Since table[] = {
    {"Attention", "", 23},
    {"Attention", "#6", 24},
    {"Attention", "left_window_size", 25},
    {"Attention", "right_window_size", 25},
    {"AveragePool", "dilations", 19},
    {"BatchNormalization", "training_mode", 14},
    {"BitwiseAnd", "", 18},
    {"BitwiseNot", "", 18},
    {"BitwiseOr", "", 18},
    {"BitwiseXor", "", 18},
    {"Cast", "saturate", 19},
    {"Cast", "round_mode", 24},
    {"CastLike", "", 15},
    {"CastLike", "saturate", 19},
    {"CastLike", "round_mode", 24},
    {"DequantizeLinear", "block_size", 21},
    {"GRU", "layout", 14},
    {"Gelu", "", 20},
    {"GridSample", "", 16},
    {"GroupNormalization", "", 21},
    {"HardSwish", "", 14},
    {"LSTM", "layout", 14},
    {"LayerNormalization", "", 17},
    {"LpPool", "ceil_mode", 18},
    {"LpPool", "dilations", 18},
    {"Mish", "", 18},
    {"Pad", "#3", 18},
    {"QuantizeLinear", "block_size", 21},
    {"QuantizeLinear", "saturate", 19},
    {"RMSNormalization", "", 23},
    {"RNN", "layout", 14},
    {"Range", "stash_type", 27},
    {"ReduceL1", "noop_with_empty_axes", 18},
    {"ReduceL2", "noop_with_empty_axes", 18},
    {"ReduceLogSum", "noop_with_empty_axes", 18},
    {"ReduceLogSumExp", "noop_with_empty_axes", 18},
    {"ReduceMax", "noop_with_empty_axes", 18},
    {"ReduceMean", "noop_with_empty_axes", 18},
    {"ReduceMin", "noop_with_empty_axes", 18},
    {"ReduceProd", "noop_with_empty_axes", 18},
    {"ReduceSumSquare", "noop_with_empty_axes", 18},
    {"Reshape", "allowzero", 14},
    {"Resize", "antialias", 18},
    {"Resize", "axes", 18},
    {"Resize", "keep_aspect_ratio_policy", 18},
    {"RotaryEmbedding", "", 23},
    {"ScatterElements", "reduction", 18},
    {"ScatterND", "reduction", 18},
    {"Shape", "end", 15},
    {"Shape", "start", 15},
    {"SpaceToDepth", "mode", 28},
    {"Swish", "", 24},
    {"Trilu", "", 14},
};

/// Whether operand `index` of `op`, counted with the absent ones, is there.
static bool hasOperand(Operation *op, unsigned index) {
  std::optional<Attribute> sizes = op->getInherentAttr("operandSegmentSizes");
  auto array = sizes ? dyn_cast_if_present<DenseI32ArrayAttr>(*sizes)
                     : DenseI32ArrayAttr();
  if (array)
    return index < array.size() && array[index] != 0;
  return index < op->getNumOperands();
}

/// A reduction that took its axes as an attribute before opset 18.
static bool hadAxesAttribute(Operation *op) {
  return op->getName().stripDialect().starts_with("Reduce") &&
         !isa<ReduceSumOp>(op);
}

/// Whether all results of a Split have the size that "equal parts" means before
/// opset 18: exactly equal.
static bool splitsEqually(SplitOp split) {
  auto first = dyn_cast<RankedTensorType>(split->getResult(0).getType());
  return first && llvm::all_of(split->getResults(), [&](Value part) {
           auto type = dyn_cast<RankedTensorType>(part.getType());
           return type && type.hasStaticShape() && type == first;
         });
}

/// Whether a pool with `ceil_mode` leaves out a window that would start in the
/// padding, which versions before 22 count.
template <typename OpTy> static bool dropsLastWindow(OpTy pool) {
  auto x = dyn_cast<RankedTensorType>(pool.getX().getType());
  auto y = dyn_cast<RankedTensorType>(pool.getY().getType());
  std::optional<ArrayRef<int64_t>> pads = pool.getPads();
  if (!pool.getCeilMode() || !x || !y)
    return false;
  size_t spatial = pool.getKernelShape().size();
  for (size_t d = 0; d < spatial; ++d) {
    int64_t stride = pool.getStrides() ? (*pool.getStrides())[d] : 1;
    int64_t dilation = pool.getDilations() ? (*pool.getDilations())[d] : 1;
    int64_t window = (pool.getKernelShape()[d] - 1) * dilation + 1;
    int64_t padded = x.getDimSize(2 + d);
    if (pads)
      padded += (*pads)[d] + (*pads)[spatial + d];
    if (!x.isDynamicDim(2 + d) && !y.isDynamicDim(2 + d) &&
        y.getDimSize(2 + d) <
            int64_t(llvm::divideCeil(padded - window, stride)) + 1)
      return true;
  }
  return false;
}

/// What needs more than a look at attribute names.
static int64_t getRequiredBySpecialCase(Operation *op) {
  if (hadAxesAttribute(op) && op->getNumOperands() > 1 &&
      !ConstantData::get(op->getOperand(1)))
    return 18;
  if (auto pool = dyn_cast<MaxPoolOp>(op); pool && dropsLastWindow(pool))
    return 22;
  if (auto pool = dyn_cast<AveragePoolOp>(op); pool && dropsLastWindow(pool))
    return 22;
  if (auto split = dyn_cast<SplitOp>(op))
    return split.getSplit() || splitsEqually(split) ? minExportOpset : 18;
  if (isa<QuantizeLinearOp, DequantizeLinearOp>(op)) {
    bool isQuantize = isa<QuantizeLinearOp>(op);
    Value codes = isQuantize ? op->getResult(0) : op->getOperand(0);
    Type element = getElementTypeOrSelf(codes);
    // The type of codes without a zero point.
    bool isDefault = element.isUnsignedInteger(8) || op->getNumOperands() > 2;
    if (isQuantize && !isDefault)
      return 21;
    Type real = getElementTypeOrSelf(isQuantize ? op->getOperand(0)
                                                : op->getResult(0));
    if (real != getElementTypeOrSelf(op->getOperand(1)))
      return 23;
  }
  return minExportOpset;
}

int64_t exporting::getRequiredOpset(Operation *op) {
  int64_t opset =
      std::max(getRequiredBySpecialCase(op), getRequiredByTypes(op));
  auto require = [&](int64_t other) { opset = std::max(opset, other); };
  StringRef name = op->getName().stripDialect();
  SmallVector<NamedAttribute> attributes = getAttributes(op);
  for (const Since &entry : table) {
    if (entry.op != name)
      continue;
    StringRef what = entry.what;
    unsigned operand = 0;
    if (what.empty() ||
        (what.consume_front("#") && !what.getAsInteger(10, operand) &&
         hasOperand(op, operand)) ||
        llvm::any_of(attributes, [&](NamedAttribute attr) {
          return attr.getName() == what;
        }))
      require(entry.opset);
  }
  return opset;
}

static pb::AttributeProto *find(pb::NodeProto &node, StringRef name) {
  for (pb::AttributeProto &attr : *node.mutable_attribute())
    if (attr.name() == name)
      return &attr;
  return nullptr;
}

static void erase(pb::NodeProto &node, StringRef name) {
  auto &attributes = *node.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i)
    if (attributes[i].name() == name)
      attributes.DeleteSubrange(i, 1);
}

void exporting::adaptToOpset(Operation *op, int64_t opset,
                             pb::NodeProto &node) {
  if (opset < 18 && hadAxesAttribute(op) && op->getNumOperands() > 1) {
    pb::AttributeProto *axes = node.add_attribute();
    axes->set_name("axes");
    axes->set_type(pb::AttributeProto::INTS);
    for (int64_t axis : ConstantData::get(op->getOperand(1))->getInts())
      axes->add_ints(axis);
    node.mutable_input()->RemoveLast();
  }
  if (opset < 18 && isa<SplitOp>(op))
    erase(node, "num_outputs");
  pb::AttributeProto *mode = find(node, "mode");
  if (opset < 20 && isa<GridSampleOp>(op) && mode)
    mode->set_s(mode->s() == "cubic" ? "bicubic" : mode->s());
}

int64_t exporting::getIRVersion(int64_t opset) {
  static constexpr int64_t firstOpsets[] = {15, 19, 21, 23, 24, 25, 28};
  return 7 + llvm::count_if(firstOpsets,
                            [&](int64_t first) { return opset >= first; });
}

SmallVector<NamedAttribute> exporting::getAttributes(Operation *op) {
  // An operation created without attributes has the default ones.
  OperationState state(op->getLoc(), op->getName());
  Operation *plain = Operation::create(state);
  NamedAttrList defaults, given;
  plain->getName().populateInherentAttrs(plain, defaults);
  op->getName().populateInherentAttrs(op, given);
  plain->destroy();
  SmallVector<NamedAttribute> attributes;
  for (NamedAttribute attr : given)
    if (!attr.getName().getValue().ends_with("SegmentSizes") &&
        attr.getValue() != defaults.get(attr.getName()))
      attributes.push_back(attr);
  llvm::sort(attributes, [](NamedAttribute a, NamedAttribute b) {
    return a.getName().getValue() < b.getName().getValue();
  });
  return attributes;
}
