//===- Indexing.cpp - Sizes, strides and rows of kernel tensors -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "mlir/IR/TypeUtilities.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;

Type quantc::getElement(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementType();
}

int64_t quantc::getRank(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getRank();
}

int64_t quantc::normalizeAxis(Value tensor, int64_t axis) {
  return axis < 0 ? axis + getRank(tensor) : axis;
}

std::optional<SmallVector<int64_t>> quantc::getInts(Value constant) {
  std::optional<ConstantData> data = ConstantData::get(constant);
  if (!data)
    return std::nullopt;
  return data->getInts();
}

Value quantc::loadInt(KernelContext &ctx, Value tensor, int64_t i) {
  CodeBuilder code(ctx);
  if (auto data = ConstantData::get(tensor))
    return code.i64(data->getInt(i));
  Type element = getElement(tensor);
  return code.toI64(code.load(ctx.buffer(tensor), element, code.i64(i)),
                    element);
}

ValueList quantc::getDims(KernelContext &ctx, Value tensor) {
  ValueList dims;
  for (int64_t d = 0; d < getRank(tensor); ++d)
    dims.push_back(ctx.dim(tensor, d));
  return dims;
}

ValueList quantc::getStrides(CodeBuilder &code, ArrayRef<Value> dims) {
  ValueList strides(dims.size());
  Value stride = code.i64(1);
  for (size_t d = dims.size(); d-- > 0;) {
    strides[d] = stride;
    stride = code.mul(stride, dims[d]);
  }
  return strides;
}

Value quantc::product(CodeBuilder &code, ArrayRef<Value> dims) {
  Value result = code.i64(1);
  for (Value dim : dims)
    result = code.mul(result, dim);
  return result;
}

ValueList quantc::delinearize(CodeBuilder &code, Value flat,
                              ArrayRef<Value> dims) {
  ValueList position(dims.size());
  for (size_t d = dims.size(); d-- > 0;) {
    position[d] = d == 0 ? flat : code.remainder(flat, dims[d]);
    if (d > 0)
      flat = code.quotient(flat, dims[d]);
  }
  return position;
}

Value quantc::linearize(CodeBuilder &code, ArrayRef<Value> position,
                        ArrayRef<Value> strides) {
  Value offset = code.i64(0);
  for (auto [p, stride] : llvm::zip_equal(position, strides))
    offset = code.add(offset, code.mul(p, stride));
  return offset;
}

Value quantc::wrapIndex(CodeBuilder &code, Value index, Value extent) {
  Value zero = code.i64(0);
  index = code.select(code.lt(index, zero), code.add(index, extent), index);
  return code.clamp(index, zero, code.sub(extent, code.i64(1)));
}

LogicalResult quantc::checkFloat(Operation *op,
                                 std::initializer_list<Value> tensors) {
  for (Value tensor : tensors) {
    if (!tensor)
      continue;
    Type element = getElement(tensor);
    if (!element.isF32() && !element.isF16() && !element.isBF16())
      return op->emitError("found elements of type ")
             << element << "; compiled code supports f32, f16 and bf16 here";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

static bool isNarrow(Type element) {
  return isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32;
}

static Value widen(CodeBuilder &code, Value value, Type element) {
  return isNarrow(element) ? code.toFloat(value, code.builder.getF32Type())
                           : value;
}

static Value narrow(CodeBuilder &code, Value value, Type element) {
  return isNarrow(element) ? code.toFloat(value, element) : value;
}

Value Row::index(CodeBuilder &code, Value i) const {
  return code.add(first, stride ? code.mul(i, stride) : i);
}

static Value strided(CodeBuilder &code, const Row &row, Value i) {
  return code.add(code.splat(row.first),
                  code.mul(code.ascending(i), code.splat(row.stride)));
}

Value Row::load(CodeBuilder &code, Value i, Value mask, Value fill) const {
  if (stride)
    return loadAt(code, strided(code, *this, i), mask, fill);
  if (fill)
    fill = narrow(code, fill, element);
  Value loaded = code.loadVector(base, element, index(code, i), mask, fill);
  return widen(code, loaded, element);
}

Value Row::loadAt(CodeBuilder &code, Value indices, Value mask,
                  Value fill) const {
  if (fill)
    fill = narrow(code, fill, element);
  return widen(code, code.gather(base, element, indices, mask, fill), element);
}

void Row::store(CodeBuilder &code, Value value, Value i, Value mask) const {
  value = narrow(code, value, element);
  if (stride)
    code.scatter(value, base, element, strided(code, *this, i), mask);
  else
    code.store(value, base, element, index(code, i), mask);
}

Value Row::loadOne(CodeBuilder &code, Value i) const {
  return widen(code, code.load(base, element, index(code, i)), element);
}

void Row::storeOne(CodeBuilder &code, Value value, Value i) const {
  code.store(narrow(code, value, element), base, element, index(code, i));
}

AxisRows::AxisRows(KernelContext &ctx, Value tensor, int64_t axis) {
  CodeBuilder code(ctx);
  axis = normalizeAxis(tensor, axis);
  ValueList dims = getDims(ctx, tensor);
  ArrayRef<Value> all(dims);
  length = all[axis];
  inner = product(code, all.drop_front(axis + 1));
  count = code.mul(product(code, all.take_front(axis)), inner);
  auto shape = cast<RankedTensorType>(tensor.getType()).getShape();
  contiguous = llvm::all_of(shape.drop_front(axis + 1),
                            [](int64_t extent) { return extent == 1; });
}

Row AxisRows::get(KernelContext &ctx, Value tensor, Value item) const {
  CodeBuilder code(ctx);
  if (contiguous)
    return {ctx.buffer(tensor), getElement(tensor), code.mul(item, length),
            Value()};
  Value block = code.quotient(item, inner);
  Value first = code.add(code.mul(code.mul(block, length), inner),
                         code.remainder(item, inner));
  return {ctx.buffer(tensor), getElement(tensor), first, inner};
}
