//===- RegionIntegers.cpp - Integers and comparisons of scalar code -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "RegionOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

bool RegionOps::runInteger() {
  unsigned w = type.isIntOrFloat() ? width() : 64;
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](arith::AddIOp) {
        return integers([](int64_t a, int64_t b) { return add(a, b); });
      })
      .Case([&](arith::SubIOp) {
        return integers([](int64_t a, int64_t b) { return subtract(a, b); });
      })
      .Case([&](arith::MulIOp) {
        return integers([](int64_t a, int64_t b) { return multiply(a, b); });
      })
      .Case([&](arith::DivSIOp) {
        return integers([](int64_t a, int64_t b) { return divide(a, b); });
      })
      .Case([&](arith::RemSIOp) {
        return integers([](int64_t a, int64_t b) {
          return b == 0 || b == -1 ? 0 : a % b;
        });
      })
      .Case([&](arith::DivUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return divide(a, b); });
      })
      .Case([&](arith::RemUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return b ? a % b : 0; });
      })
      .Case([&](arith::AndIOp) {
        return integers([](int64_t a, int64_t b) { return a & b; });
      })
      .Case([&](arith::OrIOp) {
        return integers([](int64_t a, int64_t b) { return a | b; });
      })
      .Case([&](arith::XOrIOp) {
        return integers([](int64_t a, int64_t b) { return a ^ b; });
      })
      .Case([&](arith::MaxSIOp) {
        return integers([](int64_t a, int64_t b) { return larger(a, b); });
      })
      .Case([&](arith::MinSIOp) {
        return integers([](int64_t a, int64_t b) { return smaller(a, b); });
      })
      .Case([&](arith::MaxUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return larger(a, b); });
      })
      .Case([&](arith::MinUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return smaller(a, b); });
      })
      .Case([&](arith::ShLIOp) {
        return naturals(
            [w](uint64_t a, uint64_t b) { return b < w ? a << b : 0; });
      })
      .Case([&](arith::ShRUIOp) {
        return naturals(
            [w](uint64_t a, uint64_t b) { return b < w ? a >> b : 0; });
      })
      .Case([&](arith::ShRSIOp) {
        return integers([w](int64_t a, int64_t b) {
          return a >> (uint64_t(b) < w ? b : w - 1);
        });
      })
      .Case([&](math::AbsIOp) {
        const std::vector<int64_t> &x = ints(0);
        return setInts([&](int64_t i) {
          return x[i] < 0 ? subtract(int64_t(0), x[i]) : x[i];
        });
      })
      .Default(false);
}

/// Whether `predicate` holds of floats; the ordered ones never of NaN.
static bool holds(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  bool unordered = a != a || b != b;
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  case P::UNO:
    return unordered;
  }
  llvm_unreachable("all predicates are above");
}

bool RegionOps::runComparison() {
  if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
    const std::vector<double> &x = floats(0), &y = floats(1);
    arith::CmpFPredicate predicate = compare.getPredicate();
    return setInts([&](int64_t i) { return holds(predicate, x[i], y[i]); });
  }
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    const std::vector<int64_t> &x = ints(0), &y = ints(1);
    unsigned w = compare.getLhs().getType().getIntOrFloatBitWidth();
    arith::CmpIPredicate predicate = compare.getPredicate();
    return setInts([&](int64_t i) {
      // i1 is kept as 0 or 1; as a signed number true is -1.
      APInt a(64, uint64_t(w == 1 ? -x[i] : x[i])), b(64, uint64_t(w == 1 ? -y[i] : y[i]));
      return arith::applyCmpPredicate(predicate, a.trunc(w), b.trunc(w));
    });
  }
  return false;
}
