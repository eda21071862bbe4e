//===- NumpyIO.cpp - .npy and .npz files ----------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// An .npz is a zip archive: its directory, at the end, says where each member
// begins. Members are inflated into a buffer of the size the directory claims,
// which is limited before anything is allocated.
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/NumpyIO.h"
#include "Npy.h"
#include "quantc/Support/Files.h"
#include "quantc/Support/Report.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"

#include <zlib.h>

using namespace mlir;
using namespace quantc;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::support::endian::read16le;
using llvm::support::endian::read32le;

/// A member may inflate to this many times its stored size (zip bombs).
constexpr uint64_t maxRatio = 1100;

static Error bad(const Twine &what) {
  return createStringError(llvm::inconvertibleErrorCode(), what);
}

static std::unique_ptr<llvm::MemoryBuffer>
readWhole(MLIRContext &context, StringRef path, ErrorCode &code) {
  auto buffer = llvm::MemoryBuffer::getFile(path, false, false);
  if (buffer)
    return std::move(*buffer);
  (void)report(context, path + ": " + buffer.getError().message(), code,
               ErrorCode::IO);
  return nullptr;
}

FailureOr<Tensor> quantc::readNpy(MLIRContext &context, StringRef path,
                                  ErrorCode &code) {
  code = ErrorCode::None;
  auto buffer = readWhole(context, path, code);
  if (!buffer)
    return failure();
  Expected<Tensor> tensor = parseNpy(context, buffer->getBuffer());
  if (!tensor)
    return report(context, path + ": " + toString(tensor.takeError()), code,
                  ErrorCode::InvalidInput);
  return std::move(*tensor);
}

//===----------------------------------------------------------------------===//
// Reading zip
//===----------------------------------------------------------------------===//

namespace {
/// One entry of the directory, checked against the file.
struct Member {
  std::string name;
  unsigned flags, method;
  uint32_t crc, storedSize, size;
  StringRef stored;
};
} // namespace

static Expected<StringRef> findStored(StringRef file, uint64_t offset,
                                      uint64_t size) {
  if (offset + 30 > file.size() || !file.substr(offset).starts_with("PK\3\4"))
    return bad("damaged zip directory");
  const char *local = file.data() + offset;
  uint64_t start = offset + 30 + read16le(local + 26) + read16le(local + 28);
  if (start > file.size() || size > file.size() - start)
    return bad("a member is longer than the file");
  return file.substr(start, size);
}

/// Reads the directory entry at the front of `directory` and drops it.
static Expected<Member> takeMember(StringRef file, StringRef &directory) {
  if (directory.size() < 46 || !directory.starts_with("PK\1\2"))
    return bad("damaged zip directory");
  const char *p = directory.data();
  size_t name = read16le(p + 28);
  size_t length = 46 + name + read16le(p + 30) + read16le(p + 32);
  if (length > directory.size())
    return bad("damaged zip directory");
  Member member;
  member.name = directory.substr(46, name).str();
  member.flags = read16le(p + 8);
  member.method = read16le(p + 10);
  member.crc = read32le(p + 16);
  member.storedSize = read32le(p + 20);
  member.size = read32le(p + 24);
  if (member.size == UINT32_MAX || member.storedSize == UINT32_MAX)
    return bad("'" + member.name + "' is larger than 4 GiB");
  Expected<StringRef> stored =
      findStored(file, read32le(p + 42), member.storedSize);
  if (!stored)
    return stored.takeError();
  member.stored = *stored;
  directory = directory.drop_front(length);
  return member;
}

static Expected<std::vector<char>> inflateMember(const Member &member) {
  if (member.size > maxRatio * (uint64_t(member.storedSize) + 1))
    return bad("'" + member.name + "' claims to inflate " +
               Twine(member.size / (uint64_t(member.storedSize) + 1)) +
               " times; at most " + Twine(maxRatio) + " is accepted");
  std::vector<char> data(member.size);
  z_stream stream = {};
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(member.stored.data()));
  stream.avail_in = member.storedSize;
  stream.next_out = reinterpret_cast<Bytef *>(data.data());
  stream.avail_out = member.size;
  // Negative: raw deflate, without zlib's own header.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return bad("out of memory");
  int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (status != Z_STREAM_END || stream.avail_out)
    return bad("'" + member.name + "' is damaged (deflate)");
  return data;
}

static Expected<Tensor> readMember(MLIRContext &context, const Member &member) {
  if (member.flags & 1)
    return bad("'" + member.name + "' is encrypted");
  if (member.method != 0 && member.method != 8)
    return bad("'" + member.name + "' is compressed by method " +
               Twine(member.method) + "; stored and deflate are supported");
  std::vector<char> inflated;
  StringRef data = member.stored;
  if (member.method == 8) {
    Expected<std::vector<char>> bytes = inflateMember(member);
    if (!bytes)
      return bytes.takeError();
    inflated = std::move(*bytes);
    data = StringRef(inflated.data(), inflated.size());
  }
  if (crc32(0, reinterpret_cast<const Bytef *>(data.data()), uInt(data.size())) !=
      member.crc)
    return bad("'" + member.name + "' is damaged (wrong checksum)");
  Expected<Tensor> tensor = parseNpy(context, data);
  if (!tensor)
    return bad("'" + member.name + "': " + toString(tensor.takeError()));
  return tensor;
}

static Expected<NamedTensors> parseNpz(MLIRContext &context, StringRef file) {
  size_t end = file.rfind(StringRef("PK\5\6", 4));
  if (end == StringRef::npos || end + 22 > file.size())
    return bad("not an .npz archive (truncated?)");
  unsigned count = read16le(file.data() + end + 10);
  size_t start = read32le(file.data() + end + 16);
  if (start > end)
    return bad("damaged zip directory");
  StringRef directory = file.slice(start, end);
  NamedTensors result;
  for (unsigned i = 0; i < count; ++i) {
    Expected<Member> member = takeMember(file, directory);
    if (!member)
      return member.takeError();
    Expected<Tensor> tensor = readMember(context, *member);
    if (!tensor)
      return tensor.takeError();
    StringRef name = member->name;
    name.consume_back(".npy");
    if (llvm::any_of(result, [&](auto &other) { return other.first == name; }))
      return bad("'" + name + "' appears twice");
    result.push_back({name.str(), std::move(*tensor)});
  }
  return result;
}

FailureOr<NamedTensors> quantc::readNpz(MLIRContext &context, StringRef path,
                                        ErrorCode &code) {
  code = ErrorCode::None;
  auto buffer = readWhole(context, path, code);
  if (!buffer)
    return failure();
  Expected<NamedTensors> tensors = parseNpz(context, buffer->getBuffer());
  if (!tensors)
    return report(context, path + ": " + toString(tensors.takeError()), code,
                  ErrorCode::InvalidInput);
  return std::move(*tensors);
}

//===----------------------------------------------------------------------===//
// Writing zip
//===----------------------------------------------------------------------===//

static void append(std::string &to, uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    to += char(value >> (8 * i));
}

/// The part a member's local header and its directory entry share.
static std::string memberFields(StringRef name, uint32_t crc, uint64_t size) {
  std::string fields;
  append(fields, 20, 2); // version needed
  append(fields, 0, 8);  // no flags, stored, no date: equal input, equal bytes
  append(fields, crc, 4);
  append(fields, size, 4);
  append(fields, size, 4);
  append(fields, name.size(), 2);
  append(fields, 0, 2);
  return fields;
}

static Error writeArchive(raw_ostream &stream, const NamedTensors &arrays) {
  std::string directory;
  uint64_t offset = 0;
  for (const auto &[array, tensor] : arrays) {
    std::string name = array + ".npy", header = formatNpyHeader(tensor);
    uint64_t size = header.size() + tensor.bytes.size();
    if (size > UINT32_MAX || offset > UINT32_MAX)
      return bad("'" + array + "' does not fit an archive below 4 GiB");
    auto crc = crc32(0, reinterpret_cast<const Bytef *>(header.data()),
                     uInt(header.size()));
    if (!tensor.bytes.empty()) // zlib starts anew on a null pointer
      crc = crc32(crc, reinterpret_cast<const Bytef *>(tensor.bytes.data()),
                  uInt(tensor.bytes.size()));
    std::string fields = memberFields(name, uint32_t(crc), size);
    stream << "PK\3\4" << fields << name << header
           << StringRef(tensor.bytes.data(), tensor.bytes.size());
    directory += "PK\1\2";
    append(directory, 20, 2); // version made by
    directory += fields;
    append(directory, 0, 10); // comment, disk, attributes
    append(directory, offset, 4);
    directory += name;
    offset += 30 + name.size() + size;
  }
  std::string end = "PK\5\6";
  append(end, 0, 4);
  append(end, arrays.size(), 2);
  append(end, arrays.size(), 2);
  append(end, directory.size(), 4);
  append(end, offset, 4);
  append(end, 0, 2);
  stream << directory << end;
  return Error::success();
}

ErrorCode quantc::writeNpz(MLIRContext &context, StringRef path,
                           const NamedTensors &arrays) {
  Error error = writeFile(
      path, [&](raw_ostream &stream) { return writeArchive(stream, arrays); });
  if (!error)
    return ErrorCode::None;
  ErrorCode code;
  (void)report(context, toString(std::move(error)), code, ErrorCode::IO);
  return code;
}
