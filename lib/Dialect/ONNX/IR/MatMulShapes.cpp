//===- MatMulShapes.cpp - Shapes of matrix products -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// numpy's matmul: vectors are rows on the left and columns on the right, and
/// their dimension disappears from the result.
static LogicalResult inferMatMul(Operation *op, ShapeEnv &env, Value a, Value b,
                                 Value result) {
  // C1
  if (failed(requireMinRank(op, env, a, 1, "C1: the left operand")) ||
      failed(requireMinRank(op, env, b, 1, "C1: the right operand")))
    return failure();
  const Dims *left = env.getShape(a), *right = env.getShape(b);
  if (!left || !right)
    return success();
  // C2
  Dim inner = right->size() == 1 ? right->back() : (*right)[right->size() - 2];
  if (failed(requireEqual(op, env, left->back(), inner,
                          "C2: the dimensions summed over")))
    return failure();
  // C3
  auto batch = [](const Dims &dims) {
    return ArrayRef<Dim>(dims).drop_back(std::min<size_t>(dims.size(), 2));
  };
  std::optional<Dims> shape = env.broadcast(batch(*left), batch(*right));
  if (!shape)
    return op->emitOpError("C3: batch dimensions do not broadcast: ")
           << a.getType() << " and " << b.getType();
  if (left->size() > 1)
    shape->push_back((*left)[left->size() - 2]);
  if (right->size() > 1)
    shape->push_back(right->back());
  env.setShape(result, *shape);
  return success();
}

LogicalResult MatMulOp::inferShapes(ShapeEnv &env) {
  return inferMatMul(*this, env, getA(), getB(), getY());
}

LogicalResult MatMulIntegerOp::inferShapes(ShapeEnv &env) {
  return inferMatMul(*this, env, getA(), getB(), getY());
}

LogicalResult QLinearMatMulOp::inferShapes(ShapeEnv &env) {
  return inferMatMul(*this, env, getA(), getB(), getY());
}

LogicalResult GemmOp::inferShapes(ShapeEnv &env) {
  // C1
  if (failed(requireRank(*this, env, getA(), 2, "C1: A")) ||
      failed(requireRank(*this, env, getB(), 2, "C1: B")))
    return failure();
  const Dims *a = env.getShape(getA()), *b = env.getShape(getB());
  if (!a || !b)
    return success();
  bool transA = getTransA() != 0, transB = getTransB() != 0;
  // C2
  if (failed(requireEqual(*this, env, (*a)[transA ? 0 : 1],
                          (*b)[transB ? 1 : 0],
                          "C2: the dimensions summed over")))
    return failure();
  Dims shape = {(*a)[transA ? 1 : 0], (*b)[transB ? 0 : 1]};
  // C3
  if (failed(requireBroadcastTo(*this, env, getC(), shape, "C3: C")))
    return failure();
  env.setShape(getY(), shape);
  return success();
}

LogicalResult DetOp::inferShapes(ShapeEnv &env) {
  // C1
  if (failed(requireMinRank(*this, env, getX(), 2, "C1: X")))
    return failure();
  const Dims *shape = env.getShape(getX());
  if (!shape)
    return success();
  size_t rank = shape->size();
  if (failed(requireEqual(*this, env, (*shape)[rank - 2], (*shape)[rank - 1],
                          "C1: the last two dimensions")))
    return failure();
  env.setShape(getY(), Dims(ArrayRef<Dim>(*shape).drop_back(2)));
  return success();
}

//===----------------------------------------------------------------------===//
// Einsum
//===----------------------------------------------------------------------===//

namespace {
/// The dimensions of the subscripts seen so far.
struct Subscripts {
  Operation *op;
  ShapeEnv &env;
  /// By letter; null where not seen.
  std::array<Dim, 128> dims = {};
  std::array<unsigned, 128> uses = {};
  /// What `...` stands for, broadcast over the operands.
  Dims ellipsis = {};

  LogicalResult bind(StringRef term, ArrayRef<Dim> shape);
  FailureOr<Dims> getResult(StringRef term);
};
} // namespace

/// Splits `term` at its only `...`; letters before and after, or an error.
static LogicalResult splitTerm(Operation *op, StringRef term, StringRef &before,
                               StringRef &after, bool &hasEllipsis) {
  hasEllipsis = term.contains("...");
  std::tie(before, after) = term.split("...");
  auto isLetters = [](StringRef text) {
    return llvm::all_of(text, [](char c) { return llvm::isAlpha(c); });
  };
  if (!isLetters(before) || !isLetters(after))
    return op->emitOpError("C1: subscripts must be letters and one '...', "
                           "found '")
           << term << "'";
  return success();
}

LogicalResult Subscripts::bind(StringRef term, ArrayRef<Dim> shape) {
  StringRef before, after;
  bool hasEllipsis;
  if (failed(splitTerm(op, term, before, after, hasEllipsis)))
    return failure();
  size_t letters = before.size() + after.size();
  // C2
  if (hasEllipsis ? shape.size() < letters : shape.size() != letters)
    return op->emitOpError("C2: subscripts '")
           << term << "' do not fit an operand of rank " << shape.size();
  std::optional<Dims> both =
      env.broadcast(ellipsis, shape.drop_front(before.size())
                                  .drop_back(after.size()));
  if (!both)
    return op->emitOpError("C3: dimensions of '...' do not broadcast");
  ellipsis = *both;
  auto bindLetter = [&](char letter, Dim dim) -> LogicalResult {
    Dim &known = dims[unsigned(letter)];
    ++uses[unsigned(letter)];
    // C3
    if (known && failed(requireEqual(op, env, known, dim,
                                     "C3: dimensions of subscript '" +
                                         Twine(letter) + "'")))
      return failure();
    if (!known || ShapeEnv::getConstant(dim))
      known = dim;
    return success();
  };
  for (auto [letter, dim] : llvm::zip(before, shape))
    if (failed(bindLetter(letter, dim)))
      return failure();
  for (auto [letter, dim] : llvm::zip(after, shape.take_back(after.size())))
    if (failed(bindLetter(letter, dim)))
      return failure();
  return success();
}

FailureOr<Dims> Subscripts::getResult(StringRef term) {
  StringRef before, after;
  bool hasEllipsis;
  if (failed(splitTerm(op, term, before, after, hasEllipsis)))
    return failure();
  Dims result;
  auto append = [&](StringRef letters) -> LogicalResult {
    for (char letter : letters) {
      // C4
      if (!dims[unsigned(letter)])
        return op->emitOpError("C4: the result's subscript '")
               << letter << "' is in no operand";
      result.push_back(dims[unsigned(letter)]);
    }
    return success();
  };
  if (failed(append(before)))
    return failure();
  if (hasEllipsis)
    result.append(ellipsis);
  if (failed(append(after)))
    return failure();
  return result;
}

LogicalResult EinsumOp::inferShapes(ShapeEnv &env) {
  std::string equation = getEquation().str();
  llvm::erase(equation, ' ');
  auto [inputs, output] = StringRef(equation).split("->");
  SmallVector<StringRef> terms;
  inputs.split(terms, ',');
  // C2
  if (terms.size() != getInputs().size())
    return emitOpError("C2: the equation has ")
           << terms.size() << " terms for " << getInputs().size()
           << " operands";
  Subscripts subscripts{*this, env};
  for (auto [term, operand] : llvm::zip_equal(terms, getInputs())) {
    const Dims *shape = env.getShape(operand);
    if (!shape)
      return success();
    if (failed(subscripts.bind(term, *shape)))
      return failure();
  }
  // Without an arrow: what occurs once, in alphabetic order.
  std::string implicit = "...";
  for (unsigned letter = 0; letter < 128; ++letter)
    if (subscripts.uses[letter] == 1)
      implicit += char(letter);
  bool isExplicit = StringRef(equation).contains("->");
  FailureOr<Dims> result =
      subscripts.getResult(isExplicit ? output : StringRef(implicit));
  if (failed(result))
    return failure();
  env.setShape(getOutput(), *result);
  return success();
}
