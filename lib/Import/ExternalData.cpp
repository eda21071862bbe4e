//===- ExternalData.cpp - Weights in files beside the model ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The location comes from the model, which is not trusted: it must not make us
// read other files, block, or read outside of the file. All checks of the file
// are made on the open descriptor, so nobody can exchange it in between.
//
//===----------------------------------------------------------------------===//

#include "ExternalData.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA1.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

static std::string realPath(StringRef path) {
  SmallString<256> result;
  if (path.empty() || llvm::sys::fs::real_path(path, result))
    return {};
  return result.str().str();
}

ExternalData::ExternalData(std::string folder, std::string realModelFolder,
                           bool allowHardlinks, Report &report)
    : folder(std::move(folder)), allowHardlinks(allowHardlinks),
      report(report) {
  for (std::string path : {realPath(this->folder), realModelFolder})
    if (!path.empty())
      allowed.push_back(path == "/" ? path : path + "/");
}

LogicalResult ExternalData::checkPath(StringRef path, const Twine &what) {
  auto fail = [&](StringRef id, const Twine &why) {
    return report.invalid(id, what + ": external data location " + quote(path) +
                                  " " + why);
  };
  if (path.empty())
    return fail("X8", "is empty or missing");
  if (path.contains('\0'))
    return fail("X9", "contains a NUL byte");
  if (path.contains("_ORT_MEM_ADDR_"))
    return fail("X18", "is an address in another process");
  if (path.starts_with("//") || path.contains('\\') ||
      (path.size() > 1 && llvm::isAlpha(path[0]) && path[1] == ':'))
    return fail("X7", "is a Windows path; it must be relative, with '/'");
  if (path.starts_with("/"))
    return fail("X3", "is absolute; it must be relative to the model");
  int depth = 0;
  for (StringRef part : llvm::split(path, '/')) {
    depth += part == ".." ? -1 : part.empty() || part == "." ? 0 : 1;
    if (depth < 0)
      return fail(path.starts_with("..") ? "X1" : "X2",
                  "leaves the model's folder");
  }
  return success();
}

LogicalResult ExternalData::parse(const pb::TensorProto &tensor,
                                  const Twine &what, Location &location) {
  for (const auto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    uint64_t number = 0;
    bool bad = false;
    if (key == "location") {
      location.path = value.str();
    } else if (key == "checksum") {
      location.checksum = value.lower();
    } else if (key == "offset" || key == "length") {
      bad = value.getAsInteger(10, number) || number > INT64_MAX;
      if (key == "offset")
        location.offset = number;
      else
        location.length = number;
    } else {
      report.warning("X17", what + ": external data key " + quote(key) +
                                " is unknown and ignored");
    }
    if (bad)
      return report.invalid("X11", what + ": external data " + key + " " +
                                       quote(value) +
                                       " is no number from 0 to 2^63-1");
  }
  return checkPath(location.path, what);
}

std::shared_ptr<MappedFile> ExternalData::open(const Location &location,
                                               const Twine &what) {
  auto [entry, inserted] = files.try_emplace(location.path);
  if (!inserted)
    return entry->second;
  if (folder.empty()) {
    (void)report.invalid("P26", what + ": external data need a folder; pass "
                                       "--external-data-dir");
    return nullptr;
  }
  SmallString<256> path(folder);
  llvm::sys::path::append(path, location.path);
  std::string where = (what + ": external data " + quote(location.path)).str();
  auto file = MappedFile::open(path, "X10", where, report);
  if (!file)
    return nullptr;
  if (llvm::none_of(allowed, [&](StringRef root) {
        return file->getRealPath().starts_with(root);
      })) {
    bool isLink = llvm::sys::fs::is_symlink_file(path);
    (void)report.invalid(isLink ? "X4" : "X5",
                         where + " is a link that leaves the model's folder");
    return nullptr;
  }
  if (file->getLinkCount() > 1 && !allowHardlinks) {
    (void)report.invalid("X6", where + " has " + Twine(file->getLinkCount()) +
                                   " hard links (refused; --allow-hardlinks if "
                                   "you trust the folder)");
    return nullptr;
  }
  if (!location.checksum.empty()) {
    auto digest =
        llvm::SHA1::hash(llvm::arrayRefFromStringRef(file->getBytes()));
    if (llvm::toHex(digest, /*LowerCase=*/true) != location.checksum) {
      (void)report.invalid("X16", where + " does not have the checksum the "
                                          "model gives");
      return nullptr;
    }
  }
  return entry->second = file;
}

std::optional<std::pair<StringRef, std::shared_ptr<MappedFile>>>
ExternalData::read(const pb::TensorProto &tensor, uint64_t size,
                   const Twine &what) {
  Location location;
  if (failed(parse(tensor, what, location)))
    return std::nullopt;
  std::shared_ptr<MappedFile> file = open(location, what);
  if (!file) {
    // A file that failed before fails again, silently: the first error counts.
    (void)report.error(ErrorCode::IO, "X10", what + ": no external data");
    return std::nullopt;
  }
  StringRef bytes = file->getBytes();
  if (location.length && *location.length != size) {
    (void)report.invalid("X13", what + ": external data length is " +
                                    Twine(*location.length) +
                                    " bytes, the tensor needs " + Twine(size));
    return std::nullopt;
  }
  if (location.offset > bytes.size() || size > bytes.size() - location.offset) {
    bool beyond = location.offset > bytes.size();
    (void)report.invalid(
        beyond ? "X12" : "X14",
        what + ": " + Twine(size) + " bytes at offset " +
            Twine(location.offset) + " lie beyond the end of external data " +
            quote(location.path) + " (" + Twine(bytes.size()) + " bytes)");
    return std::nullopt;
  }
  return std::make_pair(bytes.substr(location.offset, size), file);
}
