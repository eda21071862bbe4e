//===- Evaluator.cpp - The reference evaluator ----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// From the caller's tensors to the held ones and back, and the table of all
// implementations.
//
//===----------------------------------------------------------------------===//

#include "quantc/Evaluator/Evaluator.h"
#include "Elements.h"
#include "Evaluation.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

int64_t Tensor::size() const { return countElements(shape); }

const Registry &Registry::get() {
  static const Registry registry = [] {
    Registry result;
    addAttention(result);
    addCast(result);
    addControl(result);
    addConvolution(result);
    addElementwise(result);
    addGather(result);
    addGridSample(result);
    addLogical(result);
    addMovement(result);
    addNormalization(result);
    addPool(result);
    addProducts(result);
    addQNN(result);
    addQuantize(result);
    addReduction(result);
    addResize(result);
    addRNN(result);
    addScatter(result);
    addSelection(result);
    addShape(result);
    return result;
  }();
  return registry;
}

bool quantc::canEvaluate(Operation *op) {
  // Random numbers cannot be repeated.
  if (auto dropout = dyn_cast<onnx::DropoutOp>(op);
      dropout && dropout.drops() != std::optional<bool>(false))
    return false;
  return isa<func::CallOp>(op) || Registry::get().find(op);
}

/// Inputs have the types of the arguments, and bytes for their shape.
static LogicalResult checkInputs(func::FuncOp function,
                                 ArrayRef<Tensor> inputs) {
  if (function.isExternal())
    return function.emitError("the evaluator needs a function with a body");
  if (inputs.size() != function.getNumArguments())
    return function.emitError("takes ")
           << function.getNumArguments() << " inputs, found " << inputs.size();
  for (auto [i, input] : llvm::enumerate(inputs)) {
    auto type = dyn_cast<TensorType>(function.getArgument(i).getType());
    auto ranked = dyn_cast_if_present<RankedTensorType>(type);
    bool fits = type && type.getElementType() == input.element;
    fits &= !ranked || ranked.getRank() == int64_t(input.shape.size());
    for (int64_t d = 0; fits && ranked && d < ranked.getRank(); ++d)
      fits = ranked.isDynamicDim(d) || ranked.getDimSize(d) == input.shape[d];
    if (!fits) {
      auto name = function.getArgAttrOfType<StringAttr>(i, "onnx.name");
      InFlightDiagnostic diagnostic =
          function.emitError("input '")
          << (name ? name.str() : std::to_string(i)) << "' has type "
          << input.element << " and shape [";
      llvm::interleaveComma(input.shape, diagnostic);
      return diagnostic << "], the model wants "
                        << function.getArgument(i).getType();
    }
    if (int64_t(input.bytes.size()) !=
        input.size() * int64_t(getElementBytes(input.element)))
      return function.emitError("input ") << i << " has bytes missing";
  }
  return success();
}

FailureOr<std::vector<Tensor>>
quantc::evaluate(func::FuncOp function, ArrayRef<Tensor> inputs,
                 const EvaluatorOptions &options) {
  if (failed(checkInputs(function, inputs)))
    return failure();
  Evaluation env(options);
  std::vector<Tensor> arguments;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    if (options.onValue)
      options.onValue(function.getArgument(i), input);
    arguments.push_back(env.hold(input));
  }
  FailureOr<std::vector<Tensor>> results =
      env.run(function.getBody().front(), std::move(arguments));
  if (failed(results))
    return failure();
  for (auto [tensor, type] :
       llvm::zip_equal(*results, function.getResultTypes()))
    tensor = env.release(tensor, cast<TensorType>(type).getElementType());
  return results;
}

FailureOr<std::vector<Tensor>>
quantc::evaluate(func::FuncOp function, ArrayRef<Tensor> inputs,
                 const EvaluatorOptions &options, ErrorCode &code) {
  bool isUnsupported = false;
  // Sees the errors and leaves them to whoever shows them.
  ScopedDiagnosticHandler watch(function.getContext(), [&](Diagnostic &error) {
    isUnsupported |= !error.getMetadata().empty();
    return failure();
  });
  FailureOr<std::vector<Tensor>> results = evaluate(function, inputs, options);
  code = succeeded(results) ? ErrorCode::None
         : isUnsupported    ? ErrorCode::Unsupported
                            : ErrorCode::InvalidInput;
  return results;
}
