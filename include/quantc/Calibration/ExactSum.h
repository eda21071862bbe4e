//===- ExactSum.h - Sums that do not depend on the order ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Floating-point sums depend on their order, and tables made from shards must
// not. So every run's sum (made in one order, by one thread) is rounded once to
// an integer number of 2^-60, and integers are added.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_EXACTSUM_H
#define QUANTC_CALIBRATION_EXACTSUM_H

#include "llvm/ADT/APInt.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <cmath>
#include <string>

namespace quantc {

/// A sum in units of 2^-60. A summand counts as at most 2^40 in magnitude, so
/// 2^26 summands cannot overflow.
class ExactSum {
public:
  void add(double value) {
    const double limit = 0x1p40;
    value = std::clamp(value, -limit, limit);
    units += static_cast<__int128>(std::nearbyint(value * 0x1p60));
  }
  void add(const ExactSum &other) { units += other.units; }
  double get() const { return double(units) * 0x1p-60; }

  /// The units in decimal.
  std::string toString() const {
    uint64_t words[] = {uint64_t(units), uint64_t(units >> 64)};
    llvm::SmallString<40> text;
    llvm::APInt(128, words).toString(text, 10, /*Signed=*/true);
    return text.str().str();
  }
  /// False unless `text` is a decimal integer of at most 128 bits.
  bool parse(llvm::StringRef text) {
    bool negative = text.consume_front("-");
    llvm::APInt value;
    if (text.empty() || text.size() > 39 || text.getAsInteger(10, value))
      return false;
    value = value.zextOrTrunc(128);
    if (value.isNegative())
      return false;
    units = static_cast<__int128>(value.extractBitsAsZExtValue(64, 64)) << 64 |
            value.extractBitsAsZExtValue(64, 0);
    if (negative)
      units = -units;
    return true;
  }

  bool operator==(const ExactSum &other) const { return units == other.units; }

private:
  __int128 units = 0;
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_EXACTSUM_H
