//===- ScalarEmitter.cpp - Regions of scalar operations as code ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/CPU/Kernels.h"

using namespace mlir;
using namespace quantc;

SmallVector<Value> quantc::emitRegion(OpBuilder &, Region &, ValueRange,
                                      unsigned) {
  return {};
}
