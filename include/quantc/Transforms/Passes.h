//===- Passes.h - Transforms passes --------------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_PASSES_H
#define QUANTC_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace quantc {
#define GEN_PASS_DECL
#include "quantc/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc

#endif // QUANTC_TRANSFORMS_PASSES_H
