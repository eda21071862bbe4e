//===- SearchRanges.cpp - Ranges by the model's own output loss -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One compiled model, whose scales are inputs, computes both the float outputs and
// those of every candidate. Everything is computed in a fixed order, so the same
// data choose the same ranges on every machine and with any number of threads.
//
//===----------------------------------------------------------------------===//

#include "SearchRanges.h"
#include "quantc/Calibration/Calibrators.h"
#include "quantc/Driver/CompiledModel.h"
#include "quantc/Quantization/Simulation.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <cmath>

using namespace mlir;
using namespace quantc;

static ErrorCode report(MLIRContext &context, const Twine &message,
                        ErrorCode code) {
  emitError(UnknownLoc::get(&context)) << message;
  return code;
}

//===----------------------------------------------------------------------===//
// Loss
//===----------------------------------------------------------------------===//

/// KL(softmax(a) || softmax(b)) of rows of n.
static double getDivergence(const float *a, const float *b, int64_t n) {
  double maxA = a[0], maxB = b[0], sumA = 0, sumB = 0;
  for (int64_t i = 1; i < n; ++i) {
    maxA = std::max(maxA, double(a[i]));
    maxB = std::max(maxB, double(b[i]));
  }
  for (int64_t i = 0; i < n; ++i) {
    sumA += std::exp(a[i] - maxA);
    sumB += std::exp(b[i] - maxB);
  }
  double logA = maxA + std::log(sumA), logB = maxB + std::log(sumB), sum = 0;
  for (int64_t i = 0; i < n; ++i)
    sum += std::exp(a[i] - logA) * ((a[i] - logA) - (b[i] - logB));
  return sum;
}

/// Whether row `row` of an output is at a position that counts.
static bool isKept(const Tensor *mask, const Tensor &output, int64_t row) {
  if (!mask || output.shape.size() < 3 || output.shape[0] != mask->shape[0] ||
      output.shape[1] != mask->shape[1])
    return true;
  int64_t rows = output.size() / output.shape.back();
  int64_t position = row / (rows / mask->size());
  int64_t bytes = int64_t(mask->bytes.size()) / mask->size();
  for (int64_t i = 0; i < bytes; ++i)
    if (mask->bytes[position * bytes + i])
      return true;
  return false;
}

/// The loss of one output: see SearchRanges.h.
static double getLoss(const Tensor &wanted, const Tensor &found,
                      const Tensor *mask) {
  if (!wanted.element.isF32() || wanted.size() == 0)
    return 0;
  bool isLogits = wanted.shape.size() == 2;
  int64_t width = wanted.shape.empty() ? 1 : wanted.shape.back();
  int64_t rows = wanted.size() / width;
  double loss = 0, norm = 0;
  for (int64_t row = 0; row < rows; ++row) {
    if (!isKept(mask, wanted, row))
      continue;
    const float *a = wanted.data<float>() + row * width;
    const float *b = found.data<float>() + row * width;
    if (isLogits) {
      loss += getDivergence(a, b, width);
      norm += 1;
      continue;
    }
    for (int64_t i = 0; i < width; ++i) {
      double error = double(b[i]) - a[i];
      loss += error * error;
      norm += double(a[i]) * a[i];
    }
  }
  double result = norm > 0 ? loss / norm : loss;
  return std::isfinite(result) ? result
                               : std::numeric_limits<double>::infinity();
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

namespace {
class RangeSearch {
public:
  RangeSearch(MLIRContext &context, ArrayRef<NamedTensors> samples,
              CalibrationTable &table)
      : context(context), samples(samples), table(table) {}

  ErrorCode compile(ModuleOp module, const CalibrateOptions &options);
  ErrorCode start();
  ErrorCode improve(llvm::function_ref<void(int64_t, int64_t)> progress);
  void store();

private:
  ErrorCode run(const NamedTensors &sample, bool simulate,
                NamedTensors &outputs);
  ErrorCode getTotalLoss(double &loss);
  Tensor makeScalar(Type element, ArrayRef<char> bytes) const;

  MLIRContext &context;
  ArrayRef<NamedTensors> samples;
  CalibrationTable &table;
  std::unique_ptr<CompiledModel> model;
  std::vector<SimulatedRange> simulated;
  std::vector<TensorStatistics> statistics; // of each group
  std::vector<Interval> ranges;
  std::vector<NamedTensors> references;
  double firstLoss = 0, loss = 0;
};
} // namespace

ErrorCode RangeSearch::compile(ModuleOp module,
                               const CalibrateOptions &options) {
  OwningOpRef<ModuleOp> copy = module.clone();
  ErrorCode code = runPipeline(*copy, Stages::join({Stages().graph()}));
  if (code != ErrorCode::None)
    return code;
  std::string name = options.recipe.empty() ? "w8a8" : options.recipe;
  llvm::Expected<Recipe> recipe = Recipe::load(name);
  if (!recipe)
    return report(context, llvm::toString(recipe.takeError()),
                  ErrorCode::InvalidInput);
  simulated =
      simulateActivations(copy->lookupSymbol<func::FuncOp>("main"), *recipe);
  if (simulated.empty())
    return report(context,
                  "recipe '" + name +
                      "' fixes no range of this model that a search could "
                      "choose; leave out --cross-entropy",
                  ErrorCode::InvalidInput);
  SmallString<128> artifact;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile(
          "quantc-search", "so", artifact))
    return report(context, error.message(), ErrorCode::IO);
  llvm::FileRemover remover(artifact);
  CompileOptions compile;
  compile.target = "cpu:native";
  code = compileModel(*copy, compile, artifact);
  if (code == ErrorCode::None)
    model = CompiledModel::open(context, artifact, "", options.threads, code);
  return code;
}

/// mse's ranges, and the float model's outputs.
ErrorCode RangeSearch::start() {
  ActivationScheme scheme;
  scheme.calibrator = Calibrator::MSE;
  for (const SimulatedRange &range : simulated) {
    TensorStatistics merged;
    for (const std::string &tensor : range.tensors) {
      const TensorStatistics *seen = table.lookup(tensor);
      if (!seen)
        return report(context, "tensor '" + tensor + "' was not observed",
                      ErrorCode::InvalidInput);
      merged.mergeRanges(*seen);
    }
    scheme.codec = range.codec;
    llvm::Expected<Interval> chosen =
        computeRange(merged.values, scheme, range.tensors.front());
    if (!chosen)
      return report(context, llvm::toString(chosen.takeError()),
                    ErrorCode::InvalidInput);
    ranges.push_back(*chosen);
    statistics.push_back(std::move(merged));
  }
  for (const NamedTensors &sample : samples) {
    references.emplace_back();
    ErrorCode code = run(sample, /*simulate=*/false, references.back());
    if (code != ErrorCode::None)
      return code;
  }
  ErrorCode code = getTotalLoss(firstLoss);
  loss = firstLoss;
  return code;
}

Tensor RangeSearch::makeScalar(Type element, ArrayRef<char> bytes) const {
  Tensor tensor;
  tensor.element = element;
  tensor.bytes.assign(bytes.begin(), bytes.end());
  return tensor;
}

ErrorCode RangeSearch::run(const NamedTensors &sample, bool simulate,
                           NamedTensors &outputs) {
  NamedTensors inputs;
  for (auto [i, entry] : llvm::enumerate(sample))
    inputs.push_back({entry.first.empty() ? model->input(int(i)).name
                                          : entry.first,
                      entry.second});
  Type f32 = Float32Type::get(&context), i1 = IntegerType::get(&context, 1);
  inputs.push_back({simulationInputName.str(), makeScalar(i1, {char(simulate)})});
  for (auto [range, simulatedRange] : llvm::zip_equal(ranges, simulated)) {
    QuantParams params = computeParams(range, simulatedRange.codec);
    for (auto [name, value] :
         {std::pair(simulatedRange.scaleInput, params.scale),
          std::pair(simulatedRange.zeroPointInput, float(params.zeroPoint))}) {
      auto *bytes = reinterpret_cast<const char *>(&value);
      inputs.push_back({name, makeScalar(f32, {bytes, sizeof(value)})});
    }
  }
  ErrorCode code;
  FailureOr<NamedTensors> results = model->run(inputs, code);
  if (failed(results))
    return code;
  outputs = std::move(*results);
  return ErrorCode::None;
}

ErrorCode RangeSearch::getTotalLoss(double &total) {
  total = 0;
  for (auto [sample, reference] : llvm::zip_equal(samples, references)) {
    NamedTensors outputs;
    ErrorCode code = run(sample, /*simulate=*/true, outputs);
    if (code != ErrorCode::None)
      return code;
    const Tensor *mask = nullptr;
    for (auto [i, entry] : llvm::enumerate(sample))
      if (!table.mask.empty() &&
          table.mask == (entry.first.empty() ? model->input(int(i)).name
                                             : entry.first))
        mask = &entry.second;
    for (auto [wanted, found] : llvm::zip_equal(reference, outputs))
      total += getLoss(wanted.second, found.second, mask) /
               double(samples.size());
  }
  return ErrorCode::None;
}

ErrorCode
RangeSearch::improve(llvm::function_ref<void(int64_t, int64_t)> progress) {
  static constexpr float factors[] = {0.6f, 0.7f, 0.8f, 0.9f, 1.1f, 1.2f};
  for (size_t i = 0; i < ranges.size(); ++i) {
    const Histogram &values = statistics[i].values;
    Interval start = ranges[i], best = start;
    for (float factor : factors) {
      Interval candidate{std::max(start.lo * factor, values.getMin()),
                         std::min(start.hi * factor, values.getMax())};
      if (candidate == start || candidate.lo > candidate.hi)
        continue;
      ranges[i] = candidate;
      double tried = 0;
      ErrorCode code = getTotalLoss(tried);
      if (code != ErrorCode::None)
        return code;
      if (tried < loss) {
        loss = tried;
        best = candidate;
      }
    }
    ranges[i] = best;
    progress(int64_t(i) + 1, int64_t(ranges.size()));
  }
  return ErrorCode::None;
}

void RangeSearch::store() {
  for (auto [range, simulatedRange] : llvm::zip_equal(ranges, simulated))
    for (const std::string &tensor : simulatedRange.tensors)
      table.getOrCreate(tensor).searched = range;
  emitRemark(UnknownLoc::get(&context))
      << "searched the ranges of " << int64_t(ranges.size())
      << " tensors by the loss of the outputs over " << int64_t(samples.size())
      << " runs: " << std::to_string(firstLoss) << " with the ranges of mse, "
      << std::to_string(loss) << " now";
}

ErrorCode quantc::searchRanges(ModuleOp module, ArrayRef<NamedTensors> samples,
                               const CalibrateOptions &options,
                               CalibrationTable &table) {
  RangeSearch search(*module.getContext(), samples, table);
  ErrorCode code = search.compile(module, options);
  if (code == ErrorCode::None)
    code = search.start();
  if (code == ErrorCode::None)
    code = search.improve([&](int64_t done, int64_t total) {
      if (options.searchProgress)
        options.searchProgress(done, total);
    });
  if (code == ErrorCode::None)
    search.store();
  return code;
}
