//===- Passes.td - Passes towards CPU code ---------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_CPU_PASSES
#define QUANTC_TARGET_CPU_PASSES

include "mlir/Pass/PassBase.td"

#endif // QUANTC_TARGET_CPU_PASSES
