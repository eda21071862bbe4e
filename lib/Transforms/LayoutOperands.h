//===- LayoutOperands.h - Operands under another order of dimensions -*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What a transpose costs an operand: nothing where it is a constant, one
// element, transposed already, or where only dimensions of 1 change places.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_LAYOUTOPERANDS_H
#define QUANTC_LIB_TRANSFORMS_LAYOUTOPERANDS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/PatternMatch.h"
#include <optional>

namespace quantc::layout {

/// The permutation of a transpose of a ranked tensor, or none.
std::optional<llvm::ArrayRef<int64_t>> getPermutation(mlir::Value value);

/// What a transpose permutes.
mlir::Value getSource(mlir::Value transposed);

/// Whether permuting moves only dimensions of 1 past each other and past
/// others, so that the elements stay where they are.
bool isReshape(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> perm);

/// The transpose by `perm` of a value whose elements stay where they are.
mlir::Value createReshape(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value value, llvm::ArrayRef<int64_t> perm);

/// Whether `value` can be had broadcast to rank `rank` and permuted by `perm`
/// at no cost at run time.
bool isPermutedFree(mlir::Value value, int64_t rank,
                    llvm::ArrayRef<int64_t> perm);

/// `value` so, where isPermutedFree says it can be.
mlir::Value permuteFree(mlir::PatternRewriter &rewriter, mlir::Location loc,
                        mlir::Value value, int64_t rank,
                        llvm::ArrayRef<int64_t> perm);

} // namespace quantc::layout

#endif // QUANTC_LIB_TRANSFORMS_LAYOUTOPERANDS_H
