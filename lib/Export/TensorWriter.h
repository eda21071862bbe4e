//===- TensorWriter.h - Constants to TensorProto -----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EXPORT_TENSORWRITER_H
#define QUANTC_LIB_EXPORT_TENSORWRITER_H

#include "../Import/Proto.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/Support/Error.h"
#include <variant>

namespace quantc::exporting {

namespace pb = ::onnx;

/// Fills TensorProtos: data inside, or gathered for one file beside the model.
class TensorWriter {
public:
  /// `externalFile` is the name of that file, empty where all stays inside.
  explicit TensorWriter(llvm::StringRef externalFile)
      : externalFile(externalFile) {}

  void write(const ConstantData &data, pb::TensorProto &proto);

  bool hasExternalData() const { return !pieces.empty(); }
  /// Writes the gathered data to `path` and its checksum into the protos.
  llvm::Error writeExternalData(llvm::StringRef path);

private:
  /// Data of the external file: the constant's own, or packed from it.
  struct Piece {
    std::variant<ConstantData, std::string> data;
    uint64_t offset;
    pb::TensorProto *proto;
    llvm::StringRef getBytes() const;
  };

  std::string externalFile;
  std::vector<Piece> pieces;
  uint64_t end = 0;
};

} // namespace quantc::exporting

#endif // QUANTC_LIB_EXPORT_TENSORWRITER_H
