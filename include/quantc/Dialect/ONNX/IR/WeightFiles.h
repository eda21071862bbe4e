//===- WeightFiles.h - Mapped files of tensor data --------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What `#onnx.file` attributes resolve to: each file of one directory is mapped
// once and stays mapped as long as the context lives, because attributes and
// ConstantData refer to its bytes. Names are plain file names and links are not
// followed, so a text from elsewhere cannot read outside that directory.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_WEIGHTFILES_H
#define QUANTC_DIALECT_ONNX_IR_WEIGHTFILES_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <mutex>
#include <string>
#include <vector>

namespace quantc {

class WeightFiles {
public:
  ~WeightFiles();

  /// Where the files are; the current directory until set.
  void setDirectory(llvm::StringRef directory);
  /// `bytes` bytes at `offset` of the file `name`, or why they cannot be read.
  llvm::Expected<llvm::ArrayRef<char>> read(llvm::StringRef name,
                                            uint64_t offset, uint64_t bytes);
  /// A number no other blob of this context has: names of resource blobs are
  /// made from it, so that they do not depend on addresses.
  unsigned getNextBlobNumber();

  /// Whether `name` is a plain file name.
  static bool isPlainName(llvm::StringRef name);

private:
  llvm::Expected<llvm::ArrayRef<char>> map(llvm::StringRef name);

  std::mutex mutex;
  std::string directory = ".";
  llvm::StringMap<llvm::ArrayRef<char>> files;
  /// Everything mapped, also from directories used before.
  std::vector<llvm::ArrayRef<char>> mappings;
  unsigned nextBlob = 0;
};

} // namespace quantc

#endif // QUANTC_DIALECT_ONNX_IR_WEIGHTFILES_H
