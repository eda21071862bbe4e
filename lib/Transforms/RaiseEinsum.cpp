//===- RaiseEinsum.cpp - Einsum as a matrix product -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Subscripts of two terms are of the batch (in both, and needed later), summed (in
// both, needed no more), rows (only left) or columns (only right): transposed into
// these groups, and every group but the batch merged into one dimension, the terms
// are the operands of a MatMul. More terms are contracted from left to right.
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/Equation.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RAISEEINSUM
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
/// A tensor and the subscript of each of its dimensions.
struct Term {
  Value value;
  std::string letters;

  bool has(char letter) const {
    return StringRef(letters).contains(letter);
  }
};

class Contraction {
public:
  Contraction(OpBuilder &builder, onnx::EinsumOp op)
      : builder(builder), loc(op.getLoc()),
        element(cast<TensorType>(op.getType()).getElementType()) {}

  /// Takes the sizes of a term's subscripts; false where one occurs twice in it,
  /// broadcasts or has no elements.
  bool add(const Term &term);
  /// The product of two terms, summed over what `kept` lacks.
  Term contract(Term a, Term b, StringRef kept);
  /// The term summed over what `kept` lacks.
  Term sum(Term term, StringRef kept);
  Value transpose(const Term &term, StringRef letters);

private:
  /// One dimension for each, the product of the sizes of its letters.
  using Groups = SmallVector<std::string>;
  static Groups each(StringRef letters) {
    Groups groups;
    for (char letter : letters)
      groups.push_back(std::string(1, letter));
    return groups;
  }
  int64_t size(StringRef letters);
  Value computeSize(StringRef letters);
  Value reshape(Value value, const Groups &from, const Groups &to);
  Value insert(Value value, size_t at, size_t count);
  Term multiply(const Term &a, const Term &b, const std::string &batch,
                const std::string &rows, const std::string &columns);

  OpBuilder &builder;
  Location loc;
  Type element;
  /// A dimension that has the size of a letter: a static one if there is.
  llvm::SmallDenseMap<char, std::pair<Value, int64_t>> origins;
};
} // namespace

static int64_t getSize(Value value, int64_t d) {
  return cast<RankedTensorType>(value.getType()).getDimSize(d);
}

bool Contraction::add(const Term &term) {
  auto type = dyn_cast<RankedTensorType>(term.value.getType());
  if (!type || type.getRank() != int64_t(term.letters.size()))
    return false;
  for (auto [d, letter] : llvm::enumerate(term.letters)) {
    int64_t own = type.getDimSize(d);
    auto &origin =
        origins.try_emplace(letter, term.value, int64_t(d)).first->second;
    int64_t known = getSize(origin.first, origin.second);
    bool broadcasts = known != own && (known == 1 || own == 1);
    if (llvm::count(term.letters, letter) > 1 || own == 0 || broadcasts)
      return false;
    if (ShapedType::isDynamic(known))
      origin = {term.value, int64_t(d)};
  }
  return true;
}

/// Product of the sizes, dynamic where one is.
int64_t Contraction::size(StringRef letters) {
  int64_t product = 1;
  for (char letter : letters) {
    auto [value, d] = origins.lookup(letter);
    int64_t own = getSize(value, d);
    if (ShapedType::isDynamic(own))
      return own;
    product *= own;
  }
  return product;
}

/// The product as a tensor<1xi64>.
Value Contraction::computeSize(StringRef letters) {
  Value product;
  auto type = RankedTensorType::get({1}, builder.getI64Type());
  for (char letter : letters) {
    auto [value, d] = origins.lookup(letter);
    Value own = onnx::ShapeOp::create(builder, loc, type, value, d,
                                      builder.getI64IntegerAttr(d + 1));
    product = product
                  ? onnx::MulOp::create(builder, loc, type, product, own)
                        .getResult()
                  : own;
  }
  return product ? product : createInts(builder, loc, {1});
}

/// Merges or splits dimensions: both lists hold the same letters in one order.
Value Contraction::reshape(Value value, const Groups &from, const Groups &to) {
  if (from == to)
    return value;
  SmallVector<int64_t> shape;
  SmallVector<Value> sizes;
  for (const std::string &group : to) {
    shape.push_back(size(group));
    sizes.push_back(computeSize(group));
  }
  auto vector = RankedTensorType::get({int64_t(to.size())}, builder.getI64Type());
  Value target = sizes.empty()
                     ? createInts(builder, loc, {})
                     : onnx::ConcatOp::create(builder, loc, vector, sizes, 0)
                           .getResult();
  return onnx::ReshapeOp::create(builder, loc,
                                 RankedTensorType::get(shape, element), value,
                                 target, builder.getI64IntegerAttr(0));
}

Value Contraction::transpose(const Term &term, StringRef letters) {
  if (term.letters == letters)
    return term.value;
  SmallVector<int64_t> perm, shape;
  for (char letter : letters) {
    perm.push_back(term.letters.find(letter));
    shape.push_back(getSize(term.value, perm.back()));
  }
  return onnx::TransposeOp::create(builder, loc,
                                   RankedTensorType::get(shape, element),
                                   term.value,
                                   builder.getDenseI64ArrayAttr(perm));
}

Term Contraction::sum(Term term, StringRef kept) {
  SmallVector<int64_t> axes, shape;
  std::string rest;
  for (auto [d, letter] : llvm::enumerate(term.letters)) {
    if (!kept.contains(letter)) {
      axes.push_back(d);
      continue;
    }
    rest.push_back(letter);
    shape.push_back(getSize(term.value, d));
  }
  if (axes.empty())
    return term;
  Value axesValue = createInts(builder, loc, axes);
  Value result = onnx::ReduceSumOp::create(
      builder, loc, RankedTensorType::get(shape, element), term.value, axesValue,
      builder.getI64IntegerAttr(0), builder.getI64IntegerAttr(0));
  return {result, rest};
}

/// `count` dimensions of 1 in front of dimension `at`.
Value Contraction::insert(Value value, size_t at, size_t count) {
  if (count == 0)
    return value;
  SmallVector<int64_t> axes,
      shape(cast<RankedTensorType>(value.getType()).getShape());
  for (size_t i = 0; i < count; ++i)
    axes.push_back(at + i);
  shape.insert(shape.begin() + at, count, 1);
  return onnx::UnsqueezeOp::create(builder, loc,
                                   RankedTensorType::get(shape, element), value,
                                   createInts(builder, loc, axes));
}

/// Without anything to sum: elementwise, each term repeated along the other's
/// dimensions.
Term Contraction::multiply(const Term &a, const Term &b,
                           const std::string &batch, const std::string &rows,
                           const std::string &columns) {
  Value left = insert(transpose(a, batch + rows), batch.size() + rows.size(),
                      columns.size());
  Value right =
      insert(transpose(b, batch + columns), batch.size(), rows.size());
  std::string all = batch + rows + columns;
  SmallVector<int64_t> shape;
  for (char letter : all)
    shape.push_back(size(StringRef(&letter, 1)));
  return {onnx::MulOp::create(builder, loc, RankedTensorType::get(shape, element),
                              left, right),
          all};
}

Term Contraction::contract(Term a, Term b, StringRef kept) {
  a = sum(a, kept.str() + b.letters);
  b = sum(b, kept.str() + a.letters);
  std::string batch, rows, columns, summed;
  for (char letter : a.letters)
    (!b.has(letter) ? rows : kept.contains(letter) ? batch : summed)
        .push_back(letter);
  for (char letter : b.letters)
    if (!a.has(letter))
      columns.push_back(letter);
  if (summed.empty())
    return multiply(a, b, batch, rows, columns);
  auto with = [&](const std::string &first, const std::string &second) {
    Groups result = each(batch);
    result.push_back(first);
    result.push_back(second);
    return result;
  };
  Value left = reshape(transpose(a, batch + rows + summed),
                       each(batch + rows + summed), with(rows, summed));
  Value right = reshape(transpose(b, batch + summed + columns),
                        each(batch + summed + columns), with(summed, columns));
  SmallVector<int64_t> shape;
  for (const std::string &group : with(rows, columns))
    shape.push_back(size(group));
  Value product = onnx::MatMulOp::create(
      builder, loc, RankedTensorType::get(shape, element), left, right);
  std::string all = batch + rows + columns;
  return {reshape(product, with(rows, columns), each(all)), all};
}

namespace {
struct Raise : OpRewritePattern<onnx::EinsumOp> {
  Raise(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(onnx::EinsumOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<size_t> ranks;
    for (Value input : op.getInputs()) {
      auto type = dyn_cast<RankedTensorType>(input.getType());
      if (!type || !isa<FloatType>(type.getElementType()))
        return rewriter.notifyMatchFailure(op, "unranked or not of floats");
      ranks.push_back(type.getRank());
    }
    Equation equation = parseEquation(op.getEquation(), ranks);
    std::string wanted = equation.letters.substr(0, equation.resultRank);
    Contraction contraction(rewriter, op);
    SmallVector<Term> terms;
    for (auto [value, letters] :
         llvm::zip_equal(op.getInputs(), equation.operands)) {
      terms.push_back({value, letters});
      if (!contraction.add(terms.back()))
        return rewriter.notifyMatchFailure(
            op, "a diagonal, a broadcast or no elements");
    }
    Term result = terms.front();
    for (size_t i = 1; i < terms.size(); ++i) {
      std::string kept = wanted;
      for (size_t later = i + 1; later < terms.size(); ++later)
        kept += terms[later].letters;
      result = contraction.contract(result, terms[i], kept);
    }
    Value sum = contraction.transpose(contraction.sum(result, wanted), wanted);
    if (sum.getType() != op.getType())
      sum = onnx::IdentityOp::create(rewriter, op.getLoc(), op.getType(), sum);
    rewriter.replaceOp(op, sum);
    ++count;
    return success();
  }
  Pass::Statistic &count;
};

struct RaiseEinsum : quantc::impl::RaiseEinsumBase<RaiseEinsum> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Raise>(&getContext(), numRaised);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
