//===- LiftQuantize.cpp - Older versions of Quantize operators ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"
#include "Types.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// `output_dtype` decides the result's type where no operand does.
static LogicalResult liftOutputType(NodeBuilder &b, Node &node) {
  int32_t id = int32_t(takeInt(node, "output_dtype", 0));
  if (id == 0)
    return success();
  node.element = getElementType(b.builder.getContext(), id);
  if (node.element)
    return success();
  return b.error(node, ErrorCode::Unsupported, "P23",
                 "output_dtype " + Twine(id) + " (" + getDataTypeName(id) +
                     ") is not supported");
}

static LogicalResult liftQuantizeLinear(NodeBuilder &b, Node &node) {
  int32_t precision = int32_t(takeInt(node, "precision", 0));
  if (precision != 0 && node.operand(1) &&
      getElementType(b.builder.getContext(), precision) !=
          getElement(node.operand(1)))
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "precision " + getDataTypeName(precision) +
                       " differs from the scale's type");
  if (failed(liftOutputType(b, node)))
    return failure();
  Value zeroPoint = node.operand(2);
  if (!zeroPoint || !node.element || getElement(zeroPoint) == node.element)
    return success();
  return b.error(node, ErrorCode::InvalidInput, "P21",
                 "output_dtype differs from the zero point's type");
}

ArrayRef<NamedLift> import::getQuantizeLifts() {
  static constexpr NamedLift lifts[] = {
      {"DequantizeLinear", liftOutputType},
      {"QuantizeLinear", liftQuantizeLinear},
  };
  return lifts;
}
