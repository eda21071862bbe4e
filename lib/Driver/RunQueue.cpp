//===- RunQueue.cpp - Runs of the data for several threads ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The fingerprint of n runs is a hash of that of n - 1 and of the n-th's names,
// shapes and bytes: it notices a change, it is no protection against an adversary.
//
//===----------------------------------------------------------------------===//

#include "RunQueue.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace quantc;

static std::string hashBytes(StringRef bytes) {
  XXH128_hash_t hash = xxh3_128bits(arrayRefFromStringRef(bytes));
  return utohexstr(hash.high64, /*LowerCase=*/true, /*Width=*/16) +
         utohexstr(hash.low64, /*LowerCase=*/true, /*Width=*/16);
}

static std::string extendFingerprint(std::string fingerprint,
                                     const NamedTensors &inputs) {
  for (const auto &[name, tensor] : inputs) {
    fingerprint += name;
    for (int64_t size : tensor.shape)
      fingerprint += "," + std::to_string(size);
    fingerprint += hashBytes(StringRef(tensor.bytes.data(), tensor.bytes.size()));
  }
  return hashBytes(fingerprint);
}

/// Elements whose exponent, the bits of `mask`, is all ones.
template <typename T>
static uint64_t countExponents(const Tensor &tensor, T mask) {
  uint64_t count = 0;
  for (int64_t i = 0; i < tensor.size(); ++i)
    count += (tensor.data<T>()[i] & mask) == mask;
  return count;
}

uint64_t quantc::countNonFinite(const Tensor &tensor) {
  if (tensor.element.isF32())
    return countExponents<uint32_t>(tensor, 0x7F800000);
  if (tensor.element.isF64())
    return countExponents<uint64_t>(tensor, 0x7FF0000000000000);
  if (tensor.element.isF16())
    return countExponents<uint16_t>(tensor, 0x7C00);
  if (tensor.element.isBF16())
    return countExponents<uint16_t>(tensor, 0x7F80);
  return 0;
}

bool RunQueue::read(NamedTensors &inputs, ErrorCode &code) {
  if (!next(inputs, code))
    return false;
  ++taken;
  auto isFinite = [](auto &input) { return !countNonFinite(input.second); };
  if (int64_t(samples.size()) < options.searchRuns && all_of(inputs, isFinite))
    samples.push_back(inputs);
  fingerprint = extendFingerprint(std::move(fingerprint), inputs);
  return true;
}

bool RunQueue::take(Run &run) {
  std::lock_guard<std::mutex> lock(mutex);
  if (failure != ErrorCode::None || paused)
    return false;
  std::chrono::duration<double> passed = Clock::now() - lastRound;
  if (!options.checkpoint.empty() && taken > takenBefore &&
      passed.count() >= options.checkpointSeconds) {
    paused = true;
    return false;
  }
  run.number = int64_t(taken);
  return read(run.inputs, failure);
}

void RunQueue::finish(ErrorCode code) {
  std::lock_guard<std::mutex> lock(mutex);
  if (code != ErrorCode::None)
    failure = code;
  ++done;
  if (options.progress)
    options.progress(int64_t(done));
}

bool RunQueue::skip(uint64_t count, ErrorCode &code) {
  NamedTensors inputs;
  while (taken < count)
    if (!read(inputs, code))
      return false;
  done = takenBefore = taken;
  return true;
}

bool RunQueue::startRound() {
  bool hadPaused = paused;
  paused = false;
  takenBefore = taken;
  lastRound = Clock::now();
  return hadPaused;
}
