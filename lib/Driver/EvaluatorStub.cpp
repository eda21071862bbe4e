//===- EvaluatorStub.cpp - Until the evaluator is in ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Evaluator/Evaluator.h"

using namespace mlir;
using namespace quantc;

__attribute__((weak)) int64_t Tensor::size() const {
  int64_t elements = 1;
  for (int64_t dim : shape)
    elements *= dim;
  return elements;
}

__attribute__((weak)) FailureOr<std::vector<Tensor>>
quantc::evaluate(func::FuncOp function, ArrayRef<Tensor>,
                 const EvaluatorOptions &) {
  return function.emitError("this build has no evaluator");
}
