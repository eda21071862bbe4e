//===- Weights.cpp - From a float weight to codes and scales ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Weights.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace llvm;
using namespace quantc;

std::vector<uint32_t> quantc::getScaleIndices(ArrayRef<int64_t> shape,
                                              ArrayRef<int64_t> block) {
  size_t rank = shape.size();
  SmallVector<int64_t, 4> strides(rank); // of the scale tensor; 0 where shared
  int64_t numScales = 1, numElements = 1;
  for (size_t d = rank; d-- > 0;) {
    strides[d] = block[d] == -1 ? 0 : numScales;
    numScales *= block[d] == -1 ? 1 : shape[d];
    numElements *= shape[d];
  }
  std::vector<uint32_t> indices(numElements);
  SmallVector<int64_t, 4> position(rank, 0);
  int64_t index = 0;
  for (uint32_t &slot : indices) {
    slot = uint32_t(index);
    for (size_t d = rank; d-- > 0;) {
      index += strides[d];
      if (++position[d] < shape[d])
        break;
      index -= strides[d] * shape[d];
      position[d] = 0;
    }
  }
  return indices;
}

/// Makes room for the scales; for every element, the index of its own.
static std::vector<uint32_t> prepareScales(const WeightProblem &problem,
                                           QuantizedWeight &result) {
  int64_t numScales = 1;
  for (auto [size, block] : zip_equal(problem.shape, problem.block)) {
    result.scaleShape.push_back(block == -1 ? 1 : size);
    numScales *= result.scaleShape.back();
  }
  result.scales.assign(numScales, 0.0f);
  return getScaleIndices(problem.shape, problem.block);
}

/// Full-range scales: see Weights.h.
static void setFullScales(const WeightProblem &problem,
                          ArrayRef<uint32_t> indices,
                          std::vector<float> &scales) {
  for (auto [value, index] : zip_equal(problem.values, indices))
    scales[index] = std::max(scales[index], std::fabs(value));
  float top = float(problem.codec.getCodeRange().second);
  for (float &scale : scales) {
    scale = scale / top;
    if (!std::isnormal(scale))
      scale = 1;
  }
}

static void encodeAll(const WeightProblem &problem, ArrayRef<uint32_t> indices,
                      QuantizedWeight &result) {
  result.codes.resize(problem.values.size());
  for (auto [code, value, index] :
       zip_equal(result.codes, problem.values, indices))
    code = int8_t(problem.codec.encode(value / result.scales[index], 0));
}

static QuantizedWeight quantizeRTN(const WeightProblem &problem) {
  QuantizedWeight result;
  std::vector<uint32_t> indices = prepareScales(problem, result);
  setFullScales(problem, indices, result.scales);
  encodeAll(problem, indices, result);
  return result;
}

/// Adds every element's squared error under `scales` to its scale's sum.
static void addErrors(const WeightProblem &problem, ArrayRef<uint32_t> indices,
                      ArrayRef<float> scales, std::vector<double> &errors) {
  auto [lowest, highest] = problem.codec.getCodeRange();
  const float lo = float(lowest), hi = float(highest);
  // Adding and subtracting 1.5 * 2^23 rounds to nearest even below 2^22.
  const float magic = 12582912.0f;
  for (auto [value, index] : zip_equal(problem.values, indices)) {
    float scale = scales[index];
    float code = (value / scale + magic) - magic;
    float error = std::min(std::max(code, lo), hi) * scale - value;
    errors[index] += error * error;
  }
}

static QuantizedWeight quantizeMSE(const WeightProblem &problem) {
  QuantizedWeight result;
  std::vector<uint32_t> indices = prepareScales(problem, result);
  setFullScales(problem, indices, result.scales);
  const std::vector<float> full = result.scales;
  std::vector<float> candidates = full;
  std::vector<double> least(full.size()), errors(full.size());
  addErrors(problem, indices, full, least);
  for (int percent = 99; percent >= 80; --percent) {
    for (auto [candidate, scale] : zip_equal(candidates, full))
      candidate = scale * (float(percent) / 100);
    std::fill(errors.begin(), errors.end(), 0);
    addErrors(problem, indices, candidates, errors);
    for (auto [scale, candidate, best, error] :
         zip_equal(result.scales, candidates, least, errors)) {
      if (!(error < best) || !std::isnormal(candidate))
        continue;
      scale = candidate;
      best = error;
    }
  }
  encodeAll(problem, indices, result);
  return result;
}

Expected<QuantizedWeight>
quantc::quantizeWeight(StringRef method, const WeightProblem &problem) {
  assert(problem.shape.size() == problem.block.size() &&
         "one block entry per dimension");
  for (auto [i, value] : enumerate(problem.values))
    if (!std::isfinite(value))
      return createStringError("the weight has a NaN or infinite value, the "
                               "first at element " +
                               std::to_string(i));
  using Method = QuantizedWeight (*)(const WeightProblem &);
  Method function =
      StringSwitch<Method>(method)
          .Case("rtn", quantizeRTN)
          .Case("mse", quantizeMSE)
          .Default(nullptr);
  if (!function)
    return createStringError("unknown weight method '" + method.str() +
                             "', supported: mse, rtn");
  return function(problem);
}
