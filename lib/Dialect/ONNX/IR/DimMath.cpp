//===- DimMath.cpp - Exact arithmetic on dimensions -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/DimMath.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace quantc;

namespace {
/// coefficient * atoms[0] * atoms[1] ...; an atom is a symbol, a dimension or a
/// floor division, and atoms are sorted.
struct Term {
  int64_t coefficient = 0;
  SmallVector<AffineExpr, 4> atoms;
};

/// A sum of terms with different atoms, sorted, without zeros.
class Polynomial {
public:
  static std::optional<Polynomial> get(AffineExpr expr);
  static std::optional<Polynomial> get(AffineExpr a, AffineExpr b,
                                       AffineExprKind kind);

  bool add(Term term);
  bool add(const Polynomial &other, int64_t factor);
  static std::optional<Polynomial> multiply(const Polynomial &a,
                                            const Polynomial &b);
  static std::optional<Polynomial> divideExactly(Polynomial a,
                                                 const Polynomial &b);
  /// Null when a term cannot be written.
  AffineExpr getExpr(MLIRContext *context) const;
  std::optional<int64_t> getLowerBound() const;

  SmallVector<Term, 4> terms;
};
} // namespace

/// More terms than any real shape has.
static constexpr size_t maxTerms = 64;

//===----------------------------------------------------------------------===//
// The order of atoms and terms
//===----------------------------------------------------------------------===//

/// A structural order: by kind, then operands; never by address.
static int compare(AffineExpr a, AffineExpr b) {
  if (a == b)
    return 0;
  if (a.getKind() != b.getKind())
    return a.getKind() < b.getKind() ? -1 : 1;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(a))
    return symbol.getPosition() < cast<AffineSymbolExpr>(b).getPosition() ? -1
                                                                          : 1;
  if (auto dim = dyn_cast<AffineDimExpr>(a))
    return dim.getPosition() < cast<AffineDimExpr>(b).getPosition() ? -1 : 1;
  if (auto constant = dyn_cast<AffineConstantExpr>(a))
    return constant.getValue() < cast<AffineConstantExpr>(b).getValue() ? -1
                                                                        : 1;
  auto left = cast<AffineBinaryOpExpr>(a), right = cast<AffineBinaryOpExpr>(b);
  if (int order = compare(left.getLHS(), right.getLHS()))
    return order;
  return compare(left.getRHS(), right.getRHS());
}

/// Higher degree first, then lexicographic: a monomial order, as exact division
/// needs.
static int compare(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b) {
  if (a.size() != b.size())
    return a.size() > b.size() ? -1 : 1;
  for (auto [left, right] : llvm::zip_equal(a, b))
    if (int order = compare(left, right))
      return order;
  return 0;
}

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

bool Polynomial::add(Term term) {
  if (term.coefficient == 0)
    return true;
  auto *place = llvm::find_if(terms, [&](const Term &other) {
    return compare(other.atoms, term.atoms) >= 0;
  });
  if (place == terms.end() || compare(place->atoms, term.atoms) != 0) {
    terms.insert(place, std::move(term));
    return terms.size() <= maxTerms;
  }
  if (llvm::AddOverflow(place->coefficient, term.coefficient,
                        place->coefficient))
    return false;
  if (place->coefficient == 0)
    terms.erase(place);
  return true;
}

bool Polynomial::add(const Polynomial &other, int64_t factor) {
  for (Term term : other.terms)
    if (llvm::MulOverflow(term.coefficient, factor, term.coefficient) ||
        !add(term))
      return false;
  return true;
}

std::optional<Polynomial> Polynomial::multiply(const Polynomial &a,
                                               const Polynomial &b) {
  Polynomial result;
  for (const Term &left : a.terms) {
    for (const Term &right : b.terms) {
      Term term = left;
      if (llvm::MulOverflow(left.coefficient, right.coefficient,
                            term.coefficient))
        return std::nullopt;
      term.atoms.append(right.atoms);
      llvm::sort(term.atoms, [](AffineExpr x, AffineExpr y) {
        return compare(x, y) < 0;
      });
      if (!result.add(std::move(term)))
        return std::nullopt;
    }
  }
  return result;
}

/// term / divisor, if it comes out even.
static std::optional<Term> divide(const Term &term, const Term &divisor) {
  // INT64_MIN / -1 overflows.
  if (divisor.coefficient == -1 || term.coefficient % divisor.coefficient)
    return std::nullopt;
  Term result = term;
  result.coefficient /= divisor.coefficient;
  for (AffineExpr atom : divisor.atoms) {
    auto *place = llvm::find(result.atoms, atom);
    if (place == result.atoms.end())
      return std::nullopt;
    result.atoms.erase(place);
  }
  return result;
}

std::optional<Polynomial> Polynomial::divideExactly(Polynomial a,
                                                    const Polynomial &b) {
  if (b.terms.empty())
    return std::nullopt;
  // Long division: every step removes the leading term.
  Polynomial quotient;
  for (size_t step = 0; !a.terms.empty(); ++step) {
    std::optional<Term> factor = divide(a.terms.front(), b.terms.front());
    if (!factor || step > maxTerms)
      return std::nullopt;
    Polynomial single;
    single.add(*factor);
    std::optional<Polynomial> part = multiply(single, b);
    if (!part || !a.add(*part, -1) || !quotient.add(*factor))
      return std::nullopt;
  }
  return quotient;
}

std::optional<Polynomial> Polynomial::get(AffineExpr expr) {
  Polynomial result;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    result.add({constant.getValue(), {}});
    return result;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  AffineExprKind kind = expr.getKind();
  if (binary && (kind == AffineExprKind::Add || kind == AffineExprKind::Mul))
    return get(binary.getLHS(), binary.getRHS(), kind);
  result.add({1, {expr}});
  return result;
}

std::optional<Polynomial> Polynomial::get(AffineExpr a, AffineExpr b,
                                          AffineExprKind kind) {
  if (!a || !b)
    return std::nullopt;
  std::optional<Polynomial> left = get(a), right = get(b);
  if (!left || !right)
    return std::nullopt;
  if (kind == AffineExprKind::Mul)
    return multiply(*left, *right);
  if (!left->add(*right, 1))
    return std::nullopt;
  return left;
}

AffineExpr Polynomial::getExpr(MLIRContext *context) const {
  AffineExpr sum = getAffineConstantExpr(0, context);
  for (const Term &term : terms) {
    AffineExpr product = getAffineConstantExpr(1, context);
    for (AffineExpr atom : term.atoms)
      product = product * atom;
    sum = sum + product * term.coefficient;
  }
  return sum;
}

/// A symbol is at least 0, a quotient what its numerator allows.
static std::optional<int64_t> getAtomLowerBound(AffineExpr atom) {
  if (isa<AffineSymbolExpr, AffineDimExpr>(atom))
    return 0;
  auto binary = cast<AffineBinaryOpExpr>(atom);
  auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (!divisor || divisor.getValue() <= 0)
    return std::nullopt;
  if (binary.getKind() == AffineExprKind::Mod)
    return 0;
  std::optional<int64_t> bound = dims::getLowerBound(binary.getLHS());
  if (!bound)
    return std::nullopt;
  // Rounding up is at least rounding down.
  return llvm::divideFloorSigned(*bound, divisor.getValue());
}

std::optional<int64_t> Polynomial::getLowerBound() const {
  int64_t sum = 0;
  for (const Term &term : terms) {
    int64_t product = term.coefficient;
    // Without an upper bound, what is subtracted may be anything.
    if (product < 0 && !term.atoms.empty())
      return std::nullopt;
    for (AffineExpr atom : term.atoms) {
      std::optional<int64_t> bound = getAtomLowerBound(atom);
      if (!bound || *bound < 0 || llvm::MulOverflow(product, *bound, product))
        return std::nullopt;
    }
    if (llvm::AddOverflow(sum, product, sum))
      return std::nullopt;
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// The interface
//===----------------------------------------------------------------------===//

static AffineExpr toExpr(const std::optional<Polynomial> &polynomial,
                         AffineExpr any) {
  return polynomial ? polynomial->getExpr(any.getContext()) : AffineExpr();
}

AffineExpr dims::add(AffineExpr a, AffineExpr b) {
  return toExpr(Polynomial::get(a, b, AffineExprKind::Add), a);
}

AffineExpr dims::add(AffineExpr a, int64_t b) {
  return a ? add(a, getAffineConstantExpr(b, a.getContext())) : a;
}

AffineExpr dims::sub(AffineExpr a, AffineExpr b) {
  return add(a, mul(b, -1));
}

AffineExpr dims::mul(AffineExpr a, AffineExpr b) {
  return toExpr(Polynomial::get(a, b, AffineExprKind::Mul), a);
}

AffineExpr dims::mul(AffineExpr a, int64_t b) {
  return a ? mul(a, getAffineConstantExpr(b, a.getContext())) : a;
}

AffineExpr dims::divideExactly(AffineExpr a, AffineExpr b) {
  if (!a || !b)
    return {};
  std::optional<Polynomial> left = Polynomial::get(a),
                            right = Polynomial::get(b);
  if (!left || !right)
    return {};
  return toExpr(Polynomial::divideExactly(*left, *right), a);
}

AffineExpr dims::floorDiv(AffineExpr a, int64_t b) {
  assert(b > 0 && "divisor must be positive");
  std::optional<Polynomial> polynomial =
      a ? Polynomial::get(a) : std::optional<Polynomial>();
  if (!polynomial)
    return {};
  // floor((b * q + r) / b) = q + floor(r / b), for every coefficient: what stays
  // has coefficients in [0, b).
  Polynomial whole, rest;
  int64_t common = b;
  for (const Term &term : polynomial->terms) {
    int64_t quotient = llvm::divideFloorSigned(term.coefficient, b);
    int64_t remainder = term.coefficient - quotient * b;
    common = std::gcd(common, remainder);
    if (!whole.add({quotient, term.atoms}) ||
        !rest.add({remainder, term.atoms}))
      return {};
  }
  for (Term &term : rest.terms)
    term.coefficient /= common;
  MLIRContext *context = a.getContext();
  AffineExpr quotient = rest.getExpr(context).floorDiv(b / common);
  return add(whole.getExpr(context), quotient);
}

AffineExpr dims::ceilDiv(AffineExpr a, int64_t b) {
  return floorDiv(add(a, b - 1), b);
}

std::optional<int64_t> dims::getLowerBound(AffineExpr a) {
  std::optional<Polynomial> polynomial =
      a ? Polynomial::get(a) : std::optional<Polynomial>();
  return polynomial ? polynomial->getLowerBound() : std::nullopt;
}

bool dims::isAtLeast(AffineExpr a, AffineExpr b) {
  std::optional<int64_t> bound = getLowerBound(sub(a, b));
  return bound && *bound >= 0;
}

bool dims::isAtLeast(AffineExpr a, int64_t b) {
  return a && isAtLeast(a, getAffineConstantExpr(b, a.getContext()));
}

std::optional<bool> dims::isEqual(AffineExpr a, AffineExpr b) {
  AffineExpr difference = sub(a, b);
  if (!difference)
    return std::nullopt;
  if (auto constant = dyn_cast<AffineConstantExpr>(difference))
    return constant.getValue() == 0;
  if (isAtLeast(difference, 1) || isAtLeast(mul(difference, -1), 1))
    return false;
  return std::nullopt;
}
