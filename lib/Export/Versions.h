//===- Versions.h - What an operator set version can say ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EXPORT_VERSIONS_H
#define QUANTC_LIB_EXPORT_VERSIONS_H

#include "../Import/Proto.h"
#include "mlir/IR/Operation.h"

namespace quantc::exporting {

namespace pb = ::onnx;

/// The oldest operator set version that can say `op`, at least minExportOpset.
int64_t getRequiredOpset(mlir::Operation *op);

/// What of that the element types of its operands and results are the reason for
/// (TypeVersions.cpp).
int64_t getRequiredByTypes(mlir::Operation *op);

/// Turns a node in its newest form into that of `opset`, which is at least what
/// getRequiredOpset gives.
void adaptToOpset(mlir::Operation *op, int64_t opset, pb::NodeProto &node);

/// The file format version that came with an operator set version.
int64_t getIRVersion(int64_t opset);

/// The inherent attributes of `op` that differ from their defaults, segment
/// sizes apart, sorted by name.
llvm::SmallVector<mlir::NamedAttribute> getAttributes(mlir::Operation *op);

} // namespace quantc::exporting

#endif // QUANTC_LIB_EXPORT_VERSIONS_H
