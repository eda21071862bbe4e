//===- Metrics.cpp - How far one tensor is from another -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Metrics.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace quantc;

static constexpr double infinity = std::numeric_limits<double>::infinity();

template <typename T>
static std::vector<double> convert(const Tensor &tensor) {
  const T *data = tensor.data<T>();
  return std::vector<double>(data, data + tensor.size());
}

/// Formats that no C++ type has, by their bits.
static std::vector<double> convertSmallFloats(const Tensor &tensor,
                                              FloatType type) {
  std::vector<double> result(size_t(tensor.size()));
  unsigned bytes = getElementBytes(type);
  for (size_t i = 0; i < result.size(); ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, tensor.bytes.data() + i * bytes, bytes);
    llvm::APInt code(type.getWidth(), bits, /*isSigned=*/false,
                     /*implicitTrunc=*/true);
    result[i] =
        llvm::APFloat(type.getFloatSemantics(), code).convertToDouble();
  }
  return result;
}

std::vector<double> quantc::toDoubles(const Tensor &tensor) {
  Type element = tensor.element;
  if (element.isF32())
    return convert<float>(tensor);
  if (element.isF64())
    return convert<double>(tensor);
  if (auto type = dyn_cast<FloatType>(element))
    return convertSmallFloats(tensor, type);
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  switch (getElementBytes(element)) {
  case 1:
    return isUnsigned ? convert<uint8_t>(tensor) : convert<int8_t>(tensor);
  case 2:
    return isUnsigned ? convert<uint16_t>(tensor) : convert<int16_t>(tensor);
  case 4:
    return isUnsigned ? convert<uint32_t>(tensor) : convert<int32_t>(tensor);
  default:
    return isUnsigned ? convert<uint64_t>(tensor) : convert<int64_t>(tensor);
  }
}

static std::string formatShape(ArrayRef<int64_t> shape) {
  return "[" +
         llvm::join(llvm::map_range(
                        shape, [](int64_t dim) { return std::to_string(dim); }),
                    ", ") +
         "]";
}

llvm::Error ErrorMetrics::add(const Tensor &reference,
                              const Tensor &candidate) {
  if (reference.shape != candidate.shape)
    return llvm::createStringError(
        "the shapes differ: " + formatShape(reference.shape) +
        " in the reference, " + formatShape(candidate.shape) +
        " in the candidate");
  add(toDoubles(reference), toDoubles(candidate),
      reference.shape.empty() ? 1 : reference.shape.back());
  return llvm::Error::success();
}

void ErrorMetrics::add(ArrayRef<double> reference, ArrayRef<double> candidate,
                       int64_t rowLength) {
  assert(reference.size() == candidate.size() && "one element each");
  size_t length = size_t(rowLength);
  for (size_t i = 0; length && i < reference.size(); i += length)
    addRow(reference.slice(i, length), candidate.slice(i, length));
}

/// Where the first greatest element is; NaN is never greater.
static size_t getTop(ArrayRef<double> row) {
  size_t top = 0;
  for (size_t i = 1; i < row.size(); ++i)
    if (row[i] > row[top] || (std::isnan(row[top]) && !std::isnan(row[i])))
      top = i;
  return top;
}

void ErrorMetrics::addRow(ArrayRef<double> reference,
                          ArrayRef<double> candidate) {
  double dot = 0, rr = 0, cc = 0, errors = 0;
  int64_t wrong = 0;
  for (auto [r, c] : llvm::zip_equal(reference, candidate)) {
    if (r == c || (std::isnan(r) && std::isnan(c))) {
      if (!std::isfinite(r))
        continue;
    } else if (!std::isfinite(r) || !std::isfinite(c)) {
      ++wrong;
      continue;
    }
    double difference = std::abs(r - c);
    dot += r * c, rr += r * r, cc += c * c;
    errors += difference * difference;
    absolute += difference;
    largest = std::max(largest, difference);
  }
  double cosine = rr == 0 && cc == 0   ? 1
                  : rr == 0 || cc == 0 ? 0
                                       : dot / (std::sqrt(rr) * std::sqrt(cc));
  // Rounding must not make equal rows differ.
  cosine = wrong         ? 0
           : errors == 0 ? 1
                         : std::clamp(cosine, -1.0, 1.0);
  elements += int64_t(reference.size());
  mismatches += wrong;
  signal += rr;
  noise += errors;
  ++rows;
  cosines += cosine;
  minCosine = std::min(minCosine, cosine);
  if (reference.size() > 1) {
    ++rankedRows;
    sameTop += getTop(reference) == getTop(candidate);
  }
}

void ErrorMetrics::merge(const ErrorMetrics &other) {
  elements += other.elements, mismatches += other.mismatches;
  rows += other.rows, rankedRows += other.rankedRows, sameTop += other.sameTop;
  signal += other.signal, noise += other.noise, absolute += other.absolute;
  largest = std::max(largest, other.largest);
  cosines += other.cosines, minCosine = std::min(minCosine, other.minCosine);
}

double ErrorMetrics::getSQNR() const {
  if (mismatches)
    return -infinity;
  if (noise == 0)
    return infinity;
  return signal == 0 ? -infinity : 10 * std::log10(signal / noise);
}

double ErrorMetrics::getCosine() const {
  return rows ? cosines / double(rows) : 1;
}

double ErrorMetrics::getMaxAbs() const {
  return mismatches ? infinity : largest;
}

double ErrorMetrics::getMeanAbs() const {
  if (mismatches)
    return infinity;
  return elements ? absolute / double(elements) : 0;
}

double ErrorMetrics::getTop1() const {
  return rankedRows ? double(sameTop) / double(rankedRows)
                    : std::numeric_limits<double>::quiet_NaN();
}

double ErrorMetrics::getReferenceRMS() const {
  return elements ? std::sqrt(signal / double(elements)) : 0;
}

llvm::json::Object ErrorMetrics::toJSON() const {
  auto number = [](double value) {
    return std::isfinite(value) ? llvm::json::Value(value)
                                : llvm::json::Value(nullptr);
  };
  return llvm::json::Object{{"elements", elements},
                            {"equal", isEqual()},
                            {"mismatches", mismatches},
                            {"sqnr_db", number(getSQNR())},
                            {"cosine", number(getCosine())},
                            {"min_cosine", number(getMinCosine())},
                            {"max_abs", number(getMaxAbs())},
                            {"mean_abs", number(getMeanAbs())},
                            {"top1", number(getTop1())}};
}
