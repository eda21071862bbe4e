//===- UseReciprocals.cpp - quantc-use-reciprocals ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A proof by trial: with i = RN(1 / s), the quotient q = RN(x * i) and its
// correction RN(q + RN(x - q * s) * i) stay within a few units in the last place
// of x / s. Rounding to integers then differs from that of RN(x / s) at most for
// the few x next to (k + 1/2) * s, and those can all be tried.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Target/CPU/Passes.h"
#include "llvm/ADT/DenseMap.h"
#include <cmath>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_USERECIPROCALS
#include "quantc/Target/CPU/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Largest distance of a code from a zero point, of 8 bits.
static constexpr int maxDistance = 255;
/// Neighbours of a boundary that are tried on either side; the error is below two
/// units in the last place of the quotient, which are at most four of x.
static constexpr int neighbours = 8;
/// Scales between these bounds cannot make a step under- or overflow.
static constexpr float smallestScale = 0x1p-80f, largestScale = 0x1p80f;

/// Whether x * (1 / scale), corrected, rounds as x / scale for all x.
static bool roundsAlike(float scale) {
  if (!(scale >= smallestScale && scale <= largestScale))
    return false;
  float inverse = 1 / scale;
  for (int k = 0; k <= maxDistance; ++k) {
    float x = (float(k) + 0.5f) * scale;
    for (int i = 0; i < neighbours; ++i)
      x = std::nextafter(x, 0.0f);
    for (int i = -neighbours; i <= neighbours; ++i) {
      float q = x * inverse;
      q = std::fma(std::fma(-q, scale, x), inverse, q);
      if (std::nearbyint(q) != std::nearbyint(x / scale))
        return false;
      x = std::nextafter(x, largestScale * maxDistance * 2);
    }
  }
  return true; // negative x mirror the positive ones
}

/// The operand of `op` that `value` of its region stands for: the last arguments
/// are the elements of the last operands. Null for other values.
static Value getOperand(Operation *op, Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return {};
  int64_t index = int64_t(argument.getArgNumber()) + op->getNumOperands() -
                  argument.getOwner()->getNumArguments();
  bool isExtra = index >= 0 && argument.getOwner()->getParentOp() == op;
  return isExtra ? op->getOperand(index) : Value();
}

namespace {
struct UseReciprocals : quantc::impl::UseReciprocalsBase<UseReciprocals> {
  void runOnOperation() override {
    llvm::DenseMap<Attribute, bool> known;
    getOperation().walk([&](qnn::QuantizeOp quantize) {
      auto codec = dyn_cast<qnn::IntCodecAttr>(quantize.getCodec());
      Operation *parent = quantize->getParentOp();
      if (!codec || codec.getWidth() > 8 || isa<func::FuncOp>(parent))
        return;
      Value scale = getOperand(parent, quantize.getScale());
      auto constant =
          scale ? scale.getDefiningOp<onnx::ConstantOp>() : nullptr;
      if (!constant)
        return;
      auto [it, isNew] = known.try_emplace(constant.getValueAttr(), false);
      if (isNew)
        it->second = isProven(scale);
      if (!it->second)
        return;
      quantize.setByReciprocal(true);
      ++numMarked;
    });
  }

  /// Whether `scale`, a constant, is one number and that is shown to do.
  static bool isProven(Value scale) {
    auto type = cast<RankedTensorType>(scale.getType());
    if (!type.hasStaticShape() || type.getNumElements() != 1 ||
        !type.getElementType().isF32())
      return false;
    auto data = ConstantData::get(scale);
    return data && roundsAlike(data->as<float>()[0]);
  }
};
} // namespace
