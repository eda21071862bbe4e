//===- MatchedOps.cpp - One operation in two models -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "MatchedOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Quantization/Movement.h"
#include "quantc/Quantization/TensorNames.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;

bool quantc::isProduct(Operation *op) {
  return isa<onnx::MatMulOp, onnx::GemmOp, onnx::ConvOp>(op);
}

static bool isConstant(Value value) {
  return value.getDefiningOp<onnx::ConstantOp>() != nullptr;
}

Value quantc::getAddedConstant(onnx::AddOp add) {
  return isConstant(add.getB()) ? add.getB() : add.getA();
}

/// The only user of `product` if that adds a constant.
static onnx::AddOp findBias(Operation *product) {
  if (!isa<onnx::MatMulOp>(product) || !product->hasOneUse())
    return nullptr;
  auto add = dyn_cast<onnx::AddOp>(*product->user_begin());
  return add && (isConstant(add.getA()) || isConstant(add.getB())) ? add
                                                                    : nullptr;
}

Value MatchedOp::getFloatResult() const {
  return floatBias ? floatBias->getResult(0) : floatOp->getResult(0);
}

Value MatchedOp::getQuantizedResult() const {
  return quantizedBias ? quantizedBias->getResult(0)
                       : quantizedOp->getResult(0);
}

qnn::DequantizeOp MatchedOp::getDequantize(unsigned operand) const {
  return quantizedOp->getOperand(operand).getDefiningOp<qnn::DequantizeOp>();
}

int MatchedOp::getBiasOperand() const {
  return isa<onnx::ConvOp, onnx::GemmOp>(floatOp) &&
                 floatOp->getNumOperands() == 3
             ? 2
             : -1;
}

std::optional<Interval> quantc::getCodedRange(qnn::DequantizeOp dequantize) {
  auto scale = ConstantData::get(dequantize.getScale());
  if (!scale || scale->getNumElements() != 1)
    return std::nullopt;
  int64_t zeroPoint = 0;
  if (Value given = dequantize.getZeroPoint()) {
    auto data = ConstantData::get(given);
    if (!data || data->getNumElements() != 1)
      return std::nullopt;
    zeroPoint = data->getInt(0);
  }
  auto [lo, hi] = dequantize.getCodec().getCodeRange();
  float factor = scale->as<float>()[0];
  return Interval{float(lo - zeroPoint) * factor, float(hi - zeroPoint) * factor};
}

int64_t quantc::getDepth(Operation *op) {
  if (!isProduct(op))
    return 0;
  auto weight = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  if (!weight || !weight.hasStaticShape() || !isConstant(op->getOperand(1)))
    return 0;
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  bool outputFirst = isa<onnx::ConvOp>(op) || (gemm && gemm.getTransB());
  int64_t channels = weight.getDimSize(outputFirst ? 0 : weight.getRank() - 1);
  return channels ? weight.getNumElements() / channels : 0;
}

static OperandKind getKind(Value operand) {
  if (isConstant(operand))
    return OperandKind::Constant;
  auto dequantize = operand.getDefiningOp<qnn::DequantizeOp>();
  if (!dequantize)
    return OperandKind::Float;
  if (isConstant(dequantize.getCodes()))
    return OperandKind::Constant;
  if (isConstant(dequantize.getScale()))
    return OperandKind::Static;
  auto measured = dequantize.getCodes().getDefiningOp<qnn::DynamicQuantizeOp>();
  return measured && dequantize.getScale() == measured.getScale()
             ? OperandKind::Dynamic
             : OperandKind::Float;
}

/// A dequantize of rows gathered from a constant table of codes.
static bool isTableRead(Operation *op) {
  auto dequantize = dyn_cast<qnn::DequantizeOp>(op);
  auto gather = dequantize
                    ? dequantize.getCodes().getDefiningOp<onnx::GatherOp>()
                    : nullptr;
  return gather && isConstant(gather.getData());
}

namespace {
/// The operations of a function by operator, node and how often both occurred.
class OpIndex {
public:
  explicit OpIndex(func::FuncOp function) {
    for (Operation &op : function.getBody().front())
      if (isa_and_present<onnx::ONNXDialect>(op.getDialect()) &&
          op.getNumResults() > 0)
        index[getKey(op.getName().stripDialect(), op.getLoc())].push_back(&op);
  }

  /// The next operation of that operator and node, or null.
  Operation *take(StringRef op, Location loc) {
    std::string key = getKey(op, loc);
    auto found = index.find(key);
    unsigned number = taken[key]++;
    return found != index.end() && number < found->second.size()
               ? found->second[number]
               : nullptr;
  }

private:
  static std::string getKey(StringRef op, Location loc) {
    return op.str() + ' ' + getNodeName(loc).str();
  }
  llvm::StringMap<SmallVector<Operation *, 1>> index;
  llvm::StringMap<unsigned> taken;
};
} // namespace

/// Whether both results are float tensors of one rank, so that they can be
/// subtracted.
static bool areComparable(Value a, Value b) {
  auto first = dyn_cast<RankedTensorType>(a.getType());
  auto second = dyn_cast<RankedTensorType>(b.getType());
  return first && second && first.getElementType().isF32() &&
         second.getElementType().isF32() &&
         succeeded(verifyCompatibleShape(first, second));
}

/// Fills in the rest of a match; false if the operation is not of interest.
static bool complete(MatchedOp &match) {
  Operation *a = match.floatOp, *b = match.quantizedOp;
  if (match.isTable())
    return areComparable(a->getResult(0), b->getResult(0));
  if (a->getNumOperands() != b->getNumOperands() || a->getNumRegions() > 0 ||
      !getMovedOperands(b).empty())
    return false;
  for (Value operand : b->getOperands())
    match.operands.push_back(getKind(operand));
  match.floatBias = findBias(a);
  match.quantizedBias = findBias(b);
  if (!match.floatBias != !match.quantizedBias)
    match.floatBias = match.quantizedBias = nullptr;
  bool quantized = llvm::any_of(b->getOperands(), [](Value operand) {
    return bool(operand.getDefiningOp<qnn::DequantizeOp>()) &&
           getKind(operand) != OperandKind::Float;
  });
  return (quantized || (isProduct(a) && getDepth(a))) &&
         areComparable(match.getFloatResult(), match.getQuantizedResult());
}

std::vector<MatchedOp> quantc::matchOps(func::FuncOp floatMain,
                                        func::FuncOp quantizedMain) {
  std::vector<MatchedOp> matches;
  OpIndex index(floatMain);
  for (Operation &op : quantizedMain.getBody().front()) {
    // The reads of codes and scales carry the name of the read they replace.
    if (llvm::any_of(op.getUsers(), isTableRead) && isa<onnx::GatherOp>(op))
      continue;
    bool isTable = isTableRead(&op);
    if (!isTable && (!isa_and_present<onnx::ONNXDialect>(op.getDialect()) ||
                     isa<onnx::ConstantOp>(op) || op.getNumResults() == 0))
      continue;
    MatchedOp match;
    match.quantizedOp = &op;
    match.floatOp = index.take(
        isTable ? "Gather" : op.getName().stripDialect(), op.getLoc());
    if (match.floatOp && complete(match))
      matches.push_back(std::move(match));
  }
  return matches;
}
