//===- Commands.h - The subcommands of quantc ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TOOLS_QUANTC_COMMANDS_H
#define QUANTC_TOOLS_QUANTC_COMMANDS_H

#include "quantc/Driver/Driver.h"
#include "llvm/Support/CommandLine.h"

namespace quantc::tool {

/// A subcommand: its options are static variables of its own file.
struct Command {
  llvm::cl::SubCommand *subcommand;
  ErrorCode (*run)(mlir::MLIRContext &context);
};

Command getCalibrateCommand();
Command getQuantizeCommand();
Command getCompileCommand();
Command getCompareCommand();
Command getRunCommand();
Command getInspectCommand();
Command getRecipesCommand();
Command getTargetsCommand();

/// How much to print on standard error.
bool isQuiet();
bool isVerbose();

/// What was typed, quoted for a shell.
std::string getCommandLine();

/// From here on running out of memory ends the process with exit code 5 and a bug of
/// ours with 70, an `error:` line each, the latter with a file for its report.
void installFailureHandlers();

/// Reports a wrong command line (exit code 2).
ErrorCode usageError(mlir::MLIRContext &context, const llvm::Twine &message);

/// The values of `--dim NAME=N`.
ErrorCode
parseDims(mlir::MLIRContext &context, llvm::ArrayRef<std::string> texts,
          llvm::SmallVectorImpl<std::pair<std::string, int64_t>> &dims);

/// A calibration table nobody asked to keep, for `--data` in place of `--calib`.
class TemporaryTable {
public:
  TemporaryTable() = default;
  TemporaryTable(const TemporaryTable &) = delete;
  TemporaryTable &operator=(const TemporaryTable &) = delete;
  ~TemporaryTable();
  /// Records the ranges `recipe` needs over DATA, cut and cut off as `--batch` and
  /// `--samples` say. `module` stays as it is.
  ErrorCode calibrate(mlir::ModuleOp module, llvm::StringRef data,
                      llvm::StringRef recipe, int64_t batch = 0,
                      int64_t samples = -1);
  /// The table's file, or "" before it was made.
  const std::string &getPath() const { return path; }

private:
  std::string path;
};

/// A line of progress on standard error, redrawn on a terminal: "WHAT 12/512, 3 s
/// left". Nothing is shown for the first two seconds or when quiet. Time counts from
/// the last update with nothing done.
class Progress {
public:
  explicit Progress(llvm::StringRef what);
  ~Progress();
  void update(int64_t done, int64_t total);

private:
  std::string what;
  double started, shown = 0;
  bool terminal;
};

} // namespace quantc::tool

#endif // QUANTC_TOOLS_QUANTC_COMMANDS_H
