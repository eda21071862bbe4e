//===- ChannelSource.h - Constants that fix a value's channels ---*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Dividing the channels of an activation costs nothing where the operation that
// made them has constants to divide instead: the scale and bias of a
// normalization, the columns of a weight. ChannelSource finds them, through
// operations that keep channels apart and are homogeneous (f(s x) = s f(x), s > 0).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_CHANNELSOURCE_H
#define QUANTC_LIB_TRANSFORMS_CHANNELSOURCE_H

#include "quantc/Quantization/Smoothing.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <string>
#include <vector>

namespace quantc {

/// On an operation inserted after calibration: the name of the tensor whose
/// statistics, multiplied by the channel factors, describe the result.
inline constexpr llvm::StringLiteral statisticsAttrName = "quantc.statistics";

/// The channel factors an operation carries, or none.
std::vector<float> getChannelFactors(mlir::Operation *op);
/// Multiplies them by `factors`.
void addChannelFactors(mlir::Operation *op, llvm::ArrayRef<float> factors);

/// A constant f32 operand; element i of its dimension `axis` belongs to channel
/// `channels[i]` of the value looked at.
struct ChannelConstant {
  mlir::OpOperand *operand;
  int64_t axis;
  std::vector<int64_t> channels;
};

/// The constant with element i of `axis` multiplied by factors[channels[i]],
/// computed in double and rounded once.
void scaleConstant(mlir::OpBuilder &builder, const ChannelConstant &constant,
                   llvm::ArrayRef<float> factors);

class ChannelSource {
public:
  /// Looks behind `value`, whose channels are dimension `axis`: through Add and
  /// Sub of constants, Mul, Div, Relu, LeakyRelu, Identity, Concat along the
  /// channels, pools (axis 1) and the values of an Attention (last axis), to
  /// MatMul, Gemm, Conv, LayerNormalization, RMSNormalization or a Mul by a
  /// constant. Whatever lies between has no other reader. Otherwise `reason` says
  /// what is in the way.
  static std::optional<ChannelSource> find(mlir::Value value, int64_t axis,
                                           std::string &reason);

  /// For every channel the first one that must have the same factor (heads that
  /// share their values); empty where channels are independent.
  llvm::ArrayRef<int64_t> getTies() const { return ties; }
  /// Whether factors of any sign pass; where there is a maximum on the way, only
  /// positive ones do.
  bool isLinear() const { return linear; }
  /// The constants to multiply.
  llvm::ArrayRef<ChannelConstant> getConstants() const { return constants; }

  /// Multiplies `value`, and what leads to it, by `factors` (one per channel,
  /// equal where tied).
  void multiply(mlir::OpBuilder &builder, llvm::ArrayRef<float> factors) const;
  /// The same after calibration: notes the factors on the operations.
  void scale(mlir::OpBuilder &builder, llvm::ArrayRef<float> factors) const;

private:
  friend class ChannelSearch;
  bool linear = true;
  std::vector<int64_t> ties;
  std::vector<ChannelConstant> constants;
  /// Operations whose result changes, with the channels of `value` that those of
  /// the result stand for.
  std::vector<std::pair<mlir::Operation *, std::vector<int64_t>>> changed;
};

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_CHANNELSOURCE_H
