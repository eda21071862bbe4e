//===- Observers.cpp - From a running model to its table ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Observers.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Quantization/TensorNames.h"

using namespace mlir;
using namespace quantc;

Observers::Observers(ModuleOp module) {
  module.walk([&](qnn::ObserveOp op) {
    Observer observer;
    observer.tensor = op.getTensor().str();
    if (std::optional<int64_t> axis = op.getChannelAxis()) {
      observer.axis = *axis;
      observer.channels =
          cast<RankedTensorType>(op.getX().getType()).getDimSize(*axis);
      observer.histograms = op.getChannelHistograms();
    }
    observers.push_back(observer);
    if (auto argument = dyn_cast_or_null<BlockArgument>(op.getMask()))
      mask = getTensorNames(op->getParentOfType<func::FuncOp>())[argument];
  });
}

void Observers::prepare(CalibrationTable &table) const {
  table.mask = mask;
  for (const Observer &observer : observers)
    if (TensorStatistics &entry = table.getOrCreate(observer.tensor);
        observer.channels)
      entry.setChannels(observer.axis, size_t(observer.channels),
                        observer.histograms);
}

bool Observers::matches(const CalibrationTable &table) const {
  if (table.mask != mask || table.getTensors().size() != observers.size())
    return false;
  for (const Observer &observer : observers) {
    const TensorStatistics *entry = table.lookup(observer.tensor);
    if (!entry || entry->channelAxis != observer.axis ||
        entry->numChannels() != size_t(observer.channels) ||
        entry->hasChannelHistograms() != observer.histograms)
      return false;
  }
  return true;
}

std::optional<std::pair<std::string, uint64_t>>
Observers::findNonFinite(const CompiledModel &model) {
  for (int i = 0; i < model.numObservations(); ++i)
    if (quantc_observation seen = model.observation(i); seen.nonfinite)
      return std::pair<std::string, uint64_t>(seen.tensor, seen.nonfinite);
  return std::nullopt;
}

uint64_t Observers::addRun(const CompiledModel &model,
                           CalibrationTable &table) {
  uint64_t most = 0;
  for (int i = 0; i < model.numObservations(); ++i) {
    quantc_observation seen = model.observation(i);
    if (!seen.values)
      continue; // the mask left out everything
    TensorStatistics &entry = table.getOrCreate(seen.tensor);
    entry.runMinima.addCount(Histogram::getBucket(seen.run_minimum), 1);
    entry.runMaxima.addCount(Histogram::getBucket(seen.run_maximum), 1);
    entry.values.extendRange(seen.run_minimum);
    entry.values.extendRange(seen.run_maximum);
    for (int64_t c = 0; c < seen.channels; ++c) {
      entry.channelMin[c] =
          std::min(entry.channelMin[c], seen.channel_minimum[c]);
      entry.channelMax[c] =
          std::max(entry.channelMax[c], seen.channel_maximum[c]);
      entry.channelSums[c].add(seen.channel_sum[c]);
      entry.channelSquares[c].add(seen.channel_square[c]);
    }
    if (seen.channel_counts)
      most = std::max(most, seen.values / uint64_t(seen.channels));
  }
  return most;
}

void Observers::drain(CompiledModel &model, CalibrationTable &table) {
  for (int i = 0; i < model.numObservations(); ++i) {
    quantc_observation seen = model.observation(i);
    TensorStatistics &entry = table.getOrCreate(seen.tensor);
    for (unsigned bucket = 0; bucket < Histogram::numBuckets; ++bucket)
      if (seen.counts[bucket])
        entry.values.addCount(bucket, seen.counts[bucket]);
    if (seen.channel_counts)
      for (auto [place, count] : llvm::enumerate(entry.channelCounts))
        count += seen.channel_counts[place];
  }
  model.resetObservations();
}
