//===- WeightFiles.cpp - Mapped files of tensor data ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/WeightFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace quantc;

WeightFiles::~WeightFiles() {
  for (ArrayRef<char> mapping : mappings)
    munmap(const_cast<char *>(mapping.data()), mapping.size());
}

void WeightFiles::setDirectory(StringRef newDirectory) {
  std::lock_guard<std::mutex> lock(mutex);
  directory = newDirectory.empty() ? "." : newDirectory.str();
  // A file of the same name may be another one now, or have been replaced.
  files.clear();
}

bool WeightFiles::isPlainName(StringRef name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(StringRef("/\\\0", 3)) == StringRef::npos;
}

unsigned WeightFiles::getNextBlobNumber() {
  std::lock_guard<std::mutex> lock(mutex);
  return nextBlob++;
}

static Error failure(StringRef path, const Twine &what) {
  return createStringError("weights file '" + path + "' " + what);
}

Expected<ArrayRef<char>> WeightFiles::map(StringRef name) {
  SmallString<128> path(directory);
  sys::path::append(path, name);
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return failure(path, errno == ELOOP ? "is a symbolic link, which is refused"
                                        : "cannot be opened: " +
                                              sys::StrError(errno));
  struct stat status;
  bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular || status.st_size == 0) {
    close(fd);
    return failure(path, regular ? "is empty" : "is not a regular file");
  }
  void *data = mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  int error = errno;
  close(fd);
  if (data == MAP_FAILED)
    return failure(path, "cannot be mapped: " + sys::StrError(error));
  mappings.emplace_back(static_cast<const char *>(data), status.st_size);
  return mappings.back();
}

Expected<ArrayRef<char>> WeightFiles::read(StringRef name, uint64_t offset,
                                           uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  if (!isPlainName(name))
    return failure(name, "is not a plain file name");
  auto file = files.find(name);
  if (file == files.end()) {
    Expected<ArrayRef<char>> mapped = map(name);
    if (!mapped)
      return mapped.takeError();
    file = files.try_emplace(name, *mapped).first;
  }
  uint64_t size = file->second.size();
  if (offset > size || bytes > size - offset)
    return failure(name, "has " + Twine(size) + " bytes, but " + Twine(bytes) +
                             " at offset " + Twine(offset) + " are asked for");
  return file->second.slice(offset, bytes);
}
