//===- Reduction.cpp - Kernels of the Reduce operators --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is one element of the result. The elements it reduces are numbered
// row-major over the reduced axes and go through the canonical 16-lane order;
// where they are not evenly spaced in memory each index is taken apart.
// ArgMax, ArgMin and CumSum are in Scan.cpp.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

//===----------------------------------------------------------------------===//
// Which elements
//===----------------------------------------------------------------------===//

/// The reduced axes, from the front, ascending.
static SmallVector<int64_t> getAxes(Operation *op) {
  Value data = op->getOperand(0);
  SmallVector<int64_t> axes;
  if (op->getNumOperands() > 1)
    axes = *getInts(op->getOperand(1));
  for (int64_t &axis : axes)
    axis = normalizeAxis(data, axis);
  llvm::sort(axes);
  auto noop = op->getAttrOfType<IntegerAttr>("noop_with_empty_axes");
  if (axes.empty() && !(noop && noop.getInt() != 0))
    axes = llvm::to_vector(llvm::seq<int64_t>(getRank(data)));
  return axes;
}

namespace {
/// The elements of one item: number i of them is at `base` plus an offset.
class Reduced {
public:
  Reduced(KernelContext &ctx) : ctx(ctx), code(ctx), data(ctx.op->getOperand(0)) {
    ValueList dims = getDims(ctx, data), strides = getStrides(code, dims);
    SmallVector<int64_t> axes = getAxes(ctx.op);
    auto shape = cast<RankedTensorType>(data.getType()).getShape();
    int64_t previous = -1;
    for (int64_t d = 0; d < getRank(data); ++d) {
      if (!llvm::is_contained(axes, d)) {
        keptDims.push_back(dims[d]);
        keptStrides.push_back(strides[d]);
        continue;
      }
      if (shape[d] == 1)
        continue;
      // Neighbours are one dimension.
      if (previous >= 0 && previous == d - 1) {
        reducedDims.back() = code.mul(reducedDims.back(), dims[d]);
        reducedStrides.back() = strides[d];
      } else {
        reducedDims.push_back(dims[d]);
        reducedStrides.push_back(strides[d]);
      }
      innermost = d == getRank(data) - 1;
      previous = d;
    }
    count = product(code, reducedDims);
  }

  Value count;
  Value getItems() { return product(code, keptDims); }

  void setItem(Value item) {
    first = linearize(code, delinearize(code, item, keptDims), keptStrides);
  }
  Value load(Value i, Value mask, Value fill) {
    if (reducedDims.size() <= 1)
      return getRow().load(code, i, mask, fill);
    Row row{ctx.buffer(data), getElement(data), Value(), Value()};
    return row.loadAt(code, offsets(code.ascending(i)), mask, fill);
  }
  Value loadOne(Value i) {
    if (reducedDims.size() <= 1)
      return getRow().loadOne(code, i);
    Row row{ctx.buffer(data), getElement(data), code.i64(0), Value()};
    return row.loadOne(code, offsets(i));
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  Value data, first;
  ValueList keptDims, keptStrides, reducedDims, reducedStrides;
  bool innermost = true;

  Row getRow() {
    Value stride = reducedDims.empty() || innermost ? Value()
                                                    : reducedStrides[0];
    return {ctx.buffer(data), getElement(data), first, stride};
  }

  /// Offsets of elements numbered `i`, a scalar or vector.
  Value offsets(Value i) {
    bool vector = isa<VectorType>(i.getType());
    auto all = [&](Value v) { return vector ? code.splat(v) : v; };
    Value offset = all(first);
    for (size_t g = reducedDims.size(); g-- > 0;) {
      Value position =
          g == 0 ? i : code.remainder(i, all(reducedDims[g]));
      if (g > 0)
        i = code.quotient(i, all(reducedDims[g]));
      offset = code.add(offset, code.mul(position, all(reducedStrides[g])));
    }
    return offset;
  }
};

//===----------------------------------------------------------------------===//
// What is done with them
//===----------------------------------------------------------------------===//

/// One Reduce operator on elements of one type (f32 for f16 and bf16).
class Reducer {
public:
  Reducer(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(ctx.op), elements(ctx),
        element(getElement(op->getOperand(0))) {
    scalar = getSignless(element);
    if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
      scalar = ctx.builder.getF32Type();
    lanes = VectorType::get(rowLanes, scalar);
  }

  LogicalResult emit() {
    code.loop(ctx.begin, ctx.end, [&](Value item) {
      elements.setItem(item);
      Row out{ctx.buffer(op->getResult(0)), getElement(op->getResult(0)), item,
              Value()};
      out.storeOne(code, reduce(), code.i64(0));
    });
    return success();
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  Operation *op;
  Reduced elements;
  Type element, scalar;
  VectorType lanes;

  bool isFloat() { return isa<FloatType>(scalar); }
  bool isUnsigned() {
    return element.isUnsignedInteger() || element.isInteger(1);
  }

  Value reduce();
  Value sum(function_ref<Value(Value, Value)> accumulate);
  Value plainSum() {
    return sum([&](Value acc, Value x) { return code.add(acc, x); });
  }
  Value extremum(bool largest);
  Value prod();
  Value mean();
  Value integerMean();
  Value log(Value x);
  Value logSumExp();
};
} // namespace

/// Lanes accumulate from +0, then the tree.
Value Reducer::sum(function_ref<Value(Value, Value)> accumulate) {
  Value zero = code.constant(lanes, 0);
  Values result = code.chunks(
      elements.count, zero, [&](Value i, Value mask, ValueRange carried) {
        return Values{accumulate(carried[0], elements.load(i, mask, zero))};
      });
  return code.treeSum(result[0]);
}

Value Reducer::extremum(bool largest) {
  Value neutral;
  if (isFloat()) {
    neutral = code.infinity(lanes, /*negative=*/largest);
  } else {
    unsigned width = scalar.getIntOrFloatBitWidth();
    APInt low = isUnsigned() ? APInt::getZero(width)
                             : APInt::getSignedMinValue(width);
    APInt high = isUnsigned() ? APInt::getMaxValue(width)
                              : APInt::getSignedMaxValue(width);
    neutral = arith::ConstantOp::create(
        ctx.builder, ctx.loc,
        DenseElementsAttr::get(lanes, largest ? low : high));
  }
  auto combine = [&](Value a, Value b) -> Value {
    if (isFloat() || !isUnsigned())
      return largest ? code.max(a, b) : code.min(a, b);
    if (largest)
      return arith::MaxUIOp::create(ctx.builder, ctx.loc, a, b);
    return arith::MinUIOp::create(ctx.builder, ctx.loc, a, b);
  };
  Values result = code.chunks(
      elements.count, neutral, [&](Value i, Value mask, ValueRange carried) {
        return Values{combine(elements.load(i, mask, neutral), carried[0])};
      });
  return code.tree(result[0], combine);
}

Value Reducer::prod() {
  return code.loop(code.i64(0), elements.count, code.constant(scalar, 1),
                   [&](Value i, ValueRange carried) {
                     return Values{
                         code.mul(carried[0], elements.loadOne(i))};
                   })[0];
}

Value Reducer::mean() {
  if (!isFloat())
    return integerMean();
  Value count = arith::SIToFPOp::create(ctx.builder, ctx.loc, scalar,
                                        elements.count);
  return code.div(plainSum(), count);
}

/// The sum in i64, divided towards zero; a mean of nothing is 0.
Value Reducer::integerMean() {
  Type i64 = ctx.builder.getI64Type();
  Value zero = code.constant(lanes.clone(i64), 0);
  Values sums = code.chunks(
      elements.count, zero, [&](Value i, Value mask, ValueRange carried) {
        Value x = elements.load(i, mask, code.constant(lanes, 0));
        return Values{code.add(carried[0], code.toI64(x, element))};
      });
  Value mean = arith::DivSIOp::create(ctx.builder, ctx.loc,
                                      code.treeSum(sums[0]),
                                      code.max(elements.count, code.i64(1)));
  if (scalar == i64)
    return mean;
  return arith::TruncIOp::create(ctx.builder, ctx.loc, scalar, mean);
}

Value Reducer::log(Value x) {
  return code.call(scalar.isF64() ? "log" : "quantc_log", x);
}

/// log(sum of exp0(x - m)) + m; an infinite maximum is the result.
Value Reducer::logSumExp() {
  Value m = extremum(/*largest=*/true);
  Value all = code.splat(m), zero = code.constant(lanes, 0);
  Value lowest = code.infinity(lanes, /*negative=*/true);
  Values total = code.chunks(
      elements.count, zero, [&](Value i, Value mask, ValueRange carried) {
        Value x = code.sub(elements.load(i, mask, lowest), all);
        Value e = scalar.isF64() ? code.call("exp", x) : emitExp0(code, x);
        return Values{code.add(carried[0], e)};
      });
  Value result = code.add(log(code.treeSum(total[0])), m);
  Value infinite = code.eq(code.abs(m), code.infinity(scalar, false));
  return code.select(infinite, m, result);
}

Value Reducer::reduce() {
  auto squares = [&] {
    return sum([&](Value acc, Value x) {
      return isFloat() ? code.fma(x, x, acc) : code.add(acc, code.mul(x, x));
    });
  };
  auto magnitudes = [&] {
    return sum([&](Value acc, Value x) {
      return code.add(acc, isUnsigned() ? x : code.abs(x));
    });
  };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](onnx::ReduceSumOp) { return plainSum(); })
      .Case([&](onnx::ReduceMeanOp) { return mean(); })
      .Case([&](onnx::ReduceMaxOp) { return extremum(true); })
      .Case([&](onnx::ReduceMinOp) { return extremum(false); })
      .Case([&](onnx::ReduceProdOp) { return prod(); })
      .Case([&](onnx::ReduceL1Op) { return magnitudes(); })
      .Case([&](onnx::ReduceL2Op) { return code.sqrt(squares()); })
      .Case([&](onnx::ReduceSumSquareOp) { return squares(); })
      .Case([&](onnx::ReduceLogSumOp) { return log(plainSum()); })
      .Case([&](onnx::ReduceLogSumExpOp) { return logSumExp(); });
}

static std::pair<Value, Value> reductionGrid(KernelContext &ctx) {
  Reduced elements(ctx);
  return {elements.getItems(), elements.count};
}

static LogicalResult checkReduction(Operation *op) {
  if (op->getNumOperands() > 1 && !getInts(op->getOperand(1)))
    return op->emitError("found axes that are not constant; compiled code "
                         "supports constant ones");
  Type element = getElement(op->getOperand(0));
  bool functions = isa<onnx::ReduceL2Op, onnx::ReduceLogSumOp,
                       onnx::ReduceLogSumExpOp>(op);
  if (element.isF64() || (isa<IntegerType>(element) && !functions))
    return success();
  return checkFloat(op, {op->getOperand(0)});
}

template <typename... Ops> static void addReducers(KernelRegistry &registry) {
  KernelEmitter emitter{
      reductionGrid, [](KernelContext &ctx) { return Reducer(ctx).emit(); },
      nullptr, checkReduction};
  (registry.add<Ops>(emitter), ...);
}

void quantc::addReductionKernels(KernelRegistry &registry) {
  addReducers<onnx::ReduceL1Op, onnx::ReduceL2Op, onnx::ReduceLogSumOp,
              onnx::ReduceLogSumExpOp, onnx::ReduceMaxOp, onnx::ReduceMeanOp,
              onnx::ReduceMinOp, onnx::ReduceProdOp, onnx::ReduceSumOp,
              onnx::ReduceSumSquareOp>(registry);
  addScanKernels(registry);
}
