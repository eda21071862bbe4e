//===- TensorWriter.cpp - Constants to TensorProto ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// External data carry a checksum: model and data are two files, and a reader
// should notice when one of them is of another export.
//
//===----------------------------------------------------------------------===//

#include "TensorWriter.h"

#include "../Import/Tensors.h"
#include "quantc/Support/Files.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA1.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::exporting;

/// Smaller tensors stay inside: readers want shapes at hand.
static constexpr size_t minExternalBytes = 1024;
/// Readers map the file; a page is what ONNX recommends.
static constexpr uint64_t externalAlignment = 4096;

StringRef TensorWriter::Piece::getBytes() const {
  if (auto *packed = std::get_if<std::string>(&data))
    return *packed;
  ArrayRef<char> bytes = std::get<ConstantData>(data).getBytes();
  return {bytes.data(), bytes.size()};
}

static void addEntry(pb::TensorProto &proto, StringRef key, const Twine &value) {
  auto *entry = proto.add_external_data();
  entry->set_key(key.str());
  entry->set_value(value.str());
}

void TensorWriter::write(const ConstantData &data, pb::TensorProto &proto) {
  Type element = data.getType().getElementType();
  proto.set_data_type(import::getDataType(element));
  for (int64_t dim : data.getType().getShape())
    proto.add_dims(dim);
  ArrayRef<char> bytes = data.getBytes();
  bool isPacked = import::getStorageBits(element) < 8;
  std::string packed = isPacked ? import::packBits(bytes, element) : "";
  uint64_t size = isPacked ? packed.size() : bytes.size();
  if (externalFile.empty() || size < minExternalBytes) {
    proto.set_raw_data(isPacked ? packed
                                : std::string(bytes.begin(), bytes.end()));
    return;
  }
  uint64_t offset = llvm::alignTo(end, externalAlignment);
  end = offset + size;
  proto.set_data_location(pb::TensorProto::EXTERNAL);
  addEntry(proto, "location", externalFile);
  addEntry(proto, "offset", Twine(offset));
  addEntry(proto, "length", Twine(size));
  if (isPacked)
    pieces.push_back({std::move(packed), offset, &proto});
  else
    pieces.push_back({data, offset, &proto});
}

llvm::Error TensorWriter::writeExternalData(StringRef path) {
  llvm::SHA1 hash;
  llvm::Error error = writeFile(path, [&](raw_ostream &stream) {
    auto put = [&](StringRef bytes) {
      stream << bytes;
      hash.update(bytes);
    };
    uint64_t position = 0;
    for (const Piece &piece : pieces) {
      put(std::string(piece.offset - position, '\0'));
      put(piece.getBytes());
      position = piece.offset + piece.getBytes().size();
    }
    return llvm::Error::success();
  });
  std::string checksum = llvm::toHex(hash.final(), /*LowerCase=*/true);
  for (const Piece &piece : pieces)
    addEntry(*piece.proto, "checksum", checksum);
  return error;
}
