//===- Products.h - The instructions a tile is made of -----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_PRODUCTS_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_PRODUCTS_H

#include "MicroKernel.h"

namespace quantc {

/// One step of k, for each kind of product and instruction set.
class Products {
public:
  using Value = mlir::Value;
  using Values = CodeBuilder::Values;

  Products(CodeBuilder &code, const Tile &tile, const ISA &isa)
      : code(code), tile(tile), isa(isa) {}

  /// One row of the panel, as the operands of `accumulate`.
  Values loadRhs(Value rhs);
  /// Number, or group of four codes, `k` of a row, in all lanes.
  Value loadLhs(Value row, Value k);
  /// The last group where it has only `tail` codes; the others are junk, which
  /// the zeros of the packed panel cancel.
  Value loadLhsTail(Value row, Value k, Value tail);
  /// `value` in every code of a left-hand operand, as the instruction sees it.
  Value splatCode(int64_t value);
  /// Vectors of lanes * 4 codes that are there already, as left-hand operands.
  Values asLhs(Value codes);
  Value accumulate(Value acc, Value a, Value b);

  /// Accumulators of one row starting from element `index` of `init`.
  Values start(Value init, Value index);
  /// Stores one row's sums at element `index` of `acc`.
  void finish(mlir::ValueRange sums, Value init, Value initIndex, Value acc,
              Value index);

private:
  CodeBuilder &code;
  const Tile &tile;
  const ISA &isa;

  mlir::VectorType vector(unsigned lanes, unsigned bits);
  /// Four codes in the bytes of `group` (i32), spread.
  Value spread(Value group);
  Value extend(Value codes, bool isSigned);
  Value multiplyPairs(Value a, Value b);
  /// Lanes from `first` on, every second one, of a and b together.
  Value everySecond(Value a, Value b, unsigned first);
  Value intrinsic(llvm::StringRef name, mlir::Type type,
                  mlir::ValueRange operands);
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_PRODUCTS_H
