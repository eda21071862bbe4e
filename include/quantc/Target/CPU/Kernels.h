//===- Kernels.h - From one tensor operation to machine code -----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// After `quantc-outline-kernels` every step of a model is a call of a small
// private function, marked `quantc.kernel`, that holds one tensor operation.
// Equal functions are one kernel. `convert-kernels-to-llvm` turns each into a
// grid function and, per ISA, a range function (descriptor.h) by the emitter
// registered for its operation. Emitters work at pointer level with arith, math
// (our polynomials), scf, vector and llvm; floats are IEEE: no fast-math flags.
//
// To support another operation: write an emitter, add it to a registration
// function. Nothing else knows.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_CPU_KERNELS_H
#define QUANTC_TARGET_CPU_KERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>

namespace quantc {

/// One instruction set a kernel is generated for, as data.
struct ISA {
  enum class Dot { Scalar, VPDPBUSD512, VPMADDUBSW, VPSIGNB, SDOT };
  llvm::StringRef name;     // "avx512vnni", as `--isa` takes it
  llvm::StringRef triple;   // "x86_64-unknown-linux-gnu"
  llvm::StringRef cpu;      // LLVM's target-cpu, "x86-64"
  llvm::StringRef features; // LLVM's target-features, "+avx2,+fma"
  unsigned floatLanes;      // f32 lanes of one register: 16, 8, 4, 1
  unsigned registers;       // vector registers
  bool fma;                 // has an fma instruction
  Dot dot;                  // how four 8-bit products are summed

  static const ISA *lookup(llvm::StringRef name);
  /// Every ISA, best first within an architecture.
  static llvm::ArrayRef<ISA> all();
};

/// What an emitter sees of the kernel it fills in.
class KernelContext {
public:
  mlir::OpBuilder &builder;
  mlir::Location loc;
  /// The tensor operation; its operands are arguments of the kernel function, or
  /// results of onnx.Constant operations inside it (small integer parameters).
  mlir::Operation *op;
  /// Null while the grid function is emitted.
  const ISA *isa = nullptr;
  /// i64: the range of work items (body only).
  mlir::Value begin, end;
  /// !llvm.ptr: this worker's scratch (body only).
  mlir::Value scratch;

  /// The buffer (!llvm.ptr) of an operand or result of `op` (body only).
  mlir::Value buffer(mlir::Value tensor);
  /// The observer state (runtime/observe.c) of an operation without results.
  mlir::Value state();
  /// Dimension `i` of an operand or result as an i64 value, a constant where it
  /// is static. Negative `i` counts from the end.
  mlir::Value dim(mlir::Value tensor, int i);
  /// Product of dimensions [from, to) as i64 (1 when empty).
  mlir::Value size(mlir::Value tensor, int from, int to);
  mlir::Value size(mlir::Value tensor);
  mlir::Value constant(int64_t value); // i64

  /// The function being written.
  mlir::LLVM::LLVMFuncOp function();
  /// The internal, never inlined function `name` for `isa`, shared by all kernels
  /// of the module; true if it was just created and wants a body. The name must
  /// say everything the body depends on, the ISA included.
  std::pair<mlir::LLVM::LLVMFuncOp, bool>
  helper(llvm::StringRef name, mlir::LLVM::LLVMFunctionType type);

  KernelContext(mlir::OpBuilder &builder, mlir::Operation *op)
      : builder(builder), loc(op->getLoc()), op(op) {}

  // Filled by convert-kernels-to-llvm.
  mlir::Value buffersArg, sizesArg;
  llvm::DenseMap<mlir::Value, unsigned> bufferIndex; // operands and results
  llvm::DenseMap<mlir::Value, unsigned> sizeIndex;   // first dimension of each

private:
  mlir::Value constantBuffer(mlir::Value tensor);
  unsigned numConstants = 0;
};

/// Makes LLVM compile `function` for `isa`.
void setTargetAttributes(mlir::LLVM::LLVMFuncOp function, const ISA &isa);

/// How kernels of one operation are generated.
struct KernelEmitter {
  /// Number of independent work items, and scalar operations per item, both i64.
  std::function<std::pair<mlir::Value, mlir::Value>(KernelContext &)> grid;
  /// Code for items [ctx.begin, ctx.end). Emits a diagnostic on failure.
  std::function<mlir::LogicalResult(KernelContext &)> body;
  /// Bytes of scratch one worker needs, a constant.
  std::function<int64_t(mlir::Operation *)> scratchBytes;
  /// Whether this very operation (types, attributes) is supported; if not, emits
  /// an error that says what is.
  std::function<mlir::LogicalResult(mlir::Operation *)> check;
};

/// Emitters by operation name.
class KernelRegistry {
public:
  template <typename OpTy> void add(KernelEmitter emitter) {
    emitters[OpTy::getOperationName()] = std::move(emitter);
  }
  const KernelEmitter *lookup(mlir::Operation *op) const;
  static const KernelRegistry &get(); // everything below, built once

private:
  llvm::StringMap<KernelEmitter> emitters;
};

// One registration function per family, lib/Target/CPU/Kernels/<Family>.cpp.
void addCopyKernels(KernelRegistry &registry); // onnx.Identity where it must copy
void addMatMulKernels(KernelRegistry &registry);
void addConvKernels(KernelRegistry &registry);
void addPoolKernels(KernelRegistry &registry);
void addMapKernels(KernelRegistry &registry);
void addRowKernels(KernelRegistry &registry);       // softmax, norms, dynamic_quantize
void addReductionKernels(KernelRegistry &registry);
void addMovementKernels(KernelRegistry &registry);  // transpose, concat, slice, ...
void addIndexKernels(KernelRegistry &registry);     // gather, scatter, range, ...
void addAttentionKernels(KernelRegistry &registry);
void addObserveKernels(KernelRegistry &registry);

/// Emits a region of scalar operations (an epilogue or a map body) on vectors of
/// `lanes` elements, or on scalars where `lanes` is 0: clones the operations of
/// `region` with `arguments` for its block arguments, expands math functions to
/// quantc's polynomials and qnn.quantize / qnn.dequantize by their codec, and
/// returns the yielded values (signless).
llvm::SmallVector<mlir::Value> emitRegion(mlir::OpBuilder &builder,
                                          const ISA &isa,
                                          mlir::Region &region,
                                          mlir::ValueRange arguments,
                                          unsigned lanes);

} // namespace quantc

#endif // QUANTC_TARGET_CPU_KERNELS_H
