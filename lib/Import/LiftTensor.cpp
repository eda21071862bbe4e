//===- LiftTensor.cpp - Older versions of Tensor operators ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"
#include "Types.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// A TensorProto.DataType attribute that decides the result's element type.
static LogicalResult takeElement(NodeBuilder &b, Node &node, StringRef name) {
  int64_t id = takeInt(node, name, 0);
  if (id == 0)
    return success();
  node.element = getElementType(b.builder.getContext(), int32_t(id));
  if (node.element)
    return success();
  return b.error(node, ErrorCode::Unsupported, "P23",
                 name + " " + Twine(id) + " (" + getDataTypeName(int32_t(id)) +
                     ") is not supported");
}

static LogicalResult liftCast(NodeBuilder &b, Node &node) {
  if (!node.attributes.get("to"))
    return b.error(node, ErrorCode::InvalidInput, "P21",
                   "requires attribute 'to'");
  return takeElement(b, node, "to");
}

static LogicalResult liftEyeLike(NodeBuilder &b, Node &node) {
  return takeElement(b, node, "dtype");
}

static LogicalResult liftConstantOfShape(NodeBuilder &, Node &node) {
  if (auto value = dyn_cast_or_null<ElementsAttr>(node.attributes.get("value")))
    node.element = value.getElementType();
  return success();
}

/// The six forms of Constant. A list or number becomes a tensor.
static LogicalResult liftConstant(NodeBuilder &b, Node &node) {
  if (node.attributes.getAttrs().size() != 1)
    return b.error(node, ErrorCode::InvalidInput, "P21",
                   "needs exactly one attribute");
  NamedAttribute attr = node.attributes.getAttrs().front();
  Builder &builder = b.builder;
  auto type = [&](std::optional<int64_t> size, Type element) {
    return RankedTensorType::get(size ? ArrayRef(*size) : ArrayRef<int64_t>(),
                                 element);
  };
  Attribute value = attr.getValue();
  if (auto i = dyn_cast<IntegerAttr>(value))
    value = makeConstant<int64_t>(type({}, builder.getI64Type()), i.getInt());
  else if (auto f = dyn_cast<FloatAttr>(value))
    value = makeConstant<float>(type({}, builder.getF32Type()),
                                f.getValue().convertToFloat());
  else if (auto ints = dyn_cast<DenseI64ArrayAttr>(value))
    value = makeConstant<int64_t>(type(ints.size(), builder.getI64Type()),
                                  ints.asArrayRef());
  else if (auto floats = dyn_cast<DenseF32ArrayAttr>(value))
    value = makeConstant<float>(type(floats.size(), builder.getF32Type()),
                                floats.asArrayRef());
  else if (!isa<ElementsAttr>(value))
    return b.error(node, ErrorCode::Unsupported, "P23",
                   "string constants are not supported");
  node.results = {createConstant(b.builder, node.loc, value)};
  return success();
}

static LogicalResult liftSlice(NodeBuilder &b, Node &node) {
  if (node.opset >= 10)
    return success();
  attributeToInput(b, node, "starts", 1);
  attributeToInput(b, node, "ends", 2);
  attributeToInput(b, node, "axes", 3);
  return success();
}

static LogicalResult liftPad(NodeBuilder &b, Node &node) {
  if (node.opset >= 11)
    return success();
  if (!node.operand(0))
    return success();
  attributeToInput(b, node, "pads", 1);
  auto value = dyn_cast_or_null<FloatAttr>(node.take("value"));
  if (!value || node.operands.size() != 2)
    return success();
  auto type = RankedTensorType::get({}, getElement(node.operands[0]));
  if (!isa<FloatType>(type.getElementType()))
    return b.error(node, ErrorCode::InvalidInput, "P21",
                   "before opset 11 only floats can be padded");
  APFloat number = value.getValue();
  bool lossy;
  number.convert(cast<FloatType>(type.getElementType()).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &lossy);
  node.operands.push_back(createConstant(b.builder, node.loc,
                                         DenseElementsAttr::get(type, number)));
  return success();
}

static LogicalResult liftSqueeze(NodeBuilder &b, Node &node) {
  if (node.opset < 13)
    attributeToInput(b, node, "axes", 1);
  return success();
}

static LogicalResult liftSplit(NodeBuilder &b, Node &node) {
  if (node.opset < 13)
    attributeToInput(b, node, "split", 1);
  if (node.opset < 18 && !node.operand(1))
    node.attributes.set("num_outputs",
                        b.builder.getI64IntegerAttr(node.outputs.size()));
  return success();
}

static LogicalResult liftTopK(NodeBuilder &b, Node &node) {
  if (node.opset >= 10)
    return success();
  if (!node.attributes.get("k"))
    return b.error(node, ErrorCode::InvalidInput, "P21",
                   "requires attribute 'k'");
  node.operands.resize(1);
  node.operands.push_back(b.ints(node, takeInt(node, "k", 0)));
  return success();
}

static LogicalResult liftScatter(NodeBuilder &, Node &node) {
  node.type = "ScatterElements";
  return success();
}

/// Upsample and the first Resize sample at x / scale, rounded down.
static void setLegacyResize(NodeBuilder &b, Node &node) {
  node.type = "Resize";
  node.attributes.set("coordinate_transformation_mode",
                      b.builder.getStringAttr("asymmetric"));
  node.attributes.set("nearest_mode", b.builder.getStringAttr("floor"));
  auto mode = dyn_cast_or_null<StringAttr>(node.attributes.get("mode"));
  if (mode && mode.getValue() == "bilinear")
    node.attributes.set("mode", b.builder.getStringAttr("linear"));
  // (X, scales) -> (X, roi, scales).
  if (node.operands.size() > 1)
    node.operands.insert(node.operands.begin() + 1, Value());
}

static LogicalResult liftUpsample(NodeBuilder &b, Node &node) {
  if (auto scales = dyn_cast_or_null<DenseF32ArrayAttr>(node.take("scales"))) {
    auto type = RankedTensorType::get(scales.size(), b.builder.getF32Type());
    node.operands.resize(1);
    node.operands.push_back(createConstant(
        b.builder, node.loc, makeConstant<float>(type, scales.asArrayRef())));
  }
  setLegacyResize(b, node);
  return success();
}

static LogicalResult liftResize(NodeBuilder &b, Node &node) {
  if (node.opset < 11) {
    setLegacyResize(b, node);
    return success();
  }
  // Before optional inputs were allowed here, an empty tensor stood for none.
  for (unsigned index = 1; index < node.operands.size(); ++index)
    if (Value operand = node.operands[index])
      if (auto data = ConstantData::get(operand))
        if (data->getNumElements() == 0)
          node.operands[index] = Value();
  return success();
}

static LogicalResult liftGridSample(NodeBuilder &b, Node &node) {
  auto mode = dyn_cast_or_null<StringAttr>(node.attributes.get("mode"));
  if (!mode || node.opset >= 20)
    return success();
  StringRef name = mode.getValue();
  name = name == "bilinear" ? "linear" : name == "bicubic" ? "cubic" : name;
  node.attributes.set("mode", b.builder.getStringAttr(name));
  return success();
}

ArrayRef<NamedLift> import::getTensorLifts() {
  static constexpr NamedLift lifts[] = {
      {"Cast", liftCast},
      {"Constant", liftConstant},
      {"ConstantOfShape", liftConstantOfShape},
      {"EyeLike", liftEyeLike},
      {"GridSample", liftGridSample},
      {"Pad", liftPad},
      {"Resize", liftResize},
      {"Scatter", liftScatter},
      {"Slice", liftSlice},
      {"Split", liftSplit},
      {"Squeeze", liftSqueeze},
      {"TopK", liftTopK},
      {"Unsqueeze", liftSqueeze},
      {"Upsample", liftUpsample},
  };
  return lifts;
}
