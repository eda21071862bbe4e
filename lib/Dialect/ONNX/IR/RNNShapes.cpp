//===- RNNShapes.cpp - Shapes of recurrent layers -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// The weights of `gates` gates: W [directions, gates * hidden, input] and R
/// [directions, gates * hidden, hidden] give the hidden size.
template <typename OpTy>
static FailureOr<Dim> getHiddenSize(OpTy op, ShapeEnv &env, int64_t directions,
                                    int64_t gates) {
  // C2
  if (failed(requireRank(op, env, op.getX(), 3, "C2: X")) ||
      failed(requireRank(op, env, op.getW(), 3, "C2: W")) ||
      failed(requireRank(op, env, op.getR(), 3, "C2: R")))
    return failure();
  const Dims *x = env.getShape(op.getX()), *w = env.getShape(op.getW()),
             *r = env.getShape(op.getR());
  int64_t given = op.getHiddenSize().value_or(0);
  // C3
  if (op.getHiddenSize() && (given < 1 || given > dims::maxConstant))
    return op.emitOpError("C3: hidden_size must be positive, found ") << given;
  Dim hidden = given ? env.constant(given) : r ? (*r)[2] : Dim();
  auto require = [&](Dim dim, Dim expected, StringRef what) {
    return dim && expected ? requireEqual(op, env, dim, expected, what)
                           : success();
  };
  Dim number = env.constant(directions);
  if (w && (failed(require((*w)[0], number, "C3: directions of W")) ||
            failed(require((*w)[1], dims::mul(hidden, gates),
                           "C3: rows of W and gates times hidden size"))))
    return failure();
  if (r && (failed(require((*r)[0], number, "C3: directions of R")) ||
            failed(require((*r)[1], dims::mul(hidden, gates),
                           "C3: rows of R and gates times hidden size")) ||
            failed(require((*r)[2], hidden, "C3: columns of R and hidden "
                                            "size"))))
    return failure();
  if (x && w &&
      failed(requireEqual(op, env, (*x)[2], (*w)[2], "C3: inputs of X and W")))
    return failure();
  return hidden;
}

/// `states` are the final hidden (and cell) states, absent or not.
template <typename OpTy>
static LogicalResult inferRecurrent(OpTy op, ShapeEnv &env, int64_t gates,
                                    ArrayRef<Value> states) {
  // C1
  if (!llvm::is_contained({"forward", "reverse", "bidirectional"},
                          op.getDirection()) ||
      op.getLayout() < 0 || op.getLayout() > 1)
    return op.emitOpError("C1: direction must be forward, reverse or "
                          "bidirectional and layout 0 or 1, found '")
           << op.getDirection() << "' and " << op.getLayout();
  int64_t directions = op.getDirection() == "bidirectional" ? 2 : 1;
  FailureOr<Dim> hidden = getHiddenSize(op, env, directions, gates);
  if (failed(hidden))
    return failure();
  const Dims *x = env.getShape(op.getX());
  bool batchFirst = op.getLayout() == 1;
  Dim sequence = x ? (*x)[batchFirst ? 1 : 0] : Dim(),
      batch = x ? (*x)[batchFirst ? 0 : 1] : Dim(),
      number = env.constant(directions);
  if (op.getY())
    env.setShape(op.getY(), batchFirst
                                ? Dims{batch, sequence, number, *hidden}
                                : Dims{sequence, number, batch, *hidden});
  for (Value state : states)
    if (state)
      env.setShape(state, batchFirst ? Dims{batch, number, *hidden}
                                     : Dims{number, batch, *hidden});
  return success();
}

LogicalResult GRUOp::inferShapes(ShapeEnv &env) {
  return inferRecurrent(*this, env, 3, {getYH()});
}

LogicalResult LSTMOp::inferShapes(ShapeEnv &env) {
  return inferRecurrent(*this, env, 4, {getYH(), getYC()});
}

LogicalResult RNNOp::inferShapes(ShapeEnv &env) {
  return inferRecurrent(*this, env, 1, {getYH()});
}
