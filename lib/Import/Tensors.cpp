//===- Tensors.cpp - TensorProto to constant ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX keeps the elements in one of seven places: raw bytes, an external file,
// or one of five typed fields. Each place's size is checked against the shape
// before anything is allocated, so a claimed size costs nothing.
//
//===----------------------------------------------------------------------===//

#include "Tensors.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

std::vector<char> import::unpackBits(StringRef raw, Type element,
                                     uint64_t count) {
  unsigned bits = getStorageBits(element);
  unsigned shift = 8 - bits;
  bool isSigned = element.isSignlessInteger();
  std::vector<char> result(count);
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t bit = i * bits;
    unsigned word = uint8_t(raw[bit / 8]);
    if (bit % 8 + bits > 8)
      word |= unsigned(uint8_t(raw[bit / 8 + 1])) << 8;
    uint8_t code = uint8_t((word >> bit % 8) << shift);
    result[i] = isSigned ? int8_t(code) >> shift : code >> shift;
  }
  return result;
}

std::string import::packBits(ArrayRef<char> codes, Type element) {
  unsigned bits = getStorageBits(element), mask = (1u << bits) - 1;
  std::string raw(getRawSize(element, codes.size()), '\0');
  for (auto [i, code] : llvm::enumerate(codes)) {
    uint64_t bit = i * bits;
    unsigned word = (uint8_t(code) & mask) << bit % 8;
    raw[bit / 8] |= char(word);
    if (bit % 8 + bits > 8)
      raw[bit / 8 + 1] |= char(word >> 8);
  }
  return raw;
}

RankedTensorType TensorImporter::getType(const pb::TensorProto &tensor,
                                         const Twine &what) {
  int32_t id = tensor.data_type();
  Type element = getElementType(report.getContext(), id);
  if (!element) {
    bool known = getDataTypeName(id) != "?" && id != pb::TensorProto::UNDEFINED;
    (void)report.error(known ? ErrorCode::Unsupported : ErrorCode::InvalidInput,
                       "T6",
                       what + ": data type " + getDataTypeName(id) + " (" +
                           Twine(id) + ") is not supported");
    return {};
  }
  ArrayRef<int64_t> dims(tensor.dims().data(), tensor.dims_size());
  for (int64_t dim : dims)
    if (dim < 0) {
      (void)report.invalid("T4", what + ": negative dimension " + Twine(dim));
      return {};
    }
  StringRef id2 = dims.size() > maxRank ? "T4" : "T3";
  if (failed(checkDims(dims, id2, what, report)))
    return {};
  return RankedTensorType::get(dims, element);
}

LogicalResult TensorImporter::checkFields(const pb::TensorProto &tensor,
                                          RankedTensorType type,
                                          const Twine &what) {
  if (tensor.has_segment())
    return report.error(ErrorCode::Unsupported, "T2",
                        what + ": segmented tensors are not supported");
  bool isExternal = tensor.data_location() == pb::TensorProto::EXTERNAL;
  int places =
      isExternal + tensor.has_raw_data() + (tensor.float_data_size() > 0) +
      (tensor.int32_data_size() > 0) + (tensor.int64_data_size() > 0) +
      (tensor.double_data_size() > 0) + (tensor.uint64_data_size() > 0) +
      (tensor.string_data_size() > 0);
  if (places > 1)
    return report.invalid("T2", what + ": data are given in " + Twine(places) +
                                    " fields; exactly one must be used");
  if (places == 0 && type.getNumElements() != 0)
    return report.invalid("T2", what + ": has no data, expected " +
                                    Twine(getRawSize(type.getElementType(),
                                                     type.getNumElements())) +
                                    " bytes");
  return success();
}

Attribute TensorImporter::convertRaw(RankedTensorType type, Bytes raw) {
  Type element = type.getElementType();
  uint64_t count = type.getNumElements();
  if (getStorageBits(element) < 8) {
    auto bytes = std::make_shared<std::vector<char>>(
        unpackBits(raw.data, element, count));
    return makeConstantView(type, *bytes, bytes);
  }
  ArrayRef<char> data(raw.data.data(), raw.data.size());
  bool isCleanBool = !element.isInteger(1) || llvm::all_of(data, [](char c) {
    return c == 0 || c == 1;
  });
  bool isAligned =
      reinterpret_cast<uintptr_t>(data.data()) % getElementBytes(element) == 0;
  if (isCleanBool && isAligned)
    return makeConstantView(type, data, raw.owner);
  auto copy = std::make_shared<std::vector<char>>(data.begin(), data.end());
  if (!isCleanBool)
    for (char &c : *copy)
      c = c != 0;
  return makeConstantView(type, *copy, copy);
}

Attribute TensorImporter::convertInt32(const pb::TensorProto &tensor,
                                       RankedTensorType type,
                                       const Twine &what) {
  Type element = type.getElementType();
  const auto &values = tensor.int32_data();
  unsigned bits = element.getIntOrFloatBitWidth();
  // Two- and four-bit elements share an entry's low byte; all others have one
  // entry each. Only int8 and int16 entries may be negative.
  bool isPacked = bits == 2 || bits == 4;
  bool isSigned = element.isSignlessInteger() && bits >= 8;
  unsigned valueBits = isPacked ? 8 : bits;
  int64_t lowest = isSigned ? -(int64_t(1) << (valueBits - 1)) : 0;
  int64_t highest = (int64_t(1) << (valueBits - isSigned)) - 1;
  unsigned size = isPacked ? 1 : getElementBytes(element);
  auto bytes = std::make_shared<std::vector<char>>(values.size() * size);
  for (int i = 0; i < values.size(); ++i) {
    int32_t value = values[i];
    if (isPacked && value < 0)
      value &= 255; // written from a signed byte
    if (value < lowest || value > highest) {
      (void)report.invalid(
          "T8", what + ": value " + Twine(values[i]) + " at index " + Twine(i) +
                    " does not fit " + getDataTypeName(tensor.data_type()));
      return {};
    }
    memcpy(bytes->data() + i * size, &value, size);
  }
  if (isPacked)
    return convertRaw(type, {StringRef(bytes->data(), bytes->size()), bytes});
  return makeConstantView(type, *bytes, bytes);
}

/// The field ONNX assigns to an element type, as bytes; uint32 apart, which is
/// kept in 64 bits.
static std::optional<StringRef> getTypedField(const pb::TensorProto &tensor) {
  using P = pb::TensorProto;
  auto bytes = [](const auto &field) {
    return StringRef(reinterpret_cast<const char *>(field.data()),
                     field.size() * sizeof(*field.data()));
  };
  switch (tensor.data_type()) {
  case P::FLOAT:
    return bytes(tensor.float_data());
  case P::INT64:
    return bytes(tensor.int64_data());
  case P::DOUBLE:
    return bytes(tensor.double_data());
  case P::UINT64:
    return bytes(tensor.uint64_data());
  case P::INT32:
    return bytes(tensor.int32_data());
  default:
    return std::nullopt;
  }
}

Attribute TensorImporter::convertTyped(const pb::TensorProto &tensor,
                                       RankedTensorType type,
                                       const Twine &what) {
  uint64_t count = type.getNumElements();
  std::optional<StringRef> field = getTypedField(tensor);
  bool isUInt32 = tensor.data_type() == pb::TensorProto::UINT32;
  unsigned bits = type.getElementType().getIntOrFloatBitWidth();
  bool isPacked = bits == 2 || bits == 4;
  uint64_t expected =
      isPacked ? getRawSize(type.getElementType(), count) : count;
  uint64_t found = field
                       ? field->size() / getElementBytes(type.getElementType())
                   : isUInt32 ? tensor.uint64_data_size()
                              : tensor.int32_data_size();
  if (found != expected) {
    (void)report.invalid(isPacked ? "T7" : "T2",
                         what + ": expected " + Twine(expected) +
                             " values in the data field of " +
                             getDataTypeName(tensor.data_type()) + ", found " +
                             Twine(found));
    return {};
  }
  if (field)
    return convertRaw(type, {*field, owner});
  if (!isUInt32)
    return convertInt32(tensor, type, what);
  SmallVector<uint32_t> values;
  for (uint64_t value : tensor.uint64_data()) {
    if (value > UINT32_MAX) {
      (void)report.invalid("T8", what + ": value " + Twine(value) +
                                     " does not fit UINT32");
      return {};
    }
    values.push_back(uint32_t(value));
  }
  return makeConstant<uint32_t>(type, values);
}

Attribute TensorImporter::convert(const pb::TensorProto &tensor,
                                  const Twine &what) {
  std::string name = what.str();
  RankedTensorType type = getType(tensor, name);
  if (!type || failed(checkFields(tensor, type, name)))
    return {};
  Type element = type.getElementType();
  uint64_t size = getRawSize(element, type.getNumElements());
  if (tensor.data_location() == pb::TensorProto::EXTERNAL) {
    auto bytes = external.read(tensor, size, name);
    return bytes ? convertRaw(type, {bytes->first, bytes->second})
                 : Attribute();
  }
  if (!tensor.has_raw_data())
    return convertTyped(tensor, type, name);

  StringRef raw = tensor.raw_data();
  unsigned bits = getStorageBits(element);
  if (bits >= 8 && raw.size() % (bits / 8) != 0) {
    (void)report.invalid("T1", name + ": raw_data has " + Twine(raw.size()) +
                                   " bytes, not a multiple of " +
                                   Twine(bits / 8));
    return {};
  }
  if (raw.size() != size) {
    (void)report.invalid(bits < 8 ? "T7" : "T2",
                         name + ": expected " + Twine(size) + " bytes for " +
                             Twine(type.getNumElements()) + " values of " +
                             getDataTypeName(tensor.data_type()) + ", found " +
                             Twine(raw.size()));
    return {};
  }
  return convertRaw(type, {raw, owner});
}
