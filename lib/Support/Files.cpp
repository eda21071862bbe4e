//===- Files.cpp - Files that are complete or absent ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Files.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

#include <fcntl.h>
#include <unistd.h>

using namespace llvm;

static Error failure(StringRef path, std::error_code code) {
  return createStringError(code, "%s: %s", path.str().c_str(),
                           code.message().c_str());
}

static Error lastFailure(StringRef path) {
  return failure(path, std::error_code(errno, std::generic_category()));
}

/// A name for a temporary file beside `path`: hidden, with the process's number.
static std::string temporaryNameFor(StringRef path) {
  SmallString<128> name(sys::path::parent_path(path));
  sys::path::append(name, "." + sys::path::filename(path).str() + ".tmp-" +
                              std::to_string(sys::Process::getProcessId()));
  return name.str().str();
}

/// Makes the rename itself durable.
static void syncFolderOf(StringRef path) {
  StringRef folder = sys::path::parent_path(path);
  int fd = open(folder.empty() ? "." : folder.str().c_str(),
                O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  fsync(fd);
  close(fd);
}

/// Renames `temporary`, which is complete, to `path` after syncing it; removes it
/// on failure.
static Error publishFile(StringRef temporary, StringRef path) {
  std::string from = temporary.str(), to = path.str();
  int fd = open(from.c_str(), O_RDONLY | O_CLOEXEC);
  bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  if (!synced || rename(from.c_str(), to.c_str())) {
    Error error = lastFailure(path);
    unlink(from.c_str());
    return error;
  }
  syncFolderOf(path);
  return Error::success();
}

Error quantc::writeFile(StringRef path,
                        function_ref<Error(raw_ostream &)> write,
                        unsigned mode) {
  if (path == "-")
    return write(outs());
  SmallString<128> real;
  if (sys::fs::real_path(path, real))
    real = path; // does not exist yet
  if (sys::fs::is_directory(real))
    return failure(path, std::make_error_code(std::errc::is_a_directory));
  // A device or pipe is written to as it is.
  if (sys::fs::exists(real) && !sys::fs::is_regular_file(real)) {
    std::error_code code;
    raw_fd_ostream stream(real, code);
    if (code)
      return failure(path, code);
    if (Error error = write(stream))
      return error;
    stream.close();
    if (!stream.has_error())
      return Error::success();
    code = stream.error();
    stream.clear_error();
    return failure(path, code);
  }
  std::string temporary = temporaryNameFor(real);
  int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                mode);
  if (fd < 0)
    return lastFailure(path);
  raw_fd_ostream stream(fd, /*shouldClose=*/true);
  Error error = write(stream);
  stream.close();
  if (!error && stream.has_error())
    error = failure(path, stream.error());
  stream.clear_error();
  if (error) {
    unlink(temporary.c_str());
    return error;
  }
  return publishFile(temporary, real);
}

Error quantc::writeFile(StringRef path, StringRef bytes, unsigned mode) {
  return writeFile(
      path,
      [&](raw_ostream &stream) {
        stream << bytes;
        return Error::success();
      },
      mode);
}
