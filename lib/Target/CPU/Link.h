//===- Link.h - Objects to artifacts -----------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_LINK_H
#define QUANTC_LIB_TARGET_CPU_LINK_H

#include "mlir/IR/Location.h"
#include "quantc/Support/Errors.h"
#include "llvm/TargetParser/Triple.h"

namespace quantc {

enum class ArtifactKind { SharedObject, StaticLibrary, Object, Executable };

/// By the ending of a file's name; a version may follow ".so" (".so.1.2").
ArtifactKind getArtifactKind(llvm::StringRef path);

struct LinkJob {
  mlir::Location loc; // of diagnostics
  llvm::Triple triple;
  llvm::SmallVector<std::string> objects;
  std::string runtimeFolder; // "": beside the running tool
  std::string folder;        // for temporary files
};

/// Links `job.objects` with the runtime to `path`, which appears when complete.
ErrorCode link(const LinkJob &job, llvm::StringRef path);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_LINK_H
