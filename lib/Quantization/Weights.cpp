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

/// For every element in row-major order, the index of its scale.
static std::vector<uint32_t> getScaleIndices(const WeightProblem &problem,
                                             QuantizedWeight &result) {
  size_t rank = problem.shape.size();
  SmallVector<int64_t, 4> strides(rank); // of the scale tensor; 0 where shared
  int64_t numScales = 1;
  result.scaleShape.resize(rank);
  for (size_t d = rank; d-- > 0;) {
    bool shared = problem.block[d] == -1;
    result.scaleShape[d] = shared ? 1 : problem.shape[d];
    strides[d] = shared ? 0 : numScales;
    numScales *= result.scaleShape[d];
  }
  result.scales.assign(numScales, 0.0f);

  std::vector<uint32_t> indices(problem.values.size());
  SmallVector<int64_t, 4> position(rank, 0);
  int64_t index = 0;
  for (uint32_t &slot : indices) {
    slot = uint32_t(index);
    for (size_t d = rank; d-- > 0;) {
      index += strides[d];
      if (++position[d] < problem.shape[d])
        break;
      index -= strides[d] * problem.shape[d];
      position[d] = 0;
    }
  }
  return indices;
}

/// Round to nearest: see Weights.h.
static QuantizedWeight quantizeRTN(const WeightProblem &problem) {
  QuantizedWeight result;
  std::vector<uint32_t> indices = getScaleIndices(problem, result);
  for (auto [value, index] : zip_equal(problem.values, indices))
    result.scales[index] = std::max(result.scales[index], std::fabs(value));
  float top = float(problem.codec.getCodeRange().second);
  for (float &scale : result.scales) {
    scale = scale / top;
    if (!std::isnormal(scale))
      scale = 1;
  }
  result.codes.resize(problem.values.size());
  for (auto [code, value, index] :
       zip_equal(result.codes, problem.values, indices))
    code = int8_t(problem.codec.encode(value / result.scales[index], 0));
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
      StringSwitch<Method>(method).Case("rtn", quantizeRTN).Default(nullptr);
  if (!function)
    return createStringError("unknown weight method '" + method.str() +
                             "', supported: rtn");
  return function(problem);
}
