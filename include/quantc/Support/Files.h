//===- Files.h - Files that are complete or absent ---------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_FILES_H
#define QUANTC_SUPPORT_FILES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace quantc {

/// Writes `path` through a temporary file in the same folder: written, synced to
/// disk, renamed. On failure or a kill the old file, if any, is untouched. "-" is
/// standard output. `mode` are the permissions of a new file. Symbolic links are
/// followed, so a linked output stays a link.
llvm::Error writeFile(llvm::StringRef path,
                      llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write,
                      unsigned mode = 0666);

/// The same for bytes at hand.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef bytes,
                      unsigned mode = 0666);

} // namespace quantc

#endif // QUANTC_SUPPORT_FILES_H
