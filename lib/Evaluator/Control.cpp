//===- Control.cpp - If and Loop ------------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

static LogicalResult evaluateIf(IfOp op, Evaluation &env) {
  Region &branch =
      env.getInt(op.getCond()) ? op.getThenBranch() : op.getElseBranch();
  FailureOr<std::vector<Tensor>> results = env.run(branch.front(), {});
  if (failed(results))
    return failure();
  for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results))
    env.set(value, std::move(tensor));
  return success();
}

/// Joins what the iterations gave along a new first axis.
static LogicalResult setScan(LoopOp op, Evaluation &env, Value result,
                             ArrayRef<Tensor> parts) {
  Sizes shape = {int64_t(parts.size())};
  if (!parts.empty()) {
    llvm::append_range(shape, parts.front().shape);
  } else if (auto type = dyn_cast<RankedTensorType>(result.getType())) {
    for (int64_t size : type.getShape().drop_front())
      shape.push_back(ShapedType::isDynamic(size) ? 0 : size);
  }
  Tensor *y = env.create(result, shape);
  if (!y)
    return failure();
  auto out = y->bytes.begin();
  for (const Tensor &part : parts) {
    if (part.shape != parts.front().shape)
      return op.emitError("scanned values differ in shape");
    out = std::copy(part.bytes.begin(), part.bytes.end(), out);
  }
  return success();
}

static Tensor makeScalar(Type element, int64_t value) {
  Tensor tensor;
  tensor.element = element;
  tensor.bytes.resize(element.isInteger(1) ? 1 : 8);
  if (element.isInteger(1))
    *tensor.data<bool>() = value;
  else
    *tensor.data<int64_t>() = value;
  return tensor;
}

/// The body takes (iteration, condition, carried...) and yields (condition,
/// carried..., scanned...).
static LogicalResult evaluateLoop(LoopOp op, Evaluation &env) {
  constexpr int64_t maxIterations = int64_t(1) << 32;
  Builder builder(op.getContext());
  int64_t trips = op.getM() ? env.getInt(op.getM()) : maxIterations;
  bool goesOn = !op.getCond() || env.getInt(op.getCond());
  size_t carriedCount = op.getVInitial().size();
  std::vector<Tensor> carried;
  for (Value value : op.getVInitial())
    carried.push_back(env.get(value));
  std::vector<std::vector<Tensor>> scanned(op.getNumResults() - carriedCount);

  Block &body = op.getBody().front();
  for (int64_t i = 0; i < trips && goesOn; ++i) {
    std::vector<Tensor> arguments;
    arguments.push_back(makeScalar(builder.getI64Type(), i));
    arguments.push_back(makeScalar(builder.getI1Type(), goesOn));
    for (Tensor &tensor : carried)
      arguments.push_back(std::move(tensor));
    if (arguments.size() != body.getNumArguments())
      return op.emitError("body takes another number of values");
    FailureOr<std::vector<Tensor>> results =
        env.run(body, std::move(arguments));
    if (failed(results))
      return failure();
    goesOn = *results->front().data<bool>();
    for (size_t k = 0; k < carriedCount; ++k)
      carried[k] = std::move((*results)[1 + k]);
    for (auto [k, parts] : llvm::enumerate(scanned))
      parts.push_back(std::move((*results)[1 + carriedCount + k]));
  }
  for (size_t k = 0; k < carriedCount; ++k)
    env.set(op.getResult(k), std::move(carried[k]));
  for (auto [k, parts] : llvm::enumerate(scanned))
    if (failed(setScan(op, env, op.getResult(carriedCount + k), parts)))
      return failure();
  return success();
}

void evaluator::addControl(Registry &registry) {
  registry.add<IfOp>(evaluateIf);
  registry.add<LoopOp>(evaluateLoop);
}
