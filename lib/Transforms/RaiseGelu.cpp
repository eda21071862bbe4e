//===- RaiseGelu.cpp - Gelu from its parts --------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Exporters multiply x, 1/2 and 1 + erf(x / sqrt(2)) in every order, so the
// product is taken apart into its factors first: constants multiplied up, two
// others left, one of them the other's 1 + erf or 1 + tanh.
//
//===----------------------------------------------------------------------===//

#include "CountingPattern.h"
#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Transforms/Passes.h"
#include <cmath>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RAISEGELU
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Constants of a formula are rounded, multiplied and rounded again: 2^-21.
static constexpr double tolerance = 0x1p-21;

static bool isNear(double a, double b) {
  return std::abs(a - b) <= tolerance * std::abs(b);
}

namespace {
/// constant * values[0] * values[1] ...
struct Product {
  double constant = 1.0;
  SmallVector<Value> values;
};
} // namespace

/// Adds the factors of `value`; inner products are taken apart where nobody else
/// reads them.
static void addFactors(Value value, Product &product, bool isRoot,
                       unsigned depth = 0) {
  if (std::optional<double> number = match::getScalar(value)) {
    product.constant *= *number;
    return;
  }
  bool isInner = (isRoot || value.hasOneUse()) && depth < 4;
  if (auto mul = value.getDefiningOp<onnx::MulOp>(); mul && isInner) {
    addFactors(mul.getA(), product, false, depth + 1);
    addFactors(mul.getB(), product, false, depth + 1);
    return;
  }
  auto div = value.getDefiningOp<onnx::DivOp>();
  std::optional<double> divisor;
  if (div && isInner)
    divisor = match::getScalar(div.getB());
  if (divisor && *divisor != 0) {
    product.constant /= *divisor;
    addFactors(div.getA(), product, false, depth + 1);
    return;
  }
  product.values.push_back(value);
}

/// c, if `value` is x * c (in any spelling).
static std::optional<double> matchMultipleOf(Value value, Value x) {
  if (value == x)
    return 1.0;
  if (auto mul = match::getWithScalar<onnx::MulOp>(value))
    return mul->first == x ? std::optional(mul->second) : std::nullopt;
  if (auto div = value.getDefiningOp<onnx::DivOp>())
    if (std::optional<double> divisor = match::getScalar(div.getB()))
      return div.getA() == x ? std::optional(1.0 / *divisor) : std::nullopt;
  return std::nullopt;
}

/// Whether `value` is erf(x / sqrt(2)).
static bool isErfOf(Value value, Value x) {
  auto erf = value.getDefiningOp<onnx::ErfOp>();
  std::optional<double> factor =
      erf ? matchMultipleOf(erf.getInput(), x) : std::nullopt;
  return factor && isNear(*factor, M_SQRT1_2);
}

/// Whether `value` is x^n.
static bool isPower(Value value, Value x, int n) {
  if (n == 1)
    return value == x;
  auto pow = value.getDefiningOp<onnx::PowOp>();
  if (pow && pow.getX() == x && match::isScalar(pow.getY(), n))
    return true;
  auto mul = value.getDefiningOp<onnx::MulOp>();
  if (!mul)
    return false;
  for (int k = 1; k < n; ++k)
    if (isPower(mul.getA(), x, k) && isPower(mul.getB(), x, n - k))
      return true;
  return false;
}

/// Whether `value` is 0.044715 * x^n.
static bool isCubicTerm(Value value, Value x, int n) {
  Product product;
  addFactors(value, product, /*isRoot=*/true);
  if (!isNear(product.constant, 0.044715))
    return false;
  auto mul = match::getWithScalar<onnx::MulOp>(value);
  if (mul && isPower(mul->first, x, n))
    return true;
  // (0.044715 x) x x and the like: only factors x remain.
  return int(product.values.size()) == n &&
         llvm::all_of(product.values, [&](Value v) { return v == x; });
}

/// Whether `value` is tanh(sqrt(2 / pi) * (x + 0.044715 x^3)), or with x taken
/// out of the sum.
static bool isTanhOf(Value value, Value x) {
  auto tanh = value.getDefiningOp<onnx::TanhOp>();
  if (!tanh)
    return false;
  Product product;
  addFactors(tanh.getInput(), product, /*isRoot=*/true);
  if (!isNear(product.constant, std::sqrt(M_2_PI)))
    return false;
  if (product.values.size() == 1) {
    auto sum = product.values[0].getDefiningOp<onnx::AddOp>();
    return sum && ((sum.getA() == x && isCubicTerm(sum.getB(), x, 3)) ||
                   (sum.getB() == x && isCubicTerm(sum.getA(), x, 3)));
  }
  if (product.values.size() != 2)
    return false;
  Value sum = product.values[product.values[0] == x ? 1 : 0];
  auto one = match::getWithScalar<onnx::AddOp>(sum);
  return llvm::is_contained(product.values, x) && one && one->second == 1.0 &&
         isCubicTerm(one->first, x, 2);
}

namespace {
struct RaiseProduct : CountingPattern<onnx::MulOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(onnx::MulOp op,
                                PatternRewriter &rewriter) const override {
    Product product;
    addFactors(op, product, /*isRoot=*/true);
    if (product.values.size() != 2 || product.constant != 0.5)
      return rewriter.notifyMatchFailure(op, "not a product of 1/2 and two more");
    for (int i : {0, 1}) {
      Value x = product.values[i];
      auto sum = match::getWithScalar<onnx::AddOp>(product.values[1 - i]);
      if (!sum || sum->second != 1.0 || x.getType() != op.getType())
        continue;
      bool isErf = isErfOf(sum->first, x);
      if (!isErf && !isTanhOf(sum->first, x))
        continue;
      rewriter.replaceOpWithNewOp<onnx::GeluOp>(
          op, op.getType(), x,
          rewriter.getStringAttr(isErf ? "none" : "tanh"));
      ++count;
      return success();
    }
    return rewriter.notifyMatchFailure(
        op, "no factor is 1 + erf or 1 + tanh of the other");
  }
};

struct RaiseGelu : quantc::impl::RaiseGeluBase<RaiseGelu> {
  void runOnOperation() override {
    if (failed(applyCounting<RaiseProduct>(getOperation(), numRaised)))
      signalPassFailure();
  }
};
} // namespace
