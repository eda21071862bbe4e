//===- Link.cpp - Objects to artifacts ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Linking is left to the platform's compiler driver, which knows where libc is.
// It is run without a shell, with a time limit, in the folder of temporary files;
// what it wrote is copied, because linkers crash where a disk is full.
//
//===----------------------------------------------------------------------===//

#include "Link.h"
#include "mlir/IR/Diagnostics.h"
#include "quantc/Support/Files.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include <dlfcn.h>
#include <optional>

using namespace mlir;
using namespace quantc;
namespace sys = llvm::sys;

/// A linker that takes longer hangs.
static constexpr unsigned linkSeconds = 300;

ArtifactKind quantc::getArtifactKind(StringRef path) {
  StringRef name = sys::path::filename(path);
  size_t versioned = name.find(".so.");
  if (versioned != StringRef::npos &&
      name.find_first_not_of("0123456789.", versioned + 4) == StringRef::npos)
    return ArtifactKind::SharedObject;
  return llvm::StringSwitch<ArtifactKind>(sys::path::extension(path))
      .Case(".so", ArtifactKind::SharedObject)
      .Case(".a", ArtifactKind::StaticLibrary)
      .Case(".o", ArtifactKind::Object)
      .Default(ArtifactKind::Executable);
}

//===----------------------------------------------------------------------===//
// Where things are
//===----------------------------------------------------------------------===//

/// The folder of the file this code was loaded from.
static std::string getOwnFolder() {
  Dl_info info;
  SmallString<256> path;
  if (!dladdr(reinterpret_cast<void *>(&getOwnFolder), &info) ||
      sys::fs::real_path(info.dli_fname, path))
    return "";
  return sys::path::parent_path(path).str();
}

/// Path of a library of the runtime for the job's target.
static std::optional<std::string> findLibrary(const LinkJob &job,
                                              StringRef name) {
  SmallVector<std::string> folders;
  if (!job.runtimeFolder.empty()) {
    folders.push_back(job.runtimeFolder);
  } else {
    std::string own = getOwnFolder();
    folders.append({own, own + "/../lib", own + "/lib", QUANTC_RUNTIME_DIR});
  }
  bool isNative = job.triple.getArch() ==
                  llvm::Triple(LLVM_HOST_TRIPLE).getArch();
  for (StringRef folder : folders) {
    SmallString<256> path(folder);
    if (!isNative)
      sys::path::append(path, job.triple.getArchName());
    sys::path::append(path, name);
    if (sys::fs::exists(path))
      return path.str().str();
  }
  InFlightDiagnostic error = emitError(job.loc, "cannot find ") << name;
  if (!isNative)
    error << " for " << job.triple.getArchName();
  error.attachNote() << "looked in " << llvm::join(folders, ", ");
  return std::nullopt;
}

/// The start of a command line that links for `triple`; empty if there is no
/// linker.
static SmallVector<std::string> findLinker(const llvm::Triple &triple) {
  llvm::Triple host(LLVM_HOST_TRIPLE);
  std::string arch = triple.getArchName().str();
  SmallVector<std::string> command;
  auto find = [&](const std::string &name) {
    auto path = sys::findProgramByName(name);
    if (path)
      command.push_back(*path);
    return bool(path);
  };
  if (find("clang-22") || find("clang")) {
    command.push_back("--target=" + arch + "-linux-gnu");
    for (StringRef name : {"ld.lld-22", "ld.lld"})
      if (auto path = sys::findProgramByName(name)) {
        command.push_back("--ld-path=" + *path);
        break;
      }
  } else if (host.getArch() == triple.getArch()) {
    (void)(find("cc") || find("gcc"));
  } else {
    (void)find(arch + "-linux-gnu-gcc");
  }
  return command;
}

//===----------------------------------------------------------------------===//
// Running the linker
//===----------------------------------------------------------------------===//

/// Runs `command`; what it printed becomes a note.
static ErrorCode runTool(const LinkJob &job, ArrayRef<std::string> command) {
  SmallVector<StringRef> arguments(command.begin(), command.end());
  std::string log = job.folder + "/linker.log";
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log),
                                          StringRef(log)};
  std::string problem;
  int status =
      sys::ExecuteAndWait(command.front(), arguments, std::nullopt, redirects,
                          linkSeconds, /*MemoryLimit=*/0, &problem);
  if (status == 0)
    return ErrorCode::None;
  InFlightDiagnostic error = emitError(job.loc, "linking failed: ")
                             << command.front();
  if (!problem.empty())
    error << ": " << problem;
  else
    error << " returned " << status;
  if (auto text = llvm::MemoryBuffer::getFile(log))
    if (!(*text)->getBuffer().empty())
      error.attachNote() << "the linker said: "
                         << (*text)->getBuffer().take_front(2000).trim();
  return ErrorCode::Tool;
}

/// The arguments after the linker's own.
static std::optional<SmallVector<std::string>>
getArguments(const LinkJob &job, ArtifactKind kind, StringRef path,
             StringRef linked) {
  std::optional<std::string> runtime =
      findLibrary(job, "libquantc_runtime.a");
  if (!runtime)
    return std::nullopt;
  SmallVector<std::string> arguments = {"-o", linked.str()};
  llvm::append_range(arguments, job.objects);
  SmallVector<std::string> wholeRuntime = {"-Wl,--whole-archive", *runtime,
                                           "-Wl,--no-whole-archive"};
  switch (kind) {
  case ArtifactKind::Object:
    llvm::append_range(arguments, wholeRuntime);
    arguments.append({"-r", "-nostdlib"});
    return arguments;
  case ArtifactKind::SharedObject:
    llvm::append_range(arguments, wholeRuntime);
    arguments.append({"-shared", "-nostartfiles", "-Wl,-z,defs", "-Xlinker",
                      "-soname=" + sys::path::filename(path).str()});
    break;
  default:
    std::optional<std::string> app = findLibrary(job, "libquantc_app.a");
    if (!app)
      return std::nullopt;
    arguments.append({*app, *runtime, "-pie"});
  }
  arguments.append({"-lm", "-Wl,--gc-sections", "-Wl,-z,relro",
                    "-Wl,-z,now", "-Wl,-z,noexecstack",
                    "-Wl,--build-id=none"});
  return arguments;
}

/// The model's objects and a copy of the runtime's.
static ErrorCode writeStaticLibrary(const LinkJob &job, StringRef path) {
  auto fail = [&](llvm::Error error) {
    emitError(job.loc, "writing ") << path << ": "
                                   << llvm::toString(std::move(error));
    return ErrorCode::IO;
  };
  std::optional<std::string> runtime =
      findLibrary(job, "libquantc_runtime.a");
  if (!runtime)
    return ErrorCode::Tool;
  std::vector<llvm::NewArchiveMember> members;
  for (const std::string &object : job.objects) {
    auto member =
        llvm::NewArchiveMember::getFile(object, /*Deterministic=*/true);
    if (!member)
      return fail(member.takeError());
    member->MemberName = sys::path::filename(object);
    members.push_back(std::move(*member));
  }
  auto buffer = llvm::MemoryBuffer::getFile(*runtime);
  if (!buffer)
    return fail(llvm::errorCodeToError(buffer.getError()));
  auto archive = llvm::object::Archive::create(**buffer);
  if (!archive)
    return fail(archive.takeError());
  llvm::Error problem = llvm::Error::success();
  for (const auto &child : (*archive)->children(problem)) {
    auto member = llvm::NewArchiveMember::getOldMember(child, true);
    if (!member)
      return fail(member.takeError());
    members.push_back(std::move(*member));
  }
  if (problem)
    return fail(std::move(problem));
  llvm::Error written = writeFile(path, [&](llvm::raw_ostream &stream) {
    return llvm::writeArchiveToStream(
        stream, members, llvm::SymtabWritingMode::NormalSymtab,
        llvm::object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false);
  });
  return written ? fail(std::move(written)) : ErrorCode::None;
}

ErrorCode quantc::link(const LinkJob &job, StringRef path) {
  ArtifactKind kind = getArtifactKind(path);
  if (kind == ArtifactKind::StaticLibrary)
    return writeStaticLibrary(job, path);
  SmallVector<std::string> command = findLinker(job.triple);
  if (command.empty()) {
    emitError(job.loc, "no linker found for ")
        << job.triple.str() << "; install clang-22 and lld-22, or gcc";
    return ErrorCode::Tool;
  }
  std::string linked = job.folder + "/linked";
  std::optional<SmallVector<std::string>> arguments =
      getArguments(job, kind, path, linked);
  if (!arguments)
    return ErrorCode::Tool;
  llvm::append_range(command, *arguments);
  if (ErrorCode code = runTool(job, command); code != ErrorCode::None)
    return code;
  auto bytes = llvm::MemoryBuffer::getFile(linked, /*IsText=*/false,
                                           /*RequiresNullTerminator=*/false);
  llvm::Error error =
      bytes ? writeFile(path, (*bytes)->getBuffer(),
                        kind == ArtifactKind::Object ? 0666 : 0777)
            : llvm::errorCodeToError(bytes.getError());
  if (!error)
    return ErrorCode::None;
  emitError(job.loc, llvm::toString(std::move(error)));
  return ErrorCode::IO;
}
