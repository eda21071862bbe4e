//===- TensorStatistics.h - What calibration keeps of a tensor ---*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Everything a calibrator, SmoothQuant, bias correction or a report may ask of an
// activation after one pass over the data, in memory that does not depend on how
// much data there was. Counts and exact sums only: merging shards is exact and
// independent of order.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_TENSORSTATISTICS_H
#define QUANTC_CALIBRATION_TENSORSTATISTICS_H

#include "quantc/Calibration/ExactSum.h"
#include "quantc/Calibration/Histogram.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace quantc {

/// A range of real numbers that codes shall cover.
struct Interval {
  float lo = 0;
  float hi = 0;
  bool operator==(const Interval &other) const {
    return lo == other.lo && hi == other.hi;
  }
};

/// Buckets of the channels' histograms: sign, then 32 powers of two from 2^-16 up
/// with three bits of mantissa each, so a bucket is at most 12.5 % wide. What is
/// smaller counts as the bucket at zero, what is larger as the outermost one.
/// 512 counts of 32 bits, 2 KiB, per channel while the model runs, 4 KiB in a
/// table in memory, about 200 bytes in its file.
struct ChannelBuckets {
  static constexpr unsigned count = 512;
  static constexpr unsigned signBit = 256;
  static unsigned of(float value);
  /// The values of a bucket; a bucket at zero begins at zero, an outermost one
  /// ends at infinity.
  static Interval edges(unsigned bucket);
};

struct TensorStatistics {
  /// All values, except those at positions that the attention mask drops.
  Histogram values;
  /// The least and the greatest value of every run: one count per run, no
  /// range.
  Histogram runMinima, runMaxima;

  /// Channels are the last axis of what MatMul and Gemm read, axis 1 of what
  /// convolutions read. The four vectors have one entry per channel; they are
  /// empty where no product with a constant weight reads the tensor, or the
  /// number of channels is not fixed.
  int64_t channelAxis = -1;
  std::vector<float> channelMin, channelMax;
  std::vector<ExactSum> channelSums, channelSquares;
  /// Counts of `ChannelBuckets`, [channels][512]. Empty where there are no
  /// channels, and left out beyond the first 32768 channels of a model (in
  /// program order of its tensors) so that memory stays bounded.
  std::vector<uint64_t> channelCounts;

  /// The range with the least loss of the model's own output, where calibration
  /// was asked to search for it (Calibrator::CrossEntropy).
  std::optional<Interval> searched;

  size_t numChannels() const { return channelMin.size(); }
  bool hasChannelHistograms() const { return !channelCounts.empty(); }
  llvm::ArrayRef<uint64_t> getChannelCounts(size_t channel) const {
    return llvm::ArrayRef(channelCounts)
        .slice(channel * ChannelBuckets::count, ChannelBuckets::count);
  }
  /// Makes room for channels; all are without values.
  void setChannels(int64_t axis, size_t channels, bool histograms);

  /// Mean of the values of each channel, and of their squares, from the exact
  /// sums. Zero where nothing was seen; empty without channels.
  std::vector<double> channelMean() const;
  std::vector<double> channelMeanSquare() const;

  /// The histogram of the tensor whose channel c is multiplied by `factors[c]`,
  /// which must have one entry per channel. Minimum and maximum are exact. Values
  /// are placed evenly over their channel's coarse bucket (at most 12.5 % wide),
  /// those of the buckets at zero at zero; without channel histograms each channel
  /// is taken for a logistic distribution of its mean and variance, cut to its range.
  Histogram rescaled(llvm::ArrayRef<float> factors) const;
  /// The same, with the runs' extremes and the searched range stretched like
  /// minimum and maximum (what each run had in which channel is not known), without
  /// channels.
  TensorStatistics rescaledRanges(llvm::ArrayRef<float> factors) const;
  /// Adds another tensor that will share its range with this one: values, runs'
  /// extremes, and the hull of the searched ranges, if both have one.
  void mergeRanges(const TensorStatistics &other);
  /// The histogram of one channel's values, placed as by `rescaled`.
  Histogram channelHistogram(size_t channel) const;

  /// Adds the values of another shard; an error if the channels differ. The
  /// result is the same in any order, except that a searched range is kept only if
  /// both have the same one.
  llvm::Error merge(const TensorStatistics &other);

  bool operator==(const TensorStatistics &other) const;
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_TENSORSTATISTICS_H
