//===- ExternalData.h - Weights in files beside the model --------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_EXTERNALDATA_H
#define QUANTC_LIB_IMPORT_EXTERNALDATA_H

#include "ModelFile.h"
#include "llvm/ADT/StringMap.h"
#include <optional>

namespace quantc::import {

/// The external files of one model. Each is opened once, mapped, and must lie
/// in the model's folder; a link is followed if its target lies there or in the
/// folder of the model file's own target (the Hugging Face cache keeps models
/// as links into one folder).
class ExternalData {
public:
  /// `folder` may be empty: then any external data are an error.
  ExternalData(std::string folder, std::string realModelFolder,
               bool allowHardlinks, Report &report);

  /// The `size` bytes of `tensor` and what keeps them mapped.
  std::optional<std::pair<llvm::StringRef, std::shared_ptr<MappedFile>>>
  read(const pb::TensorProto &tensor, uint64_t size, const llvm::Twine &what);

private:
  struct Location {
    std::string path, checksum;
    uint64_t offset = 0;
    std::optional<uint64_t> length;
  };
  mlir::LogicalResult parse(const pb::TensorProto &tensor,
                            const llvm::Twine &what, Location &location);
  mlir::LogicalResult checkPath(llvm::StringRef path, const llvm::Twine &what);
  std::shared_ptr<MappedFile> open(const Location &location,
                                   const llvm::Twine &what);

  std::string folder;
  llvm::SmallVector<std::string> allowed;
  bool allowHardlinks;
  Report &report;
  llvm::StringMap<std::shared_ptr<MappedFile>> files;
};

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_EXTERNALDATA_H
