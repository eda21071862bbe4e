//===- Shapes.cpp - Symbolic shapes ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Shapes.h"

using namespace mlir;
using namespace quantc;
LogicalResult ShapeEnv::analyze(func::FuncOp) { return success(); }
