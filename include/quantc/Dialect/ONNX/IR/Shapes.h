//===- Shapes.h - Symbolic shapes -------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A dimension is an affine expression over symbols; a symbol is a named input
// dimension ("batch") or one nobody can know before the model runs. MLIR's
// AffineExpr folds and simplifies, compares by pointer, and expands to code, so
// one shape function per operation serves static inference, the resolution of
// shape arithmetic, the memory plan and the compiled model.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_SHAPES_H
#define QUANTC_DIALECT_ONNX_IR_SHAPES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <optional>

namespace quantc {

using Dim = mlir::AffineExpr;
using Dims = llvm::SmallVector<Dim, 4>;

/// Where a symbol's value comes from when the model runs.
struct ShapeSymbol {
  /// The dimension's ONNX name ("batch"), or empty.
  std::string name;
  /// The first value having this dimension and its index there. For a symbol of
  /// an unnamed argument dimension, or one that depends on data.
  mlir::Value value;
  unsigned index = 0;
};

/// What is known of the shapes, and of the contents of small integer tensors,
/// of all values of a function.
class ShapeEnv {
public:
  explicit ShapeEnv(mlir::MLIRContext *context) : context(context) {}

  mlir::MLIRContext *getContext() const { return context; }

  /// Walks `function` in order: arguments get symbols (one for each ONNX
  /// dimension name in `onnx.dims`), every operation's shape function runs, and
  /// an operation without one (or an unknown result) gets what its type says,
  /// with a fresh symbol for each dynamic dimension. Calls to functions with a
  /// body are followed.
  mlir::LogicalResult analyze(mlir::func::FuncOp function);
  /// The same for the operations of a block whose arguments have shapes: what
  /// the shape functions of operations with bodies call.
  mlir::LogicalResult analyze(mlir::Block &block);

  /// The dimensions of `value`, or null where even the rank is unknown. What was
  /// not set comes from the type. Good until this value's shape is set again.
  const Dims *getShape(mlir::Value value);
  /// The elements, in row-major order, of an integer or boolean tensor of rank
  /// 0 or 1 (onnx.Constant included), or null where they are unknown.
  const Dims *getContents(mlir::Value value);

  /// Sets the shape of a result; a dimension that is static in the value's own
  /// type wins over a symbolic one, a null dimension becomes a fresh symbol.
  void setShape(mlir::Value value, Dims shape);
  /// Sets the elements, unless one of them is null.
  void setContents(mlir::Value value, Dims elements);

  /// Shapes hold only where `dim` is at least zero or, with `assumeEqual`, two
  /// dimensions agree (an operation would fail otherwise). Code that relies on
  /// shapes has to check these at run time, before it allocates by them.
  void assume(Dim dim);
  void assumeEqual(Dim a, Dim b);
  /// Expressions that are all at least zero.
  llvm::ArrayRef<Dim> getAssumptions() const {
    return assumptions.getArrayRef();
  }

  Dim constant(int64_t value) const {
    return mlir::getAffineConstantExpr(value, context);
  }
  /// A new symbol for dimension `index` of `value`: a size only known when the
  /// model runs.
  Dim unknown(mlir::Value value, unsigned index);
  llvm::ArrayRef<ShapeSymbol> getSymbols() const { return symbols; }

  /// The constant, if `dim` is one.
  static std::optional<int64_t> getConstant(Dim dim);
  /// Product of `dims` (1 when empty).
  Dim product(llvm::ArrayRef<Dim> dims) const;
  /// The type of `element` with `dims` static where constant.
  static mlir::RankedTensorType getType(llvm::ArrayRef<Dim> dims,
                                        mlir::Type element);
  /// numpy broadcasting of two shapes; a symbol against 1 gives the symbol, a
  /// symbol against a constant other than 1 gives the constant, two different
  /// symbols give the first (they are assumed to be equal in the last two
  /// cases). Null on a contradiction of constants.
  std::optional<Dims> broadcast(llvm::ArrayRef<Dim> a, llvm::ArrayRef<Dim> b);

private:
  mlir::LogicalResult analyze(mlir::Operation *op);
  mlir::LogicalResult follow(mlir::func::CallOp call);
  void bindCall(mlir::func::CallOp call, mlir::func::FuncOp callee);
  void bindResult(mlir::Value result, mlir::Value inner, unsigned firstInner);
  void bindArgument(mlir::func::FuncOp function, unsigned index);

  mlir::MLIRContext *context;
  /// Nodes, because callers hold pointers while others are added.
  using DimsMap = llvm::DenseMap<mlir::Value, std::unique_ptr<Dims>>;
  DimsMap shapes;
  DimsMap contents;
  llvm::SmallVector<ShapeSymbol> symbols;
  llvm::StringMap<Dim> named;
  llvm::SetVector<Dim> assumptions;
  /// The functions whose calls are being followed.
  llvm::SmallVector<mlir::Operation *> callers;
};

/// `type` with what `dims` knows beyond it; `type` itself where it says as much.
mlir::TensorType refineType(mlir::TensorType type, llvm::ArrayRef<Dim> dims);

} // namespace quantc

#include "quantc/Dialect/ONNX/IR/ShapeInferenceOpInterface.h.inc"

#endif // QUANTC_DIALECT_ONNX_IR_SHAPES_H
