//===- DequantizedOperands.cpp - What a dequantize feeds a product --------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "DequantizedOperands.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::qnn;

static bool is8Bit(DequantizeOp op, bool &isSigned) {
  auto codec = dyn_cast<IntCodecAttr>(op.getCodecAttr());
  isSigned = codec && codec.getIsSigned();
  return codec && codec.getWidth() == 8;
}

/// Why scales are not one for each row (or one for everything), or null.
static const char *checkScalePerRow(DequantizeOp dequantize) {
  auto type = cast<RankedTensorType>(dequantize.getScale().getType());
  if (type.getRank() == 0)
    return nullptr;
  if (type.getShape().back() != 1)
    return "its input has a scale per channel";
  bool broadcasts =
      llvm::all_of(dequantize.getBlock().drop_back(),
                   [](int64_t size) { return size == 1 || size == -1; });
  return broadcasts ? nullptr : "its input has a scale per block of rows";
}

std::optional<Activation> quantc::getActivation(Value value,
                                                const char *&reason) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (!dequantize) {
    reason = "its input is not quantized";
    return std::nullopt;
  }
  Activation result{dequantize};
  if (!is8Bit(dequantize, result.isSigned)) {
    reason = "its input's codes are not 8-bit integers";
    return std::nullopt;
  }
  auto scale = ConstantData::get(dequantize.getScale());
  Value zeroPoint = dequantize.getZeroPoint();
  if (scale && scale->getNumElements() == 1) {
    result.isStatic = true;
    result.scale = scale->as<float>()[0];
    auto data = ConstantData::get(zeroPoint);
    if (zeroPoint && !data) {
      reason = "its input's zero point is not constant";
      return std::nullopt;
    }
    result.zeroPoint = data ? data->getInt(0) : 0;
    result.hasZeroPoint = result.zeroPoint != 0;
    return result;
  }
  if (const char *problem = checkScalePerRow(dequantize)) {
    reason = problem;
    return std::nullopt;
  }
  // dynamic_quantize gives signed codes the zero point 0.
  result.hasZeroPoint =
      zeroPoint &&
      !(result.isSigned && zeroPoint.getDefiningOp<DynamicQuantizeOp>());
  return result;
}

/// Whether a zero point is absent or a constant of zeros.
static bool isZero(Value zeroPoint) {
  if (!zeroPoint)
    return true;
  auto data = ConstantData::get(zeroPoint);
  return data &&
         llvm::all_of(data->getBytes(), [](char byte) { return byte == 0; });
}

std::optional<Weight> quantc::getWeight(Value value, const char *&reason) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  std::optional<ConstantData> codes, scales;
  bool isSigned = false;
  if (dequantize) {
    codes = ConstantData::get(dequantize.getCodes());
    scales = ConstantData::get(dequantize.getScale());
  }
  if (!codes || !scales) {
    reason = "its weight is not a quantized constant";
    return std::nullopt;
  }
  if (!is8Bit(dequantize, isSigned) || !isSigned ||
      !isZero(dequantize.getZeroPoint())) {
    reason = "its weight is not symmetric int8";
    return std::nullopt;
  }
  int64_t columns = codes->getType().getShape().back();
  ArrayRef<int64_t> scaleShape = scales->getType().getShape();
  if (scales->getNumElements() != 1 &&
      (scales->getNumElements() != columns || scaleShape.back() != columns)) {
    reason = "its weight's scales are not per output channel";
    return std::nullopt;
  }

  Weight weight{dequantize.getCodes(), {}, {}, 0};
  weight.depth = columns ? codes->getNumElements() / columns : 0;
  weight.sums.assign(columns, 0);
  ArrayRef<int8_t> elements = codes->as<int8_t>();
  for (int64_t k = 0; k < weight.depth; ++k)
    for (int64_t n = 0; n < columns; ++n)
      weight.sums[n] += elements[k * columns + n];
  ArrayRef<float> scaleData = scales->as<float>();
  for (int64_t n = 0; n < columns; ++n)
    weight.scales.push_back(scaleData[scaleData.size() == 1 ? 0 : n]);
  return weight;
}

bool quantc::fitsAccumulator(const Activation &activation,
                             const Weight &weight) {
  // |code - zero point| reaches 255 but for signed codes without zero point.
  bool isSmall = activation.isSigned && !activation.hasZeroPoint;
  return weight.depth <= (isSmall ? 131071 : 65793);
}
