//===- RunQueue.h - Runs of the data for several threads ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_RUNQUEUE_H
#define QUANTC_LIB_DRIVER_RUNQUEUE_H

#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Driver/Driver.h"
#include <chrono>
#include <mutex>

namespace quantc {

/// Number of NaN and infinite values of a floating-point tensor.
uint64_t countNonFinite(const Tensor &tensor);

/// Hands out the runs of the data one at a time, in order, and keeps a fingerprint
/// of what it has handed out. For a checkpoint it pauses: `take` gives no more
/// until all threads are done and `startRound` is called.
class RunQueue {
public:
  struct Run {
    int64_t number = 0; // from 0, in the order of the data
    NamedTensors inputs;
    std::string describe() const {
      return "run " + std::to_string(number) + " of the data";
    }
  };

  RunQueue(const NextRun &next, const CalibrateOptions &options)
      : next(next), options(options), lastRound(Clock::now()) {}

  /// The next run; false at the end, in a pause and after a failure.
  bool take(Run &run);
  /// Says that a taken run is done, and how.
  void finish(ErrorCode code);
  /// The inputs of the first `options.searchRuns` runs that are all finite.
  llvm::ArrayRef<NamedTensors> getSamples() const { return samples; }
  /// Reads runs without handing them out; false if there are not as many, or
  /// with `code` set.
  bool skip(uint64_t count, ErrorCode &code);
  /// Between rounds: whether the queue had only paused, and goes on.
  bool startRound();

  ErrorCode getFailure() const { return failure; }
  const std::string &getFingerprint() const { return fingerprint; }
  CalibrationProgress getProgress() const { return {taken, fingerprint}; }

private:
  using Clock = std::chrono::steady_clock;
  bool read(NamedTensors &inputs, ErrorCode &code);

  const NextRun &next;
  const CalibrateOptions &options;
  std::mutex mutex;
  uint64_t taken = 0, done = 0;
  uint64_t takenBefore = 0; // this round, which takes one run at least
  bool paused = false;
  ErrorCode failure = ErrorCode::None;
  std::string fingerprint;
  std::vector<NamedTensors> samples;
  Clock::time_point lastRound;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_RUNQUEUE_H
