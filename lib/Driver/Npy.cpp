//===- Npy.cpp - One numpy array as bytes ---------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The .npy format: a magic, a header that is a Python dictionary, the elements.
// The header is read by its three keys; nothing of it is evaluated.
//
//===----------------------------------------------------------------------===//

#include "Npy.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace quantc;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::support::endian::read16le;
using llvm::support::endian::read32le;

/// Longest header read; numpy's own are a few hundred bytes.
constexpr size_t maxHeaderBytes = size_t(1) << 20;

static Error bad(const Twine &what) {
  return createStringError(llvm::inconvertibleErrorCode(), what);
}

/// What follows `'key':` in the header, or "".
static StringRef findKey(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "':").str());
  return at == StringRef::npos ? StringRef()
                               : header.drop_front(at + key.size() + 3).ltrim();
}

static Expected<Type> parseType(MLIRContext &context, StringRef descr) {
  if (!descr.consume_front("'"))
    return bad("structured arrays are not supported");
  descr = descr.take_until([](char c) { return c == '\''; });
  if (descr.contains('O'))
    return bad("object arrays are refused (pickle)");
  if (descr.starts_with(">"))
    return bad("big-endian arrays are not supported; save x.astype(x.dtype."
               "newbyteorder('<'))");
  Builder builder(&context);
  StringRef code = descr.drop_while([](char c) { return StringRef("<|=").contains(c); });
  unsigned bytes = 0;
  if (code.empty() || code.drop_front().getAsInteger(10, bytes) ||
      !llvm::is_contained({1u, 2u, 4u, 8u}, bytes))
    return bad("element type '" + descr + "' is not supported");
  switch (code.front()) {
  case 'b':
    return builder.getI1Type();
  case 'i':
    return builder.getIntegerType(bytes * 8);
  case 'u':
    return IntegerType::get(&context, bytes * 8, IntegerType::Unsigned);
  case 'f':
    if (bytes == 8)
      return builder.getF64Type();
    if (bytes > 1)
      return bytes == 4 ? Type(builder.getF32Type()) : builder.getF16Type();
  }
  return bad("element type '" + descr + "' is not supported");
}

static Error parseShape(StringRef text, SmallVectorImpl<int64_t> &shape) {
  if (!text.consume_front("("))
    return bad("malformed shape");
  for (text = text.ltrim(); !text.starts_with(")"); text = text.ltrim(" ,")) {
    int64_t dim;
    if (text.consumeInteger(10, dim) || dim < 0 || shape.size() == 32)
      return bad("malformed shape");
    shape.push_back(dim);
  }
  return Error::success();
}

/// Column-major elements put in row-major order.
static void reorderFortran(Tensor &tensor, unsigned bytes) {
  std::vector<char> source = tensor.bytes;
  size_t rank = tensor.shape.size();
  std::vector<int64_t> index(rank, 0);
  for (size_t i = 0; i + bytes <= source.size(); i += bytes) {
    int64_t row = 0;
    for (size_t d = 0; d < rank; ++d)
      row = row * tensor.shape[d] + index[d];
    std::copy_n(source.data() + i, bytes, tensor.bytes.data() + row * bytes);
    for (size_t d = 0; d < rank && ++index[d] == tensor.shape[d]; ++d)
      index[d] = 0;
  }
}

Expected<Tensor> quantc::parseNpy(MLIRContext &context, StringRef file) {
  if (!file.starts_with("\x93NUMPY") || file.size() < 12)
    return bad("not a numpy array");
  unsigned char major = static_cast<unsigned char>(file[6]);
  if (major < 1 || major > 3)
    return bad("version " + Twine(unsigned(major)) +
               " of the .npy format; 1 to 3 are known");
  size_t start = major == 1 ? 10 : 12;
  size_t length = major == 1 ? read16le(file.data() + 8) : read32le(file.data() + 8);
  if (length > maxHeaderBytes || start + length > file.size())
    return bad("the header is longer than the file");
  StringRef header = file.substr(start, length);
  Tensor tensor;
  Expected<Type> type = parseType(context, findKey(header, "descr"));
  if (!type)
    return type.takeError();
  tensor.element = *type;
  if (Error error = parseShape(findKey(header, "shape"), tensor.shape))
    return std::move(error);
  unsigned bytes = (tensor.element.getIntOrFloatBitWidth() + 7) / 8;
  int64_t total = bytes;
  for (int64_t dim : tensor.shape)
    if (llvm::MulOverflow(total, dim, total))
      return bad("the shape has more than 2^63 bytes");
  StringRef data = file.drop_front(start + length);
  if (uint64_t(total) > data.size())
    return bad("holds " + Twine(data.size()) + " bytes of data, its shape needs " +
               Twine(total) + " (truncated?)");
  tensor.bytes.assign(data.begin(), data.begin() + total);
  if (findKey(header, "fortran_order").starts_with("True"))
    reorderFortran(tensor, bytes);
  return tensor;
}

static std::string typeCode(Type element) {
  unsigned bytes = (element.getIntOrFloatBitWidth() + 7) / 8;
  if (element.isInteger(1))
    return "|b1";
  char kind = element.isBF16() || element.isUnsignedInteger() ? 'u'
              : isa<FloatType>(element)                       ? 'f'
                                                              : 'i';
  return llvm::formatv("{0}{1}{2}", bytes == 1 ? '|' : '<', kind, bytes);
}

std::string quantc::formatNpyHeader(const Tensor &tensor) {
  std::string dict;
  llvm::raw_string_ostream stream(dict);
  stream << "{'descr': '" << typeCode(tensor.element)
         << "', 'fortran_order': False, 'shape': (";
  for (auto [i, dim] : llvm::enumerate(tensor.shape))
    stream << (i ? ", " : "") << dim;
  stream << (tensor.shape.size() == 1 ? ",), }" : "), }");
  // Data begin at a multiple of 64 bytes.
  dict.resize((10 + dict.size() + 1 + 63) / 64 * 64 - 11, ' ');
  dict += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += char(dict.size() & 255);
  header += char(dict.size() >> 8);
  return header + dict;
}
