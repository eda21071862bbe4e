//===- Evaluator.h - The reference evaluator ---------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Executes onnx and qnn functions, one operation after the other, in plain loops
// meant to be read. In f32 it follows docs/Numerics.md to the bit; in f64 every
// float tensor is held in double and functions are libm's.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_EVALUATOR_EVALUATOR_H
#define QUANTC_EVALUATOR_EVALUATOR_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "quantc/Support/Errors.h"
#include <functional>
#include <vector>

namespace quantc {

/// A tensor in memory: row-major, elements as ConstantData lays them out
/// (booleans and sub-byte integers one byte each). In f64 mode float tensors have
/// element type f64 inside the evaluator; inputs and outputs keep their types.
struct Tensor {
  mlir::Type element;
  llvm::SmallVector<int64_t, 4> shape;
  std::vector<char> bytes;

  int64_t size() const;
  template <typename T> T *data() { return reinterpret_cast<T *>(bytes.data()); }
  template <typename T> const T *data() const {
    return reinterpret_cast<const T *>(bytes.data());
  }
};

enum class Precision { F32, F64 };

struct EvaluatorOptions {
  Precision precision = Precision::F32;
  /// Called with every value computed, in order; may be empty.
  std::function<void(mlir::Value, const Tensor &)> onValue;
};

/// Runs `function` on `inputs` (checked against its argument types). Diagnostics
/// carry the location of the failing operation.
mlir::FailureOr<std::vector<Tensor>>
evaluate(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs,
         const EvaluatorOptions &options = {});
/// The same, telling apart what is wrong (InvalidInput) and what the evaluator
/// does not have (Unsupported).
mlir::FailureOr<std::vector<Tensor>>
evaluate(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs,
         const EvaluatorOptions &options, ErrorCode &code);

/// Whether the evaluator has an implementation of `op`.
bool canEvaluate(mlir::Operation *op);

} // namespace quantc

#endif // QUANTC_EVALUATOR_EVALUATOR_H
