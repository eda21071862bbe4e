//===- MemoryPlan.h - Where every value of @main lives -----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_MEMORYPLAN_H
#define QUANTC_LIB_TARGET_CPU_MEMORYPLAN_H

#include "MainFunction.h"
#include "llvm/ADT/MapVector.h"

namespace quantc {

/// The memory of one buffer.
struct BufferPlace {
  enum Kind {
    Input,  // a caller's tensor
    Output, // a caller's tensor
    Weight, // constant data of the artifact
    Slot    // a part of the workspace
  };
  Kind kind;
  /// Number of the input, output or slot; byte offset of a weight.
  uint64_t number;
};

/// A part of the workspace, shared by buffers that are never live together.
struct WorkspaceSlot {
  /// Bytes of the buffers assigned, each expression once; the slot holds the
  /// largest, whichever that is at run time.
  llvm::SmallVector<mlir::AffineExpr> sizes;
};

/// Places for all buffers of an outlined main function.
class MemoryPlan {
public:
  MemoryPlan(mlir::func::FuncOp main, ShapeEnv &env);

  /// The place of the buffer that holds `value`.
  BufferPlace getPlace(mlir::Value value) const;
  /// Whether anybody reads `value` from memory.
  bool hasPlace(mlir::Value value) const {
    return places.contains(getBufferValue(value));
  }
  llvm::ArrayRef<WorkspaceSlot> getSlots() const { return slots; }
  /// Constants in the order of their offsets, each padded to `alignment`.
  llvm::ArrayRef<mlir::Attribute> getWeights() const { return weights; }
  uint64_t getWeightBytes() const { return weightBytes; }

  static constexpr uint64_t alignment = 64;

private:
  void findLastUses(mlir::func::FuncOp main);
  void placeWeight(mlir::Value value);
  void placeResults(mlir::Operation *op, unsigned position);
  unsigned chooseSlot(mlir::AffineExpr bytes, unsigned position);

  ShapeEnv &env;
  llvm::DenseMap<mlir::Value, BufferPlace> places;
  llvm::DenseMap<mlir::Value, unsigned> lastUses;
  llvm::SmallVector<WorkspaceSlot> slots;
  llvm::SmallVector<unsigned> busyUntil;  // per slot
  llvm::SmallVector<int64_t> nominal;     // per slot, bytes
  llvm::SmallVector<mlir::Attribute> weights;
  llvm::DenseMap<mlir::Attribute, uint64_t> weightOffsets;
  uint64_t weightBytes = 0;
};

/// Bytes of `value` as an expression over the model's shape symbols.
mlir::AffineExpr getByteSize(mlir::Value value, ShapeEnv &env);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_MEMORYPLAN_H
