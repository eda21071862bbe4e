//===- Supported.h - Which operators can be imported -------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_SUPPORTED_H
#define QUANTC_LIB_IMPORT_SUPPORTED_H

#include "Functions.h"

namespace quantc::import {

/// Looks through the whole model, functions and subgraphs included, and reports
/// all operators that cannot be imported in one error.
mlir::LogicalResult checkSupported(const pb::ModelProto &model,
                                   const Functions &functions, Report &report);

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_SUPPORTED_H
