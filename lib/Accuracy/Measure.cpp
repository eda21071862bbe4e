//===- Measure.cpp - Attribution of a quantized model's error -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Measure.h"
#include "Instrument.h"
#include "MatchedOps.h"
#include "quantc/Accuracy/Metrics.h"
#include "quantc/Driver/Driver.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"

#include <cmath>
#include <map>

using namespace mlir;
using namespace quantc;

/// Bins of the histograms that are kept of quantized inputs.
static constexpr unsigned numBins = 128;

namespace {
/// What one run adds to the sums.
struct RunResult {
  std::vector<float> noise;
  std::vector<int64_t> elements;
  std::vector<ErrorMetrics> outputs;
};

class Measurement {
public:
  Measurement(MLIRContext &context, InstrumentedModel &model, int64_t numRuns)
      : context(context), model(model), results(size_t(numRuns)) {}

  ErrorCode run(int64_t i, const NamedTensors &inputs, CompiledModel &compiled);
  void collect(const CompiledModel &compiled);
  LogicalResult finish(Attribution &attribution);
  /// The outputs' metrics over all runs.
  std::vector<ErrorMetrics> getOutputs() const;

private:
  LogicalResult addEnergies(Attribution &attribution);

  MLIRContext &context;
  InstrumentedModel &model;
  std::vector<RunResult> results;
  std::map<unsigned, Histogram> observed;
};
} // namespace

template <typename T> static std::vector<T> toVector(const Tensor &tensor) {
  return std::vector<T>(tensor.data<T>(), tensor.data<T>() + tensor.size());
}

ErrorCode Measurement::run(int64_t i, const NamedTensors &inputs,
                           CompiledModel &compiled) {
  ErrorCode code = ErrorCode::None;
  FailureOr<NamedTensors> outputs = compiled.run(inputs, code);
  if (failed(outputs))
    return code;
  RunResult &result = results[size_t(i)];
  unsigned n = model.numOutputs;
  result.noise = toVector<float>((*outputs)[2 * n].second);
  result.elements = toVector<int64_t>((*outputs)[2 * n + 1].second);
  result.outputs.resize(n);
  for (unsigned k = 0; k < n; ++k)
    if (llvm::Error error = result.outputs[k].add((*outputs)[k].second,
                                                  (*outputs)[n + k].second)) {
      emitError(UnknownLoc::get(&context)) << llvm::toString(std::move(error));
      return ErrorCode::InvalidInput;
    }
  return ErrorCode::None;
}

void Measurement::collect(const CompiledModel &compiled) {
  for (int i = 0; i < compiled.numObservations(); ++i) {
    quantc_observation seen = compiled.observation(i);
    unsigned op = 0;
    bool failed = StringRef(seen.tensor).getAsInteger(10, op);
    assert(!failed && "the instrumented model's observers are numbered");
    (void)failed;
    Histogram &values = observed[op];
    for (unsigned bucket = 0; bucket < Histogram::numBuckets; ++bucket)
      if (seen.counts[bucket])
        values.addCount(bucket, seen.counts[bucket]);
    if (seen.minimum <= seen.maximum) {
      values.extendRange(seen.minimum);
      values.extendRange(seen.maximum);
    }
  }
}

/// The same counts in bins of equal width; a bucket of `histogram` goes to the bin
/// of its middle.
static ValueHistogram toBins(const Histogram &histogram) {
  ValueHistogram result;
  result.lo = histogram.getMin(), result.hi = histogram.getMax();
  if (!(result.lo <= result.hi) || histogram.getNumNonFinite())
    return {};
  result.counts.resize(numBins);
  double width = (double(result.hi) - result.lo) / numBins;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    double middle = (double(Histogram::getBucketMin(bucket)) +
                     Histogram::getBucketMax(bucket)) /
                    2;
    double bin = width > 0 ? (middle - result.lo) / width : 0;
    result.counts[size_t(std::clamp(bin, 0.0, numBins - 1.0))] += count;
    return true;
  });
  return result;
}

/// Sums over the runs, in their order, and relative to the signal.
LogicalResult Measurement::addEnergies(Attribution &attribution) {
  std::vector<double> sums(model.energies.size());
  for (const RunResult &result : results)
    for (size_t k = 0; k < sums.size(); ++k)
      sums[k] += double(result.noise[k]);
  for (auto [sum, place] : llvm::zip_equal(sums, model.energies)) {
    auto [position, energy] = place;
    OpError &op = attribution.ops[position];
    if (!std::isfinite(sum)) {
      emitError(UnknownLoc::get(&context))
          << op.op << " '" << op.node
          << "' has NaN or infinite values over the data, in the float or the "
             "quantized model";
      return failure();
    }
    // The signal comes first. An error without one is given as it is.
    double relative = op.signal > 0 ? sum / op.signal : sum;
    if (energy == unsigned(Energy::Signal))
      op.signal = sum;
    else if (energy == unsigned(Energy::Total))
      op.total = relative;
    else if (energy == unsigned(Energy::Inherited))
      op.inherited = relative;
    else if (energy == unsigned(Energy::Local))
      op.local = relative;
    else
      op.causes[energy - unsigned(Energy::FirstCause)] = relative;
  }
  return success();
}

LogicalResult Measurement::finish(Attribution &attribution) {
  attribution.runs = int64_t(results.size());
  attribution.ops = model.ops;
  for (auto [i, op] : llvm::enumerate(attribution.ops)) {
    for (const RunResult &result : results)
      op.elements += result.elements[i];
    op.macs *= op.elements;
    if (int at = model.observed[i]; at >= 0)
      op.values = toBins(observed[unsigned(at)]);
  }
  if (failed(addEnergies(attribution)))
    return failure();
  for (OpError &op : attribution.ops)
    op.signal /= double(std::max<int64_t>(op.elements, 1));
  return success();
}

std::vector<ErrorMetrics> Measurement::getOutputs() const {
  std::vector<ErrorMetrics> totals(model.numOutputs);
  for (const RunResult &result : results)
    for (auto [total, output] : llvm::zip_equal(totals, result.outputs))
      total.merge(output);
  return totals;
}

/// Gives the outputs of the float model their names.
static void addOutputs(func::FuncOp main, ArrayRef<ErrorMetrics> totals,
                       Attribution &attribution) {
  for (auto [i, total] : llvm::enumerate(totals)) {
    auto name = main.getResultAttrOfType<StringAttr>(unsigned(i), "onnx.name");
    attribution.outputs.push_back(
        {name ? name.str() : "output" + std::to_string(i),
         std::pow(10, -total.getSQNR() / 10), total.getCosine()});
  }
}

ErrorCode quantc::makeReference(ModuleOp module, StringRef recipe,
                                StringRef calibration) {
  Stages stages;
  stages.recipe = recipe;
  stages.calibration = calibration;
  return runPipeline(module, Stages::join({stages.graph(), stages.rescale()}));
}

FailureOr<Attribution> quantc::attributeError(ModuleOp floatModel,
                                              ModuleOp quantized,
                                              const RunSet &runs, int threads,
                                              ErrorCode &code) {
  code = ErrorCode::InvalidInput;
  std::optional<InstrumentedModel> model = instrument(floatModel, quantized);
  if (!model)
    return failure();
  MLIRContext &context = *floatModel.getContext();
  TemporaryArtifact artifact(*model->module, code);
  if (code != ErrorCode::None)
    return failure();
  Measurement measurement(context, *model, runs.size);
  code = forEachRun(
      context, artifact.getPath(), runs, threads,
      [&](int64_t i, const NamedTensors &inputs, CompiledModel &compiled) {
        return measurement.run(i, inputs, compiled);
      },
      [&](const CompiledModel &compiled) { measurement.collect(compiled); });
  if (code != ErrorCode::None)
    return failure();
  Attribution attribution;
  if (auto hash = floatModel->getAttrOfType<StringAttr>("onnx.sha256"))
    attribution.modelHash = hash.str();
  if (failed(measurement.finish(attribution))) {
    code = ErrorCode::InvalidInput;
    return failure();
  }
  addOutputs(floatModel.lookupSymbol<func::FuncOp>("main"),
             measurement.getOutputs(), attribution);
  return attribution;
}
