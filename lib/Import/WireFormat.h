//===- WireFormat.h - Framing of a serialized model --------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_WIREFORMAT_H
#define QUANTC_LIB_IMPORT_WIREFORMAT_H

#include "Report.h"
#include "llvm/ADT/StringRef.h"

namespace quantc::import {

/// Checks tags, lengths and nesting of a serialized ModelProto before protobuf
/// reads it, so that an error can name the field and the offset (protobuf only
/// says that parsing failed).
mlir::LogicalResult checkWireFormat(llvm::StringRef bytes, Report &report);

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_WIREFORMAT_H
