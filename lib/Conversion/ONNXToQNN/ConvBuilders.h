//===- ConvBuilders.h - Pieces the convolution patterns share ----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_ONNXTOQNN_CONVBUILDERS_H
#define QUANTC_LIB_CONVERSION_ONNXTOQNN_CONVBUILDERS_H

#include "Builders.h"
#include "Window.h"
#include "mlir/IR/PatternMatch.h"

namespace quantc {

/// ConvInteger and QLinearConv.
void populateIntegerConvToQNNPatterns(mlir::RewritePatternSet &patterns);

/// [M, C, kernel...] to [kernel..., C, M].
inline llvm::SmallVector<int64_t> toFilterOrder(int64_t rank) {
  llvm::SmallVector<int64_t> perm;
  for (int64_t d = 2; d < rank; ++d)
    perm.push_back(d);
  perm.append({1, 0});
  return perm;
}

/// The window of a convolution whose types are known well enough, or none.
template <typename OpTy>
std::optional<Window> getConvWindow(OpTy op, mlir::Value input,
                                    mlir::Value filter) {
  auto x = mlir::dyn_cast<mlir::RankedTensorType>(input.getType());
  auto w = mlir::dyn_cast<mlir::RankedTensorType>(filter.getType());
  if (!x || !w || x.getRank() < 3 || x.getRank() > 5 ||
      w.getRank() != x.getRank())
    return std::nullopt;
  llvm::ArrayRef<int64_t> kernel = w.getShape().drop_front(2);
  if (llvm::any_of(kernel, mlir::ShapedType::isDynamic))
    return std::nullopt;
  Window window(kernel, op.getStrides(), op.getDilations(), op.getPads());
  if (!window.resolveAutoPad(op.getAutoPad(), x.getShape().drop_front(2)))
    return std::nullopt;
  return window;
}

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_ONNXTOQNN_CONVBUILDERS_H
