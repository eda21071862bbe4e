//===- Failures.cpp - Ends that are nobody's plan -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Out of memory is exit code 5 and a bug of ours 70, each with one `error:` line.
// A bug leaves a file that says what was run. What happens here happens in a
// broken process: text made beforehand, system calls, nothing else.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Support/Errors.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <csignal>
#include <fcntl.h>
#include <new>
#include <unistd.h>

using namespace llvm;
using namespace quantc;

/// Exit code of a bug; no kind of error a library reports.
constexpr int internalError = 70;

/// Made at the start: the report and its file's name, and how the file is named to
/// the user.
static std::string reportText, reportPath, reportNote;

static void print(int file, StringRef text) {
  while (!text.empty()) {
    ssize_t written = write(file, text.data(), text.size());
    if (written <= 0)
      return;
    text = text.drop_front(size_t(written));
  }
}

[[noreturn]] static void endInBug(StringRef what) {
  print(STDERR_FILENO, "error: internal error: ");
  print(STDERR_FILENO, what);
  print(STDERR_FILENO, "; this is a bug in quantc\n");
  int file = open(reportPath.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                  0600);
  if (file >= 0) {
    print(file, reportText);
    print(file, what);
    print(file, "\n");
    close(file);
    print(STDERR_FILENO, reportNote);
  }
  _exit(internalError);
}

static void onSignal(int signal) {
  switch (signal) {
  case SIGABRT:
    endInBug("an assumption does not hold");
  case SIGFPE:
    endInBug("arithmetic fault");
  case SIGILL:
    endInBug("illegal instruction");
  case SIGBUS:
    endInBug("a mapped file became shorter, or memory is damaged");
  default:
    endInBug("invalid memory access");
  }
}

[[noreturn]] static void onOutOfMemory() {
  print(STDERR_FILENO, "error: out of memory\n");
  _exit(int(ErrorCode::Limit));
}

/// What LLVM gives up on. A stream that could not be written is no bug.
[[noreturn]] static void onFatalError(void *, const char *reason, bool) {
  StringRef text(reason);
  if (!text.consume_front("IO failure on output stream: "))
    endInBug(text);
  print(STDERR_FILENO, "error: writing failed: ");
  print(STDERR_FILENO, text);
  print(STDERR_FILENO, "\n");
  _exit(int(ErrorCode::IO));
}

void tool::installFailureHandlers() {
  reportText = "quantc " QUANTC_VERSION "\n" + getCommandLine() + "\n";
  SmallString<128> path;
  sys::path::system_temp_directory(/*ErasedOnReboot=*/true, path);
  sys::path::append(path, "quantc-bug-" + Twine(getpid()) + ".txt");
  reportPath = path.str().str();
  reportNote = "  note: " + reportPath +
               " says what was run; please report it with the model\n";
  std::set_new_handler(onOutOfMemory);
  install_bad_alloc_error_handler(
      [](void *, const char *, bool) { onOutOfMemory(); });
  install_fatal_error_handler(onFatalError);
  // A stack that overflowed is none to handle its overflow on.
  static char spareStack[64 * 1024];
  stack_t spare = {};
  spare.ss_sp = spareStack;
  spare.ss_size = sizeof(spareStack);
  sigaltstack(&spare, nullptr);
  for (int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE}) {
    struct sigaction action = {};
    action.sa_handler = onSignal;
    action.sa_flags = int(SA_ONSTACK | SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}
