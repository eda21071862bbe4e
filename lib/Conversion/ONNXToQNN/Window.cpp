//===- Window.cpp - The sliding window of a convolution or pool -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// qnn operations have explicit padding only. ONNX's auto_pad and ceil_mode are
// functions of the input's extents and become explicit here where those are known
// (or where, with stride 1, they do not matter).
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;

Window::Window(ArrayRef<int64_t> kernel, Attr strides, Attr dilations,
               Attr pads)
    : kernel(kernel) {
  size_t rank = kernel.size();
  auto orElse = [](Attr attr, size_t count, int64_t value) {
    if (attr && !attr->empty())
      return SmallVector<int64_t>(*attr);
    return SmallVector<int64_t>(count, value);
  };
  this->strides = orElse(strides, rank, 1);
  this->dilations = orElse(dilations, rank, 1);
  this->pads = orElse(pads, 2 * rank, 0);
}

bool Window::resolveAutoPad(StringRef autoPad, ArrayRef<int64_t> spatial) {
  if (autoPad == "NOTSET" || autoPad.empty())
    return true;
  size_t rank = kernel.size();
  pads.assign(2 * rank, 0);
  if (autoPad == "VALID")
    return true;
  for (size_t d = 0; d < rank; ++d) {
    int64_t total = extent(d) - 1;
    if (strides[d] != 1) {
      if (ShapedType::isDynamic(spatial[d]))
        return false;
      int64_t windows = llvm::divideCeil(spatial[d], strides[d]);
      total = std::max<int64_t>(
          (windows - 1) * strides[d] + extent(d) - spatial[d], 0);
    }
    // The odd element goes to the end (UPPER) or to the beginning (LOWER).
    int64_t small = total / 2, large = total - small;
    bool upper = autoPad == "SAME_UPPER";
    pads[d] = upper ? small : large;
    pads[rank + d] = upper ? large : small;
  }
  return true;
}

bool Window::resolveCeil(ArrayRef<int64_t> spatial) {
  size_t rank = kernel.size();
  for (size_t d = 0; d < rank; ++d) {
    if (strides[d] == 1)
      continue;
    if (ShapedType::isDynamic(spatial[d]))
      return false;
    int64_t before = spatial[d] + pads[d];
    int64_t room = before + pads[rank + d] - extent(d);
    if (room < 0)
      return false;
    int64_t last = llvm::divideCeil(room, strides[d]) * strides[d];
    if (last >= before) // would begin in the end padding
      last -= strides[d];
    pads[rank + d] = std::max(pads[rank + d], last + extent(d) - before);
  }
  return true;
}
