//===- Passes.h - CPU passes --------------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_CPU_PASSES_H
#define QUANTC_TARGET_CPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace quantc {
#define GEN_PASS_DECL
#include "quantc/Target/CPU/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "quantc/Target/CPU/Passes.h.inc"
} // namespace quantc

#endif // QUANTC_TARGET_CPU_PASSES_H
