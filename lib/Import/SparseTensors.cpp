//===- SparseTensors.cpp - Sparse initializers made dense ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Tensors.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// A sparse tensor may claim any size; its dense form may not.
static constexpr uint64_t maxDenseBytes = uint64_t(256) << 20;

/// The position of entry `i` in the dense tensor, or -1 if it lies outside.
/// Indices are [entries] positions or [entries, rank] coordinates.
static int64_t getPosition(const ConstantData &indices, int64_t i,
                           ArrayRef<int64_t> dims, int64_t count) {
  if (indices.getType().getRank() == 1) {
    int64_t position = indices.getInt(i);
    return position < 0 || position >= count ? -1 : position;
  }
  int64_t position = 0;
  for (auto [axis, dim] : llvm::enumerate(dims)) {
    int64_t index = indices.getInt(i * dims.size() + axis);
    if (index < 0 || index >= dim)
      return -1;
    position = position * dim + index;
  }
  return position;
}

Attribute TensorImporter::convert(const pb::SparseTensorProto &tensor,
                                  const Twine &what) {
  std::string name = what.str();
  auto fail = [&](const Twine &why) {
    (void)report.invalid("T9", name + ": " + why);
    return Attribute();
  };
  SmallVector<int64_t> dims(tensor.dims().begin(), tensor.dims().end());
  if (llvm::any_of(dims, [](int64_t dim) { return dim < 0; }))
    return fail("negative dimension");
  if (failed(checkDims(dims, "T9", name, report)))
    return {};
  auto values = ConstantData::get(convert(tensor.values(), name + " (values)"));
  auto indices =
      values ? ConstantData::get(convert(tensor.indices(), name + " (indices)"))
             : std::nullopt;
  if (!indices)
    return {};
  int64_t entries = values->getNumElements();
  ArrayRef<int64_t> shape = indices->getType().getShape();
  bool isLinear = shape == ArrayRef<int64_t>{entries};
  bool isCoordinates =
      shape == ArrayRef<int64_t>{entries, int64_t(dims.size())};
  if (!indices->getType().getElementType().isInteger(64) ||
      (!isLinear && !isCoordinates))
    return fail("indices must be int64 of shape [" + Twine(entries) + "] or [" +
                Twine(entries) + ", " + Twine(dims.size()) + "]");

  auto type = RankedTensorType::get(dims, values->getType().getElementType());
  unsigned size = getElementBytes(type.getElementType());
  if (uint64_t(type.getNumElements()) * size > maxDenseBytes) {
    (void)report.error(ErrorCode::Limit, "T9",
                       name + ": its dense form exceeds 256 MiB");
    return {};
  }
  auto dense =
      std::make_shared<std::vector<char>>(type.getNumElements() * size);
  int64_t previous = -1;
  for (int64_t i = 0; i < entries; ++i) {
    int64_t position = getPosition(*indices, i, dims, type.getNumElements());
    if (position < 0)
      return fail("index " + Twine(i) + " is out of range");
    if (position <= previous)
      return fail("indices are not sorted, or one is there twice (entry " +
                  Twine(i) + ")");
    previous = position;
    memcpy(dense->data() + position * size,
           values->getBytes().data() + i * size, size);
  }
  return makeConstantView(type, *dense, dense);
}
