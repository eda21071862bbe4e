//===- Types.h - ONNX element types and shapes -------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TYPES_H
#define QUANTC_LIB_IMPORT_TYPES_H

#include "Proto.h"
#include "Report.h"
#include "mlir/IR/BuiltinTypes.h"

namespace quantc::import {

constexpr unsigned maxRank = 32;
constexpr int64_t maxElements = int64_t(1) << 40;

/// The element type of a TensorProto.DataType, or null if quantc has none.
mlir::Type getElementType(mlir::MLIRContext *context, int32_t dataType);
/// The opposite: UNDEFINED for a type ONNX does not have.
int32_t getDataType(mlir::Type element);
/// "FLOAT", "INT4", ... or "?" for a number ONNX does not define.
llvm::StringRef getDataTypeName(int32_t dataType);
/// Bits of one element as ONNX stores it (raw_data packs below 8).
unsigned getStorageBits(mlir::Type element);
/// Bytes of `count` elements as raw_data stores them.
uint64_t getRawSize(mlir::Type element, uint64_t count);

/// Checks rank and number of elements; `what` names the tensor. Entries below
/// zero must have been dealt with.
mlir::LogicalResult checkDims(llvm::ArrayRef<int64_t> dims, llvm::StringRef id,
                              const llvm::Twine &what, Report &report);

/// The type of a graph input, output or value, unranked without a shape; null
/// after an error. Fills `dimNames` with one entry per dimension.
mlir::TensorType convertType(const pb::TypeProto &type, const llvm::Twine &what,
                             Report &report,
                             llvm::SmallVectorImpl<std::string> *dimNames);

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_TYPES_H
