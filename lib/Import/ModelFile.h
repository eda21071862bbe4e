//===- ModelFile.h - From bytes to a ModelProto ------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_MODELFILE_H
#define QUANTC_LIB_IMPORT_MODELFILE_H

#include "Proto.h"
#include "Report.h"
#include "llvm/Support/FileSystem.h"
#include <memory>

namespace quantc::import {

/// A regular file mapped for reading. Unmapped with its last user.
class MappedFile {
public:
  /// Opens without blocking, so that a FIFO cannot hang us. `what` names the
  /// file's role in the error.
  static std::shared_ptr<MappedFile> open(llvm::StringRef path,
                                          llvm::StringRef id,
                                          const llvm::Twine &what,
                                          Report &report);
  ~MappedFile();
  llvm::StringRef getBytes() const {
    return size ? llvm::StringRef(region.const_data(), size) : "";
  }
  /// Number of directory entries of the file when it was opened.
  unsigned getLinkCount() const { return links; }
  /// The opened file's own path, links resolved.
  llvm::StringRef getRealPath() const { return realPath; }

private:
  int descriptor = -1;
  size_t size = 0;
  unsigned links = 1;
  std::string realPath;
  llvm::sys::fs::mapped_file_region region;
};

/// protobuf's hard limit on a serialized message.
constexpr uint64_t maxProtoBytes = (uint64_t(1) << 31) - 1;

/// Parses a serialized model after looking at what it is; null after an error.
std::shared_ptr<pb::ModelProto> parseModel(llvm::StringRef bytes,
                                           Report &report);

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_MODELFILE_H
