//===- Equation.cpp - The equation of an Einsum ---------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Equation.h"
#include "llvm/ADT/STLExtras.h"

using namespace quantc;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

/// Replaces "..." by letters of its own ('0' + position from the right end).
static std::string expandEllipsis(StringRef term, size_t rank) {
  auto [head, tail] = term.split("...");
  std::string result = head.str();
  if (term.contains("...")) {
    size_t named = head.size() + tail.size();
    for (size_t d = rank > named ? rank - named : 0; d > 0; --d)
      result.push_back(char('0' + d));
  }
  return result + tail.str();
}

Equation quantc::parseEquation(StringRef equationText, ArrayRef<size_t> ranks) {
  std::string text = equationText.str();
  llvm::erase(text, ' ');
  auto [left, right] = StringRef(text).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  Equation equation;
  for (auto [i, term] : llvm::enumerate(terms))
    equation.operands.push_back(
        expandEllipsis(term, i < ranks.size() ? ranks[i] : 0));
  std::string all;
  for (const std::string &operand : equation.operands)
    all += operand;
  size_t dots = 0;
  for (char c : all)
    if (c >= '0' && c <= '9')
      dots = std::max(dots, size_t(c - '0'));
  if (StringRef(text).contains("->")) {
    StringRef named = right;
    equation.letters = expandEllipsis(
        named, named.contains("...") ? named.size() - 3 + dots : named.size());
  } else {
    // Letters that appear once, in alphabetical order, after the ellipsis.
    for (size_t d = dots; d > 0; --d)
      equation.letters.push_back(char('0' + d));
    std::string sorted = all;
    llvm::sort(sorted);
    for (char c : sorted)
      if (llvm::count(all, c) == 1 && !(c >= '0' && c <= '9'))
        equation.letters.push_back(c);
  }
  equation.resultRank = equation.letters.size();
  for (char c : all)
    if (equation.letters.find(c) == std::string::npos)
      equation.letters.push_back(c);
  return equation;
}
