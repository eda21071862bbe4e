//===- Types.cpp - ONNX element types and shapes ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Types.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

Type import::getElementType(MLIRContext *context, int32_t dataType) {
  Builder b(context);
  auto unsignedInt = [&](unsigned bits) {
    return b.getIntegerType(bits, /*isSigned=*/false);
  };
  using P = pb::TensorProto;
  switch (dataType) {
  case P::FLOAT:
    return b.getF32Type();
  case P::UINT8:
    return unsignedInt(8);
  case P::INT8:
    return b.getI8Type();
  case P::UINT16:
    return unsignedInt(16);
  case P::INT16:
    return b.getI16Type();
  case P::INT32:
    return b.getI32Type();
  case P::INT64:
    return b.getI64Type();
  case P::BOOL:
    return b.getI1Type();
  case P::FLOAT16:
    return b.getF16Type();
  case P::DOUBLE:
    return b.getF64Type();
  case P::UINT32:
    return unsignedInt(32);
  case P::UINT64:
    return unsignedInt(64);
  case P::BFLOAT16:
    return b.getBF16Type();
  case P::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case P::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case P::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case P::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case P::UINT4:
    return unsignedInt(4);
  case P::INT4:
    return b.getIntegerType(4);
  case P::FLOAT4E2M1:
    return Float4E2M1FNType::get(context);
  case P::FLOAT8E8M0:
    return Float8E8M0FNUType::get(context);
  case P::UINT2:
    return unsignedInt(2);
  case P::INT2:
    return b.getIntegerType(2);
  case P::FLOAT6E2M3:
    return Float6E2M3FNType::get(context);
  case P::FLOAT6E3M2:
    return Float6E3M2FNType::get(context);
  default:
    return {};
  }
}

StringRef import::getDataTypeName(int32_t dataType) {
  static constexpr StringRef names[] = {
      "UNDEFINED",      "FLOAT",        "UINT8",          "INT8",
      "UINT16",         "INT16",        "INT32",          "INT64",
      "STRING",         "BOOL",         "FLOAT16",        "DOUBLE",
      "UINT32",         "UINT64",       "COMPLEX64",      "COMPLEX128",
      "BFLOAT16",       "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2",
      "FLOAT8E5M2FNUZ", "UINT4",        "INT4",           "FLOAT4E2M1",
      "FLOAT8E8M0",     "UINT2",        "INT2",           "FLOAT6E2M3",
      "FLOAT6E3M2"};
  return dataType >= 0 && size_t(dataType) < std::size(names) ? names[dataType]
                                                              : StringRef("?");
}

int32_t import::getDataType(Type element) {
  for (int32_t id = 1; getDataTypeName(id) != "?"; ++id)
    if (getElementType(element.getContext(), id) == element)
      return id;
  return pb::TensorProto::UNDEFINED;
}

unsigned import::getStorageBits(Type element) {
  return element.isInteger(1) ? 8 : element.getIntOrFloatBitWidth();
}

uint64_t import::getRawSize(Type element, uint64_t count) {
  return llvm::divideCeil(count * getStorageBits(element), 8);
}

LogicalResult import::checkDims(ArrayRef<int64_t> dims, StringRef id,
                                const Twine &what, Report &report) {
  if (dims.size() > maxRank)
    return report.error(ErrorCode::Limit, id,
                        what + ": rank " + Twine(dims.size()) + " exceeds " +
                            Twine(maxRank));
  int64_t count = 1;
  bool overflow = false;
  for (int64_t dim : dims)
    if (!ShapedType::isDynamic(dim) && dim != 0)
      overflow |= llvm::MulOverflow(count, dim, count) || count > maxElements;
  if (!overflow)
    return success();
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(dims, os, " x ");
  return report.invalid(id, what + ": element count overflows (" + text +
                                ", limit 2^40)");
}

static LogicalResult convertShape(const pb::TensorShapeProto &shape,
                                  const Twine &what, Report &report,
                                  SmallVectorImpl<int64_t> &dims,
                                  SmallVectorImpl<std::string> *dimNames) {
  if (shape.dim_size() > int(maxRank))
    return report.error(ErrorCode::Limit, "T4",
                        what + ": rank " + Twine(shape.dim_size()) +
                            " exceeds " + Twine(maxRank));
  for (const auto &[index, dim] : llvm::enumerate(shape.dim())) {
    // -1 is how some exporters write an unknown dimension.
    if (dim.has_dim_value() && dim.dim_value() < -1)
      return report.invalid("P24", what + ": dimension " + Twine(index) +
                                       " is negative (" +
                                       Twine(dim.dim_value()) + ")");
    bool isStatic = dim.has_dim_value() && dim.dim_value() >= 0;
    dims.push_back(isStatic ? dim.dim_value() : ShapedType::kDynamic);
    if (dimNames)
      dimNames->push_back(dim.has_dim_param() ? dim.dim_param() : "");
  }
  return checkDims(dims, "P24", what, report);
}

TensorType import::convertType(const pb::TypeProto &type, const Twine &what,
                               Report &report,
                               SmallVectorImpl<std::string> *dimNames) {
  if (!type.has_tensor_type()) {
    StringRef kind = type.has_sequence_type()        ? "sequence"
                     : type.has_map_type()           ? "map"
                     : type.has_optional_type()      ? "optional"
                     : type.has_sparse_tensor_type() ? "sparse tensor"
                     : type.has_opaque_type()        ? "opaque"
                                                     : "missing";
    (void)report.error(ErrorCode::Unsupported, "P23",
                       what + ": " + kind +
                           " type is not supported; only "
                           "dense tensors are");
    return {};
  }
  const auto &tensor = type.tensor_type();
  Type element = getElementType(report.getContext(), tensor.elem_type());
  if (!element) {
    bool known = getDataTypeName(tensor.elem_type()) != "?" &&
                 tensor.elem_type() != pb::TensorProto::UNDEFINED;
    (void)report.error(
        known ? ErrorCode::Unsupported : ErrorCode::InvalidInput, "P23",
        what + ": element type " + getDataTypeName(tensor.elem_type()) + " (" +
            Twine(tensor.elem_type()) + ") is not supported");
    return {};
  }
  if (!tensor.has_shape())
    return UnrankedTensorType::get(element);
  SmallVector<int64_t> dims;
  if (failed(convertShape(tensor.shape(), what, report, dims, dimNames)))
    return {};
  return RankedTensorType::get(dims, element);
}
