//===- Epilogue.h - From accumulators to results -----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Emits the epilogue region of a product or pool over one row of accumulators:
// 16 columns at a time, with the elements of the extra operands at the same place
// of the result, and stores what it yields. A row is an index over all leading
// dimensions of the result, a column one of its last.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_EPILOGUE_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_EPILOGUE_H

#include "quantc/Target/CPU/CodeBuilder.h"

namespace quantc {

class Epilogue {
public:
  using Value = mlir::Value;

  /// Loads what does not depend on the row; to be constructed where the code of
  /// the kernel begins. `panels`: columns come in panels of a multiple of 16, only
  /// the last of which may end before that.
  Epilogue(KernelContext &ctx, mlir::Region &region, mlir::OperandRange extras,
           Value result, bool panels);

  /// The accumulator vector (or number, see `first`) of 16 columns from a column
  /// offset; the mask is null where all 16 exist.
  using LoadFn = llvm::function_ref<llvm::SmallVector<Value>(Value, Value)>;
  /// Emits the epilogue for columns [column, column + count) of `row`. `first`
  /// gives the leading region arguments for an offset from `column`.
  void emitRow(Value row, Value column, Value count, LoadFn first);
  /// The same for f32 or i32 accumulators in memory at `acc`.
  void emitRow(Value row, Value column, Value count, Value acc,
               mlir::Type accType);

private:
  /// Where an extra operand's element for a row and column is.
  struct Extra {
    mlir::RankedTensorType type;
    Value tensor, buffer;
    Value scalar; // the value itself where it is the same everywhere
    /// Known to be one element per row, or one per column.
    bool oneColumn = false, everyColumn = false;
    Value isOneColumn;           // i1 where neither is known
    bool oneRow = false;         // the same for all rows
    bool everyRow = false;       // rows as the result's
    Value isEveryRow;            // i1 where that is not known
    Value inner;                 // elements of the last dimension
  };

  KernelContext &ctx;
  CodeBuilder code;
  mlir::Region &region;
  mlir::RankedTensorType type;
  Value result, buffer, columns;
  bool wholeVectors; // no chunk of columns is partial
  llvm::SmallVector<Extra> extras;

  Extra analyze(Value tensor);
  Value getRowOffset(const Extra &extra, Value row);
  Value loadExtra(const Extra &extra, Value rowOffset, Value column,
                  Value mask);
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_EPILOGUE_H
