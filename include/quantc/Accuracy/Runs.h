//===- Runs.h - A compiled model over a set of inputs ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_RUNS_H
#define QUANTC_ACCURACY_RUNS_H

#include "mlir/IR/BuiltinOps.h"
#include "quantc/Driver/CompiledModel.h"
#include "quantc/Driver/Data.h"

namespace quantc {

/// Inputs that can be read again and again. `read` is called by one thread at a
/// time; after a failure it has set the code and emitted a diagnostic.
struct RunSet {
  int64_t size = 0;
  std::function<mlir::FailureOr<NamedTensors>(int64_t, ErrorCode &)> read;

  /// The first `limit` runs of `source` (all if negative), which must outlive this.
  static RunSet of(DataSource &source, int64_t limit);
  /// Runs held in memory.
  static RunSet of(std::vector<NamedTensors> runs);
  /// At most `limit` of these runs, evenly spaced.
  RunSet sample(int64_t limit) const;
};

/// A copy of a model compiled for this machine, as a file that lives as long.
class TemporaryArtifact {
public:
  /// Compiles a copy of `module`; "" for its path after a failure.
  TemporaryArtifact(mlir::ModuleOp module, ErrorCode &code);
  ~TemporaryArtifact();
  TemporaryArtifact(const TemporaryArtifact &) = delete;
  llvm::StringRef getPath() const { return path; }

private:
  llvm::SmallString<128> path;
};

/// Does with `model` what is to be done for run `i`.
using RunOne = std::function<ErrorCode(int64_t i, const NamedTensors &inputs,
                                       CompiledModel &model)>;

/// Calls `run` for every run of `runs`, on `threads` threads (0: one per core), each
/// with a handle of its own, which `finish` is shown at the end. No runs at all are
/// an error.
ErrorCode forEachRun(
    mlir::MLIRContext &context, llvm::StringRef artifact, const RunSet &runs,
    int threads, const RunOne &run,
    const std::function<void(const CompiledModel &)> &finish = nullptr);

} // namespace quantc

#endif // QUANTC_ACCURACY_RUNS_H
