//===- Evaluation.h - The values of a function being evaluated ---*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// An operation's implementation reads its operands with `get` and `find`, and
// fills results made by `create`. Tensors are held in the type they are computed
// in: f16, bf16 and 8-bit floats as f32 (rounded to their type when the operation
// has finished), and in f64 mode every float as f64. Booleans are one byte, 0 or
// 1; sub-byte integers one byte each.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_EVALUATION_H
#define QUANTC_LIB_EVALUATOR_EVALUATION_H

#include "quantc/Evaluator/Evaluator.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include <memory>

namespace quantc::evaluator {

using Sizes = llvm::SmallVector<int64_t, 4>;

class Evaluation;

/// One implementation per operation name.
class Registry {
public:
  using Implementation =
      std::function<mlir::LogicalResult(mlir::Operation *, Evaluation &)>;

  template <typename OpTy, typename Function> void add(Function function) {
    table[OpTy::getOperationName()] = [function](mlir::Operation *op,
                                                 Evaluation &env) {
      return function(mlir::cast<OpTy>(op), env);
    };
  }
  const Implementation *find(mlir::Operation *op) const {
    auto entry = table.find(op->getName().getStringRef());
    return entry == table.end() ? nullptr : &entry->second;
  }
  /// All there are.
  static const Registry &get();

private:
  llvm::StringMap<Implementation> table;
};

class Evaluation {
public:
  explicit Evaluation(const EvaluatorOptions &options) : options(options) {}

  bool isDouble() const { return options.precision == Precision::F64; }

  /// The tensor of a value that has been computed.
  const Tensor &get(mlir::Value value) const;
  /// The same for an optional operand: null where it is absent.
  const Tensor *find(mlir::Value value) const {
    return value ? &get(value) : nullptr;
  }
  /// The elements of an integer tensor, or the first one.
  llvm::SmallVector<int64_t> getInts(mlir::Value value) const;
  int64_t getInt(mlir::Value value) const { return getInts(value).front(); }
  /// The first element of any tensor of numbers.
  double getDouble(mlir::Value value) const;

  /// A result's tensor of `shape`, filled with zeros, to be written; null (and
  /// reported) where it would exceed all memory.
  Tensor *create(mlir::Value result, llvm::ArrayRef<int64_t> shape);
  /// Sets `value` to a copy of `tensor`, whose elements are of the held type.
  void set(mlir::Value value, Tensor tensor);

  /// The type elements of type `element` are held in.
  mlir::Type getHeldType(mlir::Type element) const;
  /// `tensor` in the held type.
  Tensor hold(Tensor tensor) const;
  /// `tensor` in the type `element`, from the held type.
  Tensor release(const Tensor &tensor, mlir::Type element) const;

  /// Runs the operations of a block, except the terminator, and gives the tensors
  /// of the terminator's operands.
  mlir::FailureOr<std::vector<Tensor>> run(mlir::Block &block,
                                           std::vector<Tensor> arguments);

private:
  mlir::LogicalResult runOperation(mlir::Operation *op);
  mlir::LogicalResult finish(mlir::OpResult result);
  mlir::LogicalResult call(mlir::func::CallOp op);
  /// Values whose last use in their block is an operation, by operation.
  using LastUses =
      llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value, 2>>;
  const LastUses &getLastUses(mlir::Block &block);

  const EvaluatorOptions &options;
  llvm::DenseMap<mlir::Value, std::unique_ptr<Tensor>> values;
  llvm::DenseMap<mlir::Block *, LastUses> lastUses;
  llvm::SmallVector<mlir::Operation *> callers;
};

/// Reports something that is no fault of the model, "the evaluator does not
/// support ...", as ErrorCode::Unsupported.
mlir::InFlightDiagnostic emitUnsupported(mlir::Operation *op);

// Implementations, one function per group of operations.
void addAttention(Registry &registry);
void addCast(Registry &registry);
void addControl(Registry &registry);
void addConvolution(Registry &registry);
void addElementwise(Registry &registry);
void addGather(Registry &registry);
void addGridSample(Registry &registry);
void addLogical(Registry &registry);
void addMovement(Registry &registry);
void addNormalization(Registry &registry);
void addPool(Registry &registry);
void addProducts(Registry &registry);
void addQNN(Registry &registry);
void addQuantize(Registry &registry);
void addReduction(Registry &registry);
void addResize(Registry &registry);
void addRNN(Registry &registry);
void addScatter(Registry &registry);
void addSelection(Registry &registry);
void addShape(Registry &registry);

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_EVALUATION_H
