//===- NodeOrder.h - Nodes after what they use -------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_NODEORDER_H
#define QUANTC_LIB_IMPORT_NODEORDER_H

#include "Proto.h"
#include "Report.h"

namespace quantc::import {

/// The nodes so that each comes after those whose outputs it, or a subgraph of
/// it, uses. ONNX demands that order of the file; a file in another order is
/// accepted with a warning, a cycle is an error.
mlir::FailureOr<llvm::SmallVector<const pb::NodeProto *>>
orderNodes(const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes,
           Report &report);

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_NODEORDER_H
