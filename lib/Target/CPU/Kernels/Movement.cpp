//===- Movement.cpp - Kernels that rearrange elements ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Transpose, Slice, Expand, Tile, DepthToSpace and SpaceToDepth as strided
// copies; Concat and Split as block copies. Pad and its kin are in Pad.cpp,
// Resize in Resize.cpp.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "StridedCopy.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

/// What an operator reads, described to `copy`.
using Describe = void (*)(KernelContext &, StridedCopy &);

template <Describe describe>
static std::pair<Value, Value> stridedGrid(KernelContext &ctx) {
  StridedCopy copy(ctx);
  describe(ctx, copy);
  return copy.getGrid();
}

template <Describe describe>
static LogicalResult emitStrided(KernelContext &ctx) {
  StridedCopy copy(ctx);
  describe(ctx, copy);
  copy.emit(ctx.buffer(ctx.op->getOperand(0)), ctx.buffer(ctx.op->getResult(0)));
  return success();
}

static void describeTranspose(KernelContext &ctx, StridedCopy &copy) {
  auto op = cast<onnx::TransposeOp>(ctx.op);
  CodeBuilder code(ctx);
  ValueList dims = getDims(ctx, op.getData()), strides = getStrides(code, dims);
  SmallVector<int64_t> perm(
      llvm::reverse(llvm::seq<int64_t>(getRank(op.getData()))));
  if (op.getPerm())
    perm.assign(op.getPerm()->begin(), op.getPerm()->end());
  // Dimensions of 1 move nothing, and must not keep others apart.
  auto shape = cast<RankedTensorType>(op.getData().getType()).getShape();
  llvm::erase_if(perm, [&](int64_t d) { return shape[d] == 1; });
  auto follows = [&](int64_t d, int64_t previous) {
    while (++previous < d && shape[previous] == 1)
      ;
    return previous == d;
  };
  for (size_t i = 0; i < perm.size(); ++i)
    copy.add(dims[perm[i]], strides[perm[i]],
             i > 0 && perm[i] > perm[i - 1] && follows(perm[i], perm[i - 1]));
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

/// The first element taken: ONNX clamps, to the last element where the step is
/// negative.
static Value getStart(CodeBuilder &code, Value start, Value step, Value extent) {
  Value zero = code.i64(0);
  start = code.select(code.lt(start, zero), code.add(start, extent), start);
  Value last = code.sub(extent, code.i64(1));
  Value high = code.select(code.lt(step, zero), last, extent);
  return code.clamp(start, zero, high);
}

static void describeSlice(KernelContext &ctx, StridedCopy &copy) {
  auto op = cast<onnx::SliceOp>(ctx.op);
  CodeBuilder code(ctx);
  int64_t rank = getRank(op.getData());
  ValueList dims = getDims(ctx, op.getData()), strides = getStrides(code, dims);
  auto starts = cast<RankedTensorType>(op.getStarts().getType());
  SmallVector<int64_t> axes =
      op.getAxes() ? *getInts(op.getAxes())
                   : llvm::to_vector(llvm::seq<int64_t>(starts.getDimSize(0)));
  // Extents are the same in grid and body; where to start only matters there.
  bool inBody = bool(ctx.begin);
  SmallVector<bool> stepped(rank, false), sliced(rank, false);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t d = normalizeAxis(op.getData(), axis);
    sliced[d] = true;
    auto steps = op.getSteps() ? getInts(op.getSteps())
                               : SmallVector<int64_t>(axes.size(), 1);
    stepped[d] = !steps || (*steps)[i] != 1;
    if (!inBody)
      continue;
    Value step = op.getSteps() ? loadInt(ctx, op.getSteps(), i) : code.i64(1);
    Value start =
        getStart(code, loadInt(ctx, op.getStarts(), i), step, dims[d]);
    copy.advance(code.mul(start, strides[d]));
    strides[d] = code.mul(strides[d], step);
  }
  for (int64_t d = 0; d < rank; ++d)
    copy.add(ctx.dim(op.getOutput(), d), strides[d],
             d > 0 && !sliced[d] && !stepped[d - 1]);
}

static LogicalResult checkSlice(Operation *op) {
  auto slice = cast<onnx::SliceOp>(op);
  if (slice.getAxes() && !getInts(slice.getAxes()))
    return op->emitError("found axes that are not constant; compiled code "
                         "supports constant ones");
  return success();
}

//===----------------------------------------------------------------------===//
// Expand, Tile
//===----------------------------------------------------------------------===//

static void describeExpand(KernelContext &ctx, StridedCopy &copy) {
  auto op = cast<onnx::ExpandOp>(ctx.op);
  CodeBuilder code(ctx);
  Value input = op.getInput(), output = op.getOutput();
  ValueList dims = getDims(ctx, input), strides = getStrides(code, dims);
  int64_t missing = getRank(output) - getRank(input);
  auto shape = cast<RankedTensorType>(input.getType()).getShape();
  auto kindOf = [&](int64_t d) {
    int64_t extent = d < missing ? 1 : shape[d - missing];
    return extent == 1 ? 0 : ShapedType::isDynamic(extent) ? 2 : 1;
  };
  for (int64_t d = 0; d < getRank(output); ++d) {
    Value stride = code.i64(0);
    if (kindOf(d) != 0)
      stride = code.select(code.eq(dims[d - missing], code.i64(1)),
                           code.i64(0), strides[d - missing]);
    copy.add(ctx.dim(output, d), stride,
             d > 0 && kindOf(d) != 2 && kindOf(d) == kindOf(d - 1));
  }
}

/// Every dimension is a repetition of stride 0 around the source's own.
static void describeTile(KernelContext &ctx, StridedCopy &copy) {
  auto op = cast<onnx::TileOp>(ctx.op);
  CodeBuilder code(ctx);
  ValueList dims = getDims(ctx, op.getInput()), strides = getStrides(code, dims);
  auto repeats = getInts(op.getRepeats());
  for (int64_t d = 0; d < getRank(op.getInput()); ++d) {
    bool once = repeats && (*repeats)[d] == 1;
    if (!once) {
      // The result is empty where the source is, whatever is divided by.
      Value extent = code.max(dims[d], code.i64(1));
      copy.add(code.quotient(ctx.dim(op.getOutput(), d), extent), code.i64(0));
    }
    copy.add(dims[d], strides[d], d > 0 && once);
  }
}

//===----------------------------------------------------------------------===//
// DepthToSpace, SpaceToDepth
//===----------------------------------------------------------------------===//

/// The source as `parts`, taken in the order `perm`.
static void describePermuted(KernelContext &ctx, StridedCopy &copy,
                             ArrayRef<Value> parts, ArrayRef<int64_t> perm) {
  CodeBuilder code(ctx);
  ValueList strides = getStrides(code, parts);
  for (int64_t d : perm)
    copy.add(parts[d], strides[d]);
}

static void describeDepthToSpace(KernelContext &ctx, StridedCopy &copy) {
  auto op = cast<onnx::DepthToSpaceOp>(ctx.op);
  CodeBuilder code(ctx);
  Value x = op.getInput(), b = code.i64(op.getBlocksize());
  Value n = ctx.dim(x, 0), h = ctx.dim(x, 2), w = ctx.dim(x, 3);
  Value c = code.quotient(ctx.dim(x, 1), code.mul(b, b));
  if (op.getMode() == "CRD")
    describePermuted(ctx, copy, {n, c, b, b, h, w}, {0, 1, 4, 2, 5, 3});
  else
    describePermuted(ctx, copy, {n, b, b, c, h, w}, {0, 3, 4, 1, 5, 2});
}

static void describeSpaceToDepth(KernelContext &ctx, StridedCopy &copy) {
  auto op = cast<onnx::SpaceToDepthOp>(ctx.op);
  CodeBuilder code(ctx);
  Value x = op.getInput(), b = code.i64(op.getBlocksize());
  Value n = ctx.dim(x, 0), c = ctx.dim(x, 1);
  Value h = code.quotient(ctx.dim(x, 2), b), w = code.quotient(ctx.dim(x, 3), b);
  if (op.getMode() == "CRD")
    describePermuted(ctx, copy, {n, c, h, b, w, b}, {0, 1, 3, 5, 2, 4});
  else
    describePermuted(ctx, copy, {n, c, h, b, w, b}, {0, 3, 5, 1, 2, 4});
}

//===----------------------------------------------------------------------===//
// Concat, Split
//===----------------------------------------------------------------------===//

namespace {
/// A whole tensor and its parts along an axis; an item is one position of the
/// dimensions in front, where each part is one block.
struct Parts {
  Value whole;
  SmallVector<Value> parts;
  int64_t axis;

  explicit Parts(Operation *op) {
    if (auto concat = dyn_cast<onnx::ConcatOp>(op)) {
      whole = concat.getConcatResult();
      parts.assign(concat.getInputs().begin(), concat.getInputs().end());
      axis = normalizeAxis(whole, concat.getAxis());
      return;
    }
    auto split = cast<onnx::SplitOp>(op);
    whole = split.getInput();
    parts.assign(split.getOutputs().begin(), split.getOutputs().end());
    axis = normalizeAxis(whole, split.getAxis());
  }
};
} // namespace

static std::pair<Value, Value> partsGrid(KernelContext &ctx) {
  Parts op(ctx.op);
  return {ctx.size(op.whole, 0, op.axis),
          ctx.size(op.whole, op.axis, getRank(op.whole))};
}

static LogicalResult emitParts(KernelContext &ctx) {
  Parts op(ctx.op);
  CodeBuilder code(ctx);
  bool gathers = isa<onnx::ConcatOp>(ctx.op);
  int64_t rank = getRank(op.whole);
  Value stride = ctx.size(op.whole, op.axis, rank);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value inWhole = code.mul(item, stride);
    for (Value part : op.parts) {
      Value block = ctx.size(part, op.axis, rank);
      Value inPart = code.mul(item, block);
      if (gathers)
        code.copy(ctx.buffer(op.whole), inWhole, ctx.buffer(part), inPart,
                  getElement(part), block);
      else
        code.copy(ctx.buffer(part), inPart, ctx.buffer(op.whole), inWhole,
                  getElement(part), block);
      inWhole = code.add(inWhole, block);
    }
  });
  return success();
}

template <Describe describe>
static KernelEmitter strided(LogicalResult (*check)(Operation *) = nullptr) {
  return {stridedGrid<describe>, emitStrided<describe>, nullptr, check};
}

void quantc::addMovementKernels(KernelRegistry &registry) {
  registry.add<onnx::TransposeOp>(strided<describeTranspose>());
  registry.add<onnx::SliceOp>(strided<describeSlice>(checkSlice));
  registry.add<onnx::ExpandOp>(strided<describeExpand>());
  registry.add<onnx::TileOp>(strided<describeTile>());
  registry.add<onnx::DepthToSpaceOp>(strided<describeDepthToSpace>());
  registry.add<onnx::SpaceToDepthOp>(strided<describeSpaceToDepth>());
  registry.add<onnx::ConcatOp>({partsGrid, emitParts, nullptr, nullptr});
  registry.add<onnx::SplitOp>({partsGrid, emitParts, nullptr, nullptr});
  addGridSampleKernels(registry);
  addPadKernels(registry);
  addResizeKernels(registry);
}
