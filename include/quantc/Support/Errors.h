//===- Errors.h - What kind of thing went wrong ------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The text of an error is a diagnostic; this is the class of it a caller may act
// upon, and the exit code of the command line tools.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_ERRORS_H
#define QUANTC_SUPPORT_ERRORS_H

namespace quantc {

enum class ErrorCode {
  None = 0,
  /// The input is wrong.
  InvalidInput = 1,
  /// The input is right, but uses an operator or type quantc does not have.
  Unsupported = 3,
  /// Reading or writing a file failed.
  IO = 4,
  /// A limit was reached: a size, a depth, memory.
  Limit = 5,
  /// A tool quantc runs (a linker) is missing or failed.
  Tool = 6,
};

} // namespace quantc

#endif // QUANTC_SUPPORT_ERRORS_H
