//===- Passes.td - Passes towards CPU code ---------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_CPU_PASSES
#define QUANTC_TARGET_CPU_PASSES

include "mlir/Pass/PassBase.td"

def ConvertKernelsToLLVM : Pass<"convert-kernels-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Generate LLVM functions for kernels, per instruction set";
  let description = [{
    **What**: for every function marked `quantc.kernel`, runs the emitter of its
    operation: `@k.grid(sizes, out)` counts the work items, and for each ISA
    `@k.isa(buffers, sizes, begin, end, scratch)` does items [begin, end)
    (runtime/include/quantc/descriptor.h). Everything emitted is lowered to the
    llvm dialect, without fast-math flags and without calls of libm.

    **Needs**: `quantc-outline-kernels`. ISAs of one architecture.

    **Leaves**: the kernel functions as they are (`convert-main-to-llvm` reads
    shapes off them and erases them), the LLVM functions, `quantc.isas` and the
    target triple on the module.

    **Error**: exact; every ISA computes the same bits.

    **Example**:
    ```mlir
    func.func private @Identity_0(%x: tensor<?xf32>) -> tensor<?xf32> attributes {quantc.kernel}
    // adds
    llvm.func internal @Identity_0.grid(%sizes: !llvm.ptr, %out: !llvm.ptr)
    llvm.func internal @Identity_0.avx2(%buffers: !llvm.ptr, %sizes: !llvm.ptr,
        %begin: i64, %end: i64, %scratch: !llvm.ptr)
    ```
  }];
  let options = [
    ListOption<"isas", "isas", "std::string",
               "Instruction sets, e.g. scalar,avx2,avx512vnni">];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::ub::UBDialect",
    "::mlir::vector::VectorDialect"];
}

def ConvertMainToLLVM : Pass<"convert-main-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Turn @main into the code that drives the kernels";
  let description = [{
    **What**: plans memory (intermediates share slots of one workspace; what is
    returned is written to the caller's tensors; views cost nothing) and emits
    `shapes`, `run` and the constant `quantc_descriptor` of
    runtime/include/quantc/descriptor.h, which `<symbol>_descriptor()` returns.
    Shapes are arithmetic over the dimensions of the inputs.

    **Needs**: `quantc-outline-kernels`, `convert-kernels-to-llvm`.
    `quantc.properties` on the module, a dictionary of strings, is copied into
    the descriptor.

    **Leaves**: only llvm operations; `quantc.weights`, the constants of the
    weights section in order, and `quantc.symbol` for emission
    (Target/CPU/Emit.h).

    **Example**:
    ```mlir
    func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
      %0 = call @Softmax_0(%x) : (tensor<?xf32>) -> tensor<?xf32>
      return %0 : tensor<?xf32>
    }
    // becomes
    llvm.func internal @quantc_model_run(%context: !llvm.ptr, ...) {
      ...
      llvm.call @quantc_launch(%context, %0, %buffers, %sizes)
    }
    ```
  }];
  let options = [
    Option<"symbol", "symbol", "std::string", "\"quantc_model\"",
           "Prefix of the model's symbols; linking several models statically "
           "needs one each">];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect"];
}

def EmitArtifact : Pass<"quantc-emit-artifact", "::mlir::ModuleOp"> {
  let summary = "Write the compiled model to a file";
  let description = [{
    **What**: compiles the module and writes `path` (`emitArtifact` of
    Target/CPU/Emit.h): a `.so`, `.a` or `.o` with a C header beside it, or an
    executable.

    **Needs**: `quantc-cpu`.

    **Leaves**: the module as it was.

    **Example**:
    ```
    quant-opt folded.mlir --quantc-cpu=isas=avx2 --quantc-emit-artifact=path=m.so
    ```
  }];
  let options = [Option<"path", "path", "std::string", "", "The artifact">];
}

def LowerKernelBody : Pass<"quantc-lower-kernel-body",
                           "::mlir::LLVM::LLVMFuncOp"> {
  let summary = "Lower arith, math, cf and index inside an LLVM function";
  let description = [{
    **What**: the last step of `convert-kernels-to-llvm`: the standard conversion
    patterns of arith, math, cf, index and ub, applied inside one `llvm.func`.

    **Needs**: scf and vector lowered before. A math function without an exact
    instruction (`math.exp`) is an error.

    **Leaves**: only llvm operations.

    **Example**:
    ```mlir
    %0 = math.roundeven %x : f32
    // becomes
    %0 = llvm.intr.roundeven(%x) : (f32) -> f32
    ```
  }];
}

def OutlineKernels : Pass<"quantc-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Make every step of a model a call of a kernel function";
  let description = [{
    **What**: each operation of `@main` that needs code moves into a private
    function marked `quantc.kernel`, called with tensors. Equal functions are one
    kernel. Weights stay constants of `@main` and are passed; small integer
    constants that say what an operation does (axes, repeats, ...) move inside.
    Views (Reshape, Squeeze, Unsqueeze, Flatten, Identity) and integer
    tensors made only of dimensions stay in `@main`. What `@main` returns is the
    result of a call, each time another one.

    **Needs**: folded IR in a straight-line `@main`; every shape a function of
    the inputs' shapes; a kernel emitter (`Target/CPU/Kernels.h`) for every
    operation. All operations for which that fails are reported in one run.

    **Leaves**: `@main` holds constants, views, shape arithmetic, calls and the
    return. `convert-kernels-to-llvm` and `convert-main-to-llvm` rely on it.

    **Example**:
    ```mlir
    %0 = onnx.Softmax %x {axis = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    // becomes
    %0 = call @Softmax_0(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let statistics = [
    Statistic<"numKernels", "kernels", "Kernel functions made">,
    Statistic<"numCalls", "calls", "Operations that became calls">];
}

def PackWeights : Pass<"quantc-pack-weights", "::mlir::func::FuncOp"> {
  let summary = "Lay constant right-hand sides out for the micro-kernels";
  let description = [{
    **What**: a constant matrix [K, N] of `qnn.matmul` and a constant filter of
    `qnn.conv` (group 1) are cut into panels of P columns, four codes of k next to
    each other, filled up with zeros; `panel` and `columns` are set. P is 16, 32,
    48 or 64 and depends on N alone, so one packing serves every ISA. A
    convolution with a kernel of 1, stride 1 and no padding becomes a matrix
    product first. A constant used twice is packed once.

    **Needs**: folded IR with inferred shapes.

    **Leaves**: what the packed kernels multiply in place. Exact: no element and
    no order of accumulation changes.

    **Example**:
    ```mlir
    %w = onnx.Constant ... : tensor<8x4xi8>
    %0 = qnn.matmul %x, %w : (tensor<?x8xui8>, tensor<8x4xi8>) -> tensor<?x4xi32> ...
    // becomes
    %w = onnx.Constant ... : tensor<1x2x16x4xi8>
    %0 = qnn.matmul %x, %w {columns = 4, panel = 16} ...
    ```
  }];
  let dependentDialects = ["::quantc::onnx::ONNXDialect", "::quantc::qnn::QNNDialect"];
  let statistics = [
    Statistic<"numPacked", "weights packed", "Constants laid out in panels">,
    Statistic<"numPointwise", "pointwise convolutions", "Convolutions that became products">];
}

def UseReciprocals : Pass<"quantc-use-reciprocals", "::mlir::func::FuncOp"> {
  let summary = "Mark quantizations that need no division";
  let description = [{
    **What**: `qnn.quantize` rounds x / s. Where s is a constant, code may compute
    q = x * (1 / s), corrected once to q + (x - q * s) * (1 / s) with two fma, if
    that rounds to the same code for every x. The corrected quotient is within one
    unit in the last place of x / s, so the two can differ only next to the
    half-integers between codes: this pass tries every x there and sets
    `by_reciprocal` where none differs.

    **Needs**: folded IR. Codes of at most 8 bits.

    **Leaves**: the same operations. Exact: shown for each scale.

    **Example**:
    ```mlir
    %2 = qnn.quantize %1, %s {codec = #qnn.int<8, unsigned>} : (f32, f32) -> i8
    // becomes
    %2 = qnn.quantize %1, %s {by_reciprocal, codec = #qnn.int<8, unsigned>} : (f32, f32) -> i8
    ```
  }];
  let dependentDialects = ["::quantc::qnn::QNNDialect"];
  let statistics = [
    Statistic<"numMarked", "divisions saved", "Quantizations marked">];
}

#endif // QUANTC_TARGET_CPU_PASSES
