//===- ModelFile.cpp - From bytes to a ModelProto ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

#include "WireFormat.h"
#include "llvm/ADT/StringExtras.h"
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

MappedFile::~MappedFile() {
  if (descriptor >= 0)
    ::close(descriptor);
}

/// The path of an open file: what was opened, not what the name says by now.
static std::string getRealPath(int descriptor, const std::string &path) {
  char buffer[PATH_MAX];
  std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  ssize_t length = ::readlink(link.c_str(), buffer, sizeof(buffer));
  if (length > 0 && length < PATH_MAX)
    return std::string(buffer, length);
  return ::realpath(path.c_str(), buffer) ? buffer : path;
}

std::shared_ptr<MappedFile> MappedFile::open(StringRef path, StringRef id,
                                             const Twine &what,
                                             Report &report) {
  auto fail = [&](const Twine &why) {
    (void)report.error(ErrorCode::IO, id, what + ": " + why);
    return nullptr;
  };
  auto file = std::make_shared<MappedFile>();
  std::string name = path.str();
  file->descriptor = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file->descriptor < 0)
    return fail("cannot open: " + Twine(strerror(errno)));
  struct stat status;
  if (fstat(file->descriptor, &status) != 0)
    return fail(strerror(errno));
  if (S_ISDIR(status.st_mode))
    return fail("is a directory");
  if (!S_ISREG(status.st_mode))
    return fail("is not a regular file");
  file->size = status.st_size;
  file->links = status.st_nlink;
  file->realPath = ::getRealPath(file->descriptor, name);
  if (file->size == 0)
    return file;
  std::error_code error;
  file->region = llvm::sys::fs::mapped_file_region(
      file->descriptor, llvm::sys::fs::mapped_file_region::readonly, file->size,
      0, error);
  if (error)
    return fail("cannot map: " + error.message());
  return file;
}

/// What a file that begins like this is, if it is no ONNX model.
static StringRef sniff(StringRef bytes) {
  using namespace std::string_literals;
  const std::pair<std::string, StringRef> magics[] = {
      {"GGUF", "a GGUF file"},
      {"PK\x03\x04", "a zip archive (PyTorch checkpoint or .npz?)"},
      {"\x7f"
       "ELF",
       "an ELF binary"},
      {"\x80\x02", "a Python pickle"},
      {"\x80\x04", "a Python pickle"},
      {"\x1f\x8b", "a gzip archive; unpack it first"},
      {"\x89HDF", "an HDF5 file"},
      {"ML\xefR", "MLIR bytecode"},
      {"\x93NUMPY", "a NumPy array"},
      {"ORTM"s, "an ONNX Runtime .ort file"},
  };
  for (const auto &[magic, what] : magics)
    if (bytes.starts_with(magic))
      return what;
  if (bytes.substr(4, 4) == "TFL3")
    return "a TensorFlow Lite model";
  if (bytes.substr(4, 4) == "ORTM")
    return "an ONNX Runtime .ort file";
  if (bytes.size() > 9 && bytes[8] == '{' && bytes.substr(4, 4) == "\0\0\0\0"s)
    return "a safetensors file";
  return {};
}

static bool isText(StringRef bytes) {
  return llvm::all_of(bytes.take_front(64), [](char c) {
    return llvm::isPrint(c) || llvm::isSpace(c);
  });
}

/// The errors that need only a look at the first bytes.
static LogicalResult checkKind(StringRef bytes, Report &report) {
  if (bytes.empty())
    return report.invalid("P1", "file is empty (0 bytes); expected an ONNX "
                                "ModelProto");
  if (bytes.size() > maxProtoBytes)
    return report.error(ErrorCode::Limit, "P8",
                        Twine(bytes.size()) +
                            " bytes exceed the 2 GiB protobuf limit; save the "
                            "weights as external data");
  if (bytes.starts_with("version https://git-lfs"))
    return report.invalid("P3", "this is a Git LFS pointer, not the model; run "
                                "'git lfs pull'");
  if (StringRef what = sniff(bytes); !what.empty())
    return report.invalid("P4", "not an ONNX model: looks like " + what);
  if (!isText(bytes))
    return success();
  StringRef trimmed = bytes.take_front(64).trim();
  bool html = trimmed.starts_with_insensitive("<!doctype") ||
              trimmed.starts_with_insensitive("<html");
  return report.invalid(
      "P2", "not an ONNX model: file begins with " +
                quote(trimmed.split('\n').first) +
                (html ? " (an HTML page: failed download?)" : " (text)"));
}

std::shared_ptr<pb::ModelProto> import::parseModel(StringRef bytes,
                                                   Report &report) {
  if (failed(checkKind(bytes, report)) ||
      failed(checkWireFormat(bytes, report)))
    return nullptr;
  auto model = std::make_shared<pb::ModelProto>();
  if (!model->ParseFromArray(bytes.data(), int(bytes.size()))) {
    (void)report.invalid("P5", "truncated or corrupt protobuf");
    return nullptr;
  }
  if (!model->has_graph()) {
    (void)report.invalid("P6", "model has no graph");
    return nullptr;
  }
  return model;
}
