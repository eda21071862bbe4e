//===- Region.h - Scalar code of epilogues and maps --------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Runs a region of arith, math and qnn operations for many elements at once: each
// operation over all elements of a batch before the next. Floats are kept as
// doubles and computed in their own precision; integers as 64 bits, extended from
// their width (i1 is 0 or 1).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_REGION_H
#define QUANTC_LIB_EVALUATOR_REGION_H

#include "Evaluation.h"

namespace quantc::evaluator {

/// One value of the region for every element of a batch; one of the two is used.
struct Register {
  std::vector<double> floats;
  std::vector<int64_t> ints;
};

class RegionRunner {
public:
  static constexpr int64_t maxBatch = 2048;

  RegionRunner(const Evaluation &env, mlir::Region &region)
      : block(region.front()), allDouble(env.isDouble()) {}

  /// Runs the operations for `count` elements; arguments have been set.
  mlir::LogicalResult run(int64_t count);

  Register &operator[](mlir::Value value) { return registers[value]; }
  mlir::Block &getBlock() { return block; }

  /// Copies elements at `offsets` of a tensor into an argument.
  void load(mlir::Value argument, const Tensor &tensor,
            llvm::ArrayRef<int64_t> offsets);
  /// Writes a yielded value to elements `begin` and on.
  void store(mlir::Value value, Tensor &tensor, int64_t begin, int64_t count);

private:
  friend class RegionOps;
  mlir::LogicalResult run(mlir::Operation *op);

  mlir::Block &block;
  bool allDouble;
  int64_t count = 0;
  llvm::DenseMap<mlir::Value, Register> registers;
};

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_REGION_H
