//===- LiftMicrosoft.cpp - Operators of com.microsoft ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's own operators, where ONNX's can say the same: fused operators
// are taken apart. The quantized ones are in LiftQOperator.cpp
// and LiftMatMulNBits.cpp.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// The same operator under ONNX's name.
static LogicalResult liftNothing(NodeBuilder &, Node &) { return success(); }

/// x + bias, then Gelu.
static LogicalResult addBias(NodeBuilder &b, Node &node) {
  if (node.operands.size() < 2 || !node.operands[0] || !node.operands[1])
    return success();
  Value sum = b.create(node, "Add", {node.operands[0], node.operands[1]});
  node.operands = {sum};
  return success(bool(sum));
}

static LogicalResult liftBiasGelu(NodeBuilder &b, Node &node) {
  node.type = "Gelu";
  return addBias(b, node);
}

static LogicalResult liftFastGelu(NodeBuilder &b, Node &node) {
  node.type = "Gelu";
  node.attributes.set("approximate", b.builder.getStringAttr("tanh"));
  return addBias(b, node);
}

/// x * sigmoid(alpha * x).
static LogicalResult liftQuickGelu(NodeBuilder &b, Node &node) {
  node.type = "Swish";
  if (!node.attributes.get("alpha"))
    node.attributes.set("alpha", b.builder.getF32FloatAttr(1.702f));
  return success();
}

/// Swaps the last two dimensions of an operand.
static LogicalResult transpose(NodeBuilder &b, Node &node, unsigned index) {
  auto type = cast<TensorType>(node.operands[index].getType());
  if (!type.hasRank() || type.getRank() < 2)
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "a transposed input must be of known rank, at least 2");
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  node.operands[index] = b.create(
      node, "Transpose", node.operands[index],
      b.builder.getNamedAttr("perm", b.builder.getDenseI64ArrayAttr(perm)));
  return success(bool(node.operands[index]));
}

/// alpha * (A or A') x (B or B').
static LogicalResult liftFusedMatMul(NodeBuilder &b, Node &node) {
  if (!node.operand(0) || !node.operand(1))
    return b.error(node, ErrorCode::InvalidInput, "P16",
                   "a required input is omitted");
  if (takeInt(node, "transBatchA", 0) || takeInt(node, "transBatchB", 0))
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "transposed batches are not supported");
  for (unsigned index : {0, 1})
    if (takeInt(node, index == 0 ? "transA" : "transB", 0))
      if (failed(transpose(b, node, index)))
        return failure();
  auto alpha = dyn_cast_or_null<FloatAttr>(node.take("alpha"));
  node.type = "MatMul";
  if (!alpha || alpha.getValueAsDouble() == 1)
    return success();
  Value product = b.create(node, "MatMul", node.operands);
  if (!product)
    return failure();
  auto type = RankedTensorType::get({}, getElement(product));
  if (!type.getElementType().isF32())
    return b.error(node, ErrorCode::Unsupported, "P23",
                   "alpha is supported for float only");
  node.type = "Mul";
  node.operands = {product, createFloat(b.builder, node.loc,
                                        float(alpha.getValueAsDouble()))};
  return success();
}

/// Conv or Gemm, then an activation without parameters.
static LogicalResult liftActivated(NodeBuilder &b, Node &node, StringRef type) {
  auto activation = dyn_cast_or_null<StringAttr>(node.take("activation"));
  node.type = type.str();
  if (!activation)
    return success();
  StringRef name = activation.getValue();
  if (name != "Relu" && name != "Sigmoid" && name != "Tanh")
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "activation " + quote(name) + " is not supported");
  Value product =
      b.create(node, type, node.operands, node.attributes.getAttrs());
  node.type = name.str();
  node.operands = {product};
  node.attributes.clear();
  return success(bool(product));
}

static LogicalResult liftFusedConv(NodeBuilder &b, Node &node) {
  if (node.operand(3))
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "input Z is not supported");
  return liftActivated(b, node, "Conv");
}

static LogicalResult liftFusedGemm(NodeBuilder &b, Node &node) {
  return liftActivated(b, node, "Gemm");
}

/// (input, skip, parameters..., bias): normalization of the sum, which is the
/// fourth output.
static LogicalResult liftSkip(NodeBuilder &b, Node &node, StringRef type,
                              unsigned parameters) {
  if (!node.operand(0) || !node.operand(1) || !node.operand(2))
    return b.error(node, ErrorCode::InvalidInput, "P16",
                   "a required input is omitted");
  Value sum = b.create(node, "Add", {node.operands[0], node.operands[1]});
  if (Value bias = node.operand(2 + parameters))
    sum = sum ? b.create(node, "Add", {sum, bias}) : sum;
  if (!sum)
    return failure();
  SmallVector<Value> operands = {sum};
  for (unsigned i = 0; i < parameters; ++i)
    operands.push_back(node.operand(2 + i));
  if (!node.attributes.get("epsilon"))
    node.attributes.set("epsilon", b.builder.getF32FloatAttr(1e-12f));
  Value result = b.create(node, type, operands, node.attributes.getAttrs());
  node.results = {result, Value(), Value(), sum};
  return success(bool(result));
}

static LogicalResult liftSkipLayerNormalization(NodeBuilder &b, Node &node) {
  return liftSkip(b, node, "LayerNormalization", 2);
}

static LogicalResult liftSkipSimplified(NodeBuilder &b, Node &node) {
  return liftSkip(b, node, "RMSNormalization", 1);
}

ArrayRef<NamedLift> import::getMicrosoftLifts() {
  static constexpr NamedLift lifts[] = {
      {"BiasGelu", liftBiasGelu},
      {"DequantizeLinear", liftNothing},
      {"FastGelu", liftFastGelu},
      {"FusedConv", liftFusedConv},
      {"FusedGemm", liftFusedGemm},
      {"FusedMatMul", liftFusedMatMul},
      {"Gelu", liftNothing},
      {"MatMulNBits", liftMatMulNBits},
      {"QuantizeLinear", liftNothing},
      {"QuickGelu", liftQuickGelu},
      {"SkipLayerNormalization", liftSkipLayerNormalization},
      {"SkipSimplifiedLayerNormalization", liftSkipSimplified},
  };
  return lifts;
}
