//===- Constants.cpp - Tensor data known at compile time ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Three forms are read (dense, resource blob, file) and two are made. MLIR packs
// booleans to bits in dense attributes and keeps sub-byte integers unextended;
// ConstantData has one element to a byte, extended, so those are copied.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// Splats beyond this are not expanded.
static constexpr uint64_t maxSplatBytes = uint64_t(1) << 31;
/// Alignment of data we own: a cache line, enough for any vector load.
static constexpr size_t dataAlignment = 64;

unsigned quantc::getElementBytes(Type element) {
  if (element.isIndex())
    return 8;
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

std::optional<uint64_t> quantc::getConstantBytes(RankedTensorType type) {
  if (!type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return std::nullopt;
  int64_t bytes = getElementBytes(type.getElementType());
  bool overflow = false;
  for (int64_t dim : type.getShape()) {
    if (dim == 0)
      return 0;
    overflow |= llvm::MulOverflow(bytes, dim, bytes);
  }
  if (overflow)
    return std::nullopt;
  return bytes;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Extends a sub-byte integer in the low bits of `byte` to the whole byte.
static char extendToByte(char byte, Type element) {
  unsigned width = element.getIntOrFloatBitWidth();
  uint8_t low = uint8_t(byte) & ((1u << width) - 1);
  bool isSigned = isa<IntegerType>(element) && width > 1 &&
                  !element.isUnsignedInteger();
  return isSigned ? char(llvm::SignExtend32(low, width)) : char(low);
}

/// The elements of a dense attribute that cannot be used in place.
static std::vector<char> expandDense(DenseElementsAttr dense, uint64_t size) {
  Type element = dense.getElementType();
  if (element.isInteger(1)) {
    std::vector<char> result;
    result.reserve(size);
    for (bool value : dense.getValues<bool>())
      result.push_back(value);
    return result;
  }
  std::vector<char> result(size);
  ArrayRef<char> raw = dense.getRawData();
  if (dense.isSplat()) {
    for (uint64_t i = 0; i < size; i += raw.size())
      std::memcpy(result.data() + i, raw.data(), raw.size());
  } else {
    std::memcpy(result.data(), raw.data(), size);
  }
  if (element.getIntOrFloatBitWidth() < 8)
    for (char &byte : result)
      byte = extendToByte(byte, element);
  return result;
}

std::optional<ConstantData> ConstantData::get(Attribute attr) {
  auto typed = dyn_cast_if_present<TypedAttr>(attr);
  auto type =
      typed ? dyn_cast<RankedTensorType>(typed.getType()) : RankedTensorType();
  std::optional<uint64_t> size = type ? getConstantBytes(type) : std::nullopt;
  if (!size)
    return std::nullopt;
  ConstantData data;
  data.type = type;
  if (auto dense = dyn_cast<DenseIntOrFPElementsAttr>(attr)) {
    if (type.getElementTypeBitWidth() < 8 ||
        dense.getRawData().size() != *size) {
      if (*size > maxSplatBytes)
        return std::nullopt;
      data.owned = std::make_shared<std::vector<char>>(expandDense(dense, *size));
      data.bytes = *data.owned;
    } else {
      data.bytes = dense.getRawData();
    }
  } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    data.bytes = blob->getData();
  } else if (auto file = dyn_cast<FileAttr>(attr)) {
    auto *dialect = attr.getContext()->getLoadedDialect<ONNXDialect>();
    llvm::Expected<ArrayRef<char>> bytes = dialect->getWeightFiles().read(
        file.getPath(), file.getOffset(), file.getBytes());
    if (!bytes) {
      emitError(UnknownLoc::get(attr.getContext()))
          << llvm::toString(bytes.takeError());
      return std::nullopt;
    }
    data.bytes = *bytes;
  } else {
    return std::nullopt;
  }
  if (data.bytes.size() != *size)
    return std::nullopt;
  return data;
}

std::optional<ConstantData> ConstantData::get(Value value) {
  auto constant = value ? value.getDefiningOp<ConstantOp>() : ConstantOp();
  return constant ? get(Attribute(constant.getValue())) : std::nullopt;
}

/// Element `i` of the low `width` bits each, as unsigned.
static uint64_t readBits(ArrayRef<char> bytes, int64_t i, unsigned elementBytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data() + i * elementBytes, elementBytes);
  return bits;
}

double ConstantData::getDouble(int64_t i) const {
  assert(i >= 0 && i < getNumElements() && "element index out of range");
  Type element = type.getElementType();
  auto floatType = dyn_cast<FloatType>(element);
  if (!floatType) {
    int64_t value = getInt(i);
    return element.isUnsignedInteger() ? double(uint64_t(value))
                                       : double(value);
  }
  if (floatType.isF64())
    return as<double>()[i];
  if (floatType.isF32())
    return as<float>()[i];
  unsigned width = floatType.getWidth();
  uint64_t bits = readBits(bytes, i, getElementBytes(element));
  if (width < 64)
    bits &= (uint64_t(1) << width) - 1;
  return llvm::APFloat(floatType.getFloatSemantics(), llvm::APInt(width, bits))
      .convertToDouble();
}

int64_t ConstantData::getInt(int64_t i) const {
  assert(i >= 0 && i < getNumElements() && "element index out of range");
  Type element = type.getElementType();
  if (isa<FloatType>(element))
    return static_cast<int64_t>(getDouble(i));
  unsigned width = element.getIntOrFloatBitWidth();
  uint64_t bits = readBits(bytes, i, getElementBytes(element));
  if (width == 1)
    return bits & 1;
  if (width < 64)
    bits &= (uint64_t(1) << width) - 1;
  return element.isUnsignedInteger() ? int64_t(bits)
                                     : llvm::SignExtend64(bits, width);
}

SmallVector<int64_t> ConstantData::getInts() const {
  SmallVector<int64_t> result;
  for (int64_t i = 0, e = getNumElements(); i < e; ++i)
    result.push_back(getInt(i));
  return result;
}

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

static bool isSplat(ArrayRef<char> bytes, size_t elementBytes) {
  return bytes.size() > elementBytes &&
         std::memcmp(bytes.data(), bytes.data() + elementBytes,
                     bytes.size() - elementBytes) == 0;
}

static Attribute makeDense(RankedTensorType type, ArrayRef<char> bytes) {
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (char byte : bytes)
      values.push_back(byte != 0);
    return DenseElementsAttr::get(type, ArrayRef<bool>(values));
  }
  unsigned width = type.getElementTypeBitWidth();
  if (width >= 8)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  SmallVector<char> low(bytes);
  for (char &byte : low)
    byte &= (1 << width) - 1;
  return DenseElementsAttr::getFromRawBuffer(type, low);
}

/// The inline form, for small constants and those with all elements equal.
static Attribute tryMakeInline(RankedTensorType type, ArrayRef<char> bytes) {
  size_t elementBytes = getElementBytes(type.getElementType());
  if (isSplat(bytes, elementBytes) && bytes.size() <= maxSplatBytes)
    return makeDense(type, bytes.take_front(elementBytes));
  return bytes.size() <= maxInlineBytes ? makeDense(type, bytes) : Attribute();
}

static Attribute makeResource(RankedTensorType type, AsmResourceBlob blob) {
  // Numbered for the whole context: names in text do not depend on addresses.
  auto *dialect = type.getContext()->getOrLoadDialect<ONNXDialect>();
  unsigned number = dialect->getWeightFiles().getNextBlobNumber();
  return DenseResourceElementsAttr::get(type, "w" + std::to_string(number),
                                        std::move(blob));
}

Attribute quantc::makeConstant(RankedTensorType type, ArrayRef<char> bytes) {
  assert(getConstantBytes(type) == bytes.size() && "wrong number of bytes");
  if (Attribute attr = tryMakeInline(type, bytes))
    return attr;
  return makeResource(type, HeapAsmResourceBlob::allocateAndCopyWithAlign(
                                bytes, dataAlignment, /*dataIsMutable=*/false));
}

Attribute quantc::makeConstantView(RankedTensorType type, ArrayRef<char> bytes,
                                   std::shared_ptr<void> owner) {
  assert(getConstantBytes(type) == bytes.size() && "wrong number of bytes");
  if (Attribute attr = tryMakeInline(type, bytes))
    return attr;
  size_t alignment = getElementBytes(type.getElementType());
  // ONNX aligns nothing; an unaligned view could not be read as elements.
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignment)
    return makeConstant(type, bytes);
  AsmResourceBlob blob(
      bytes, alignment, [owner](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
  return makeResource(type, std::move(blob));
}

Value quantc::createInts(OpBuilder &builder, Location loc,
                         ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({int64_t(values.size())},
                                    builder.getI64Type());
  return createConstant(builder, loc, makeConstant(type, values));
}

Value quantc::createFloat(OpBuilder &builder, Location loc, float value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return createConstant(builder, loc, makeConstant<float>(type, value));
}

Value quantc::createConstant(OpBuilder &builder, Location loc, Attribute attr) {
  auto typed = cast<TypedAttr>(attr);
  return ConstantOp::create(builder, loc, typed.getType(), typed);
}

//===----------------------------------------------------------------------===//
// The operation
//===----------------------------------------------------------------------===//

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ConstantOp::verify() {
  // C1 (that the types are equal, a trait says)
  auto type = dyn_cast<RankedTensorType>(getType());
  std::optional<uint64_t> size = type ? getConstantBytes(type) : std::nullopt;
  if (!size)
    return emitOpError("C1: ") << getType()
                               << " is not a tensor of static shape and of "
                                  "integers or floats, or is too large";
  Attribute value = getValue();
  if (auto dense = dyn_cast<DenseIntOrFPElementsAttr>(value)) {
    // C4
    if (dense.isSplat() && *size > maxSplatBytes)
      return emitOpError("C4: a splat takes at most ")
             << maxSplatBytes << " bytes, found " << *size;
    return success();
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    // C3
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return emitOpError("C3: resource '")
             << resource.getRawHandle().getKey() << "' has no data";
    if (blob->getData().size() != *size)
      return emitOpError("C3: resource '")
             << resource.getRawHandle().getKey() << "' has "
             << blob->getData().size() << " bytes, its type takes " << *size;
    return success();
  }
  // C2
  if (isa<FileAttr>(value))
    return success();
  return emitOpError("C2: the value must be a dense, dense_resource or "
                     "onnx.file attribute of integers or floats");
}
