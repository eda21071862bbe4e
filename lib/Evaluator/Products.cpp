//===- Products.cpp - Matrix products -------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Products.h"
#include "Convert.h"
#include "quantc/Dialect/ONNX/IR/Equation.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

FailureOr<MatMulShape> MatMulShape::get(Operation *op, ArrayRef<int64_t> lhs,
                                        ArrayRef<int64_t> rhs) {
  if (lhs.empty() || rhs.empty())
    return op->emitError("multiplies a scalar");
  MatMulShape shape;
  shape.k = lhs.back();
  bool hasRows = lhs.size() > 1, hasColumns = rhs.size() > 1;
  if (hasRows)
    shape.m = lhs[lhs.size() - 2];
  if (hasColumns)
    shape.n = rhs.back();
  if (shape.k != rhs[rhs.size() - (hasColumns ? 2 : 1)])
    return op->emitError("inner dimensions differ: ")
           << shape.k << " and " << rhs[rhs.size() - (hasColumns ? 2 : 1)];
  Tensor left, right;
  left.shape.assign(lhs.drop_back(hasRows ? 2 : 1));
  right.shape.assign(rhs.drop_back(hasColumns ? 2 : 1));
  FailureOr<Sizes> batch = broadcastShapes(op, {&left, &right});
  if (failed(batch))
    return failure();
  shape.lhsStep = broadcastStrides(left.shape, *batch);
  shape.rhsStep = broadcastStrides(right.shape, *batch);
  shape.batch = shape.result = *batch;
  if (hasRows)
    shape.result.push_back(shape.m);
  if (hasColumns)
    shape.result.push_back(shape.n);
  return shape;
}

static LogicalResult evaluateMatMul(MatMulOp op, Evaluation &env) {
  const Tensor &a = env.get(op.getA()), &b = env.get(op.getB());
  FailureOr<MatMulShape> shape = MatMulShape::get(op, a.shape, b.shape);
  if (failed(shape))
    return failure();
  Tensor *y = env.create(op.getY(), shape->result);
  if (!y)
    return failure();
  int64_t m = shape->m, k = shape->k, n = shape->n;
  return forNumber(op, a.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    shape->forEach([&](int64_t lhs, int64_t rhs, int64_t result) {
      multiplyAdd(a.data<T>() + lhs * m * k, b.data<T>() + rhs * k * n,
                  y->data<T>() + result * m * n, m, k, n);
    });
  });
}

/// A matrix [rows, columns], transposed on request.
template <typename T>
static std::vector<T> readMatrix(const Tensor &x, bool transposed) {
  std::vector<T> result(x.data<T>(), x.data<T>() + x.size());
  if (transposed)
    for (int64_t i = 0; i < x.shape[0]; ++i)
      for (int64_t j = 0; j < x.shape[1]; ++j)
        result[j * x.shape[0] + i] = x.data<T>()[i * x.shape[1] + j];
  return result;
}

/// (alpha * acc) + (beta * C), factors of 1 left out.
static LogicalResult evaluateGemm(GemmOp op, Evaluation &env) {
  const Tensor &a = env.get(op.getA()), &b = env.get(op.getB());
  const Tensor *c = env.find(op.getC());
  if (a.shape.size() != 2 || b.shape.size() != 2)
    return op.emitError("multiplies matrices");
  bool transA = op.getTransA(), transB = op.getTransB();
  int64_t m = a.shape[transA], k = a.shape[!transA], n = b.shape[!transB];
  if (k != b.shape[transB])
    return op.emitError("inner dimensions differ: ")
           << k << " and " << b.shape[transB];
  Tensor *y = env.create(op.getY(), {m, n});
  if (!y)
    return failure();
  if (c) {
    FailureOr<Sizes> shape = broadcastShapes(op, {y, c});
    if (failed(shape) || *shape != y->shape)
      return op.emitError("C does not broadcast to the result");
  }
  float alpha = toFloat(op.getAlpha()), beta = toFloat(op.getBeta());
  return forNumber(op, a.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *out = y->data<T>();
    multiplyAdd(readMatrix<T>(a, transA).data(),
                readMatrix<T>(b, transB).data(), out, m, k, n);
    auto scale = [](T x, float factor) {
      return factor == 1 ? x : convertNumber<T>(T(factor) * x);
    };
    for (T &element : MutableArrayRef(out, m * n))
      element = scale(element, alpha);
    if (c)
      Odometer(y->shape, {broadcastStrides(c->shape, y->shape)})
          .forEach([&](const int64_t *offset) {
            *out = add(*out, scale(c->data<T>()[*offset], beta));
            ++out;
          });
  });
}

/// Gaussian elimination with the largest pivot.
template <typename T> static T determinant(std::vector<T> a, int64_t n) {
  T result = T(1);
  for (int64_t column = 0; column < n; ++column) {
    int64_t pivot = column;
    for (int64_t row = column + 1; row < n; ++row)
      if (std::fabs(a[row * n + column]) > std::fabs(a[pivot * n + column]))
        pivot = row;
    T diagonal = a[pivot * n + column];
    if (diagonal == T(0))
      return T(0);
    if (pivot != column) {
      result = -result;
      for (int64_t i = 0; i < n; ++i)
        std::swap(a[pivot * n + i], a[column * n + i]);
    }
    result = result * diagonal;
    for (int64_t row = column + 1; row < n; ++row) {
      T factor = a[row * n + column] / diagonal;
      for (int64_t i = column; i < n; ++i)
        a[row * n + i] = a[row * n + i] - factor * a[column * n + i];
    }
  }
  return result;
}

static LogicalResult evaluateDet(DetOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  ArrayRef<int64_t> shape = x.shape;
  if (shape.size() < 2 || shape.back() != shape[shape.size() - 2])
    return op.emitError("expects square matrices");
  Tensor *y = env.create(op.getY(), shape.drop_back(2));
  if (!y)
    return failure();
  int64_t n = shape.back();
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t i = 0, e = y->size(); i < e; ++i) {
      const T *first = x.data<T>() + i * n * n;
      y->data<T>()[i] = determinant(std::vector<T>(first, first + n * n), n);
    }
  });
}

//===----------------------------------------------------------------------===//
// Einsum
//===----------------------------------------------------------------------===//

static LogicalResult evaluateEinsum(EinsumOp op, Evaluation &env) {
  SmallVector<const Tensor *> inputs;
  SmallVector<size_t> ranks;
  for (Value input : op.getInputs()) {
    inputs.push_back(&env.get(input));
    ranks.push_back(inputs.back()->shape.size());
  }
  Equation equation = parseEquation(op.getEquation(), ranks);
  if (equation.operands.size() != inputs.size())
    return op.emitError("equation has another number of operands");
  Sizes sizes(equation.letters.size(), 1);
  SmallVector<Sizes> strides;
  for (auto [input, letters] : llvm::zip_equal(inputs, equation.operands)) {
    if (letters.size() != input->shape.size())
      return op.emitError("equation does not fit an operand of rank ")
             << input->shape.size();
    Sizes own = stridesOf(input->shape), spread(sizes.size(), 0);
    for (auto [d, letter] : llvm::enumerate(letters)) {
      size_t position = equation.letters.find(letter);
      int64_t &size = sizes[position];
      if (size != 1 && input->shape[d] != 1 && size != input->shape[d])
        return op.emitError("equation gives one letter two sizes");
      size = std::max(size, input->shape[d]);
      if (input->shape[d] != 1)
        spread[position] += own[d];
    }
    strides.push_back(spread);
  }
  ArrayRef<int64_t> all = sizes;
  Tensor *y =
      env.create(op.getOutput(), all.take_front(equation.resultRank));
  if (!y)
    return failure();
  int64_t terms = countElements(all.drop_front(equation.resultRank));
  return forNumber(op, y->element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    int64_t next = 0;
    Odometer(sizes, strides).forEach([&](const int64_t *offsets) {
      T product = inputs.front()->data<T>()[offsets[0]];
      for (size_t i = 1; i + 1 < inputs.size(); ++i)
        product = multiply(product, inputs[i]->data<T>()[offsets[i]]);
      T last = T(1);
      if (inputs.size() > 1)
        last = inputs.back()->data<T>()[offsets[inputs.size() - 1]];
      multiplyAddRow(product, &last, y->data<T>() + next++ / terms, 1);
    });
  });
}

void evaluator::addProducts(Registry &registry) {
  registry.add<DetOp>(evaluateDet);
  registry.add<EinsumOp>(evaluateEinsum);
  registry.add<GemmOp>(evaluateGemm);
  registry.add<MatMulOp>(evaluateMatMul);
}
