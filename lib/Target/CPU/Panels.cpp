//===- Panels.cpp - How right-hand sides are cut --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Time goes with the padded number of columns and with how well a tile of that
// width keeps the multipliers busy (8 x 48 best, 16 x 16 worst: its loads are as
// many as its products).
//
//===----------------------------------------------------------------------===//

#include "Panels.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace quantc;

int64_t quantc::choosePanel(int64_t columns) {
  struct Choice {
    int64_t panel, percentOfPeak;
  };
  static constexpr Choice choices[] = {{48, 90}, {64, 88}, {32, 86}, {16, 63}};
  auto cost = [&](const Choice &choice) {
    return double(llvm::alignTo(columns, choice.panel)) / choice.percentOfPeak;
  };
  const Choice *best = std::min_element(
      std::begin(choices), std::end(choices),
      [&](const Choice &a, const Choice &b) { return cost(a) < cost(b); });
  return best->panel;
}

int64_t quantc::chooseBlockRows(int64_t panels, int64_t rowBytes) {
  constexpr int64_t step = 48, cacheBytes = 512 * 1024;
  int64_t rows = panels >= 8 ? 4 * step : panels >= 4 ? 2 * step : step;
  while (rows > step && rows * rowBytes > cacheBytes)
    rows -= step;
  return rows;
}
