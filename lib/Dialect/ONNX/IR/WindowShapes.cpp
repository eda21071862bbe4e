//===- WindowShapes.cpp - Sliding windows of convolutions and pools -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "WindowShapes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// Window attributes stay below this, so that extents do not overflow.
static constexpr int64_t maxEntry = int64_t(1) << 31;

/// `entries`, or `count` times `otherwise`; checked to be in [lowest, 2^31).
static FailureOr<SmallVector<int64_t>>
getEntries(Operation *op, std::optional<ArrayRef<int64_t>> entries,
           size_t count, int64_t otherwise, int64_t lowest, StringRef what) {
  if (!entries || entries->empty())
    return SmallVector<int64_t>(count, otherwise);
  if (entries->size() != count)
    return op->emitOpError() << what << " must have " << count
                             << " entries, found " << entries->size();
  for (int64_t entry : *entries)
    if (entry < lowest || entry >= maxEntry)
      return op->emitOpError() << what << " must be in [" << lowest
                               << ", 2^31), found " << entry;
  return SmallVector<int64_t>(*entries);
}

FailureOr<Window> onnx::getWindow(Operation *op,
                                  const WindowAttributes &attributes) {
  size_t rank = attributes.kernel->size();
  // W1
  auto kernel = getEntries(op, attributes.kernel, rank, 1, 1,
                           "W1: kernel_shape");
  auto strides = getEntries(op, attributes.strides, rank, 1, 1, "W1: strides");
  auto dilations =
      getEntries(op, attributes.dilations, rank, 1, 1, "W1: dilations");
  // W2
  auto pads = getEntries(op, attributes.pads, 2 * rank, 0, 0, "W2: pads");
  if (failed(kernel) || failed(strides) || failed(dilations) || failed(pads))
    return failure();
  // W3
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"},
                          attributes.autoPad))
    return op->emitOpError("W3: auto_pad must be NOTSET, VALID, SAME_UPPER or "
                           "SAME_LOWER, found '")
           << attributes.autoPad << "'";
  if (attributes.autoPad != "NOTSET")
    pads->assign(2 * rank, 0);
  return Window{*kernel, *strides, *dilations, *pads, attributes.autoPad,
                attributes.ceilMode};
}

FailureOr<Dim> onnx::getWindowCount(Operation *op, ShapeEnv &env,
                                    const Window &window, size_t axis,
                                    Dim size) {
  int64_t stride = window.strides[axis];
  if (window.isSame())
    return dims::ceilDiv(size, stride);
  // The positions a window can start at are 0 .. room.
  int64_t extent = window.getExtent(axis);
  Dim room = dims::add(size, window.getPads(axis) - extent);
  std::optional<int64_t> constant = ShapeEnv::getConstant(room);
  // W4
  if (constant && *constant < 0)
    return op->emitOpError("W4: the window spans ")
           << extent << " elements of spatial dimension " << axis
           << ", which has " << *constant + extent << " with its padding";
  env.assume(room);
  if (!window.ceilMode || stride == 1)
    return dims::add(dims::floorDiv(room, stride), 1);
  if (!constant)
    return Dim();
  // A window that would start in the padding at the end is left out.
  int64_t count = llvm::divideCeil(*constant, stride) + 1;
  int64_t end = *ShapeEnv::getConstant(size) + window.pads[axis];
  if ((count - 1) * stride >= end)
    --count;
  return env.constant(count);
}
