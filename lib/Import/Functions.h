//===- Functions.h - Operator sets and model-local functions -----*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_FUNCTIONS_H
#define QUANTC_LIB_IMPORT_FUNCTIONS_H

#include "Proto.h"
#include "Report.h"
#include "llvm/ADT/StringMap.h"

namespace quantc::import {

/// Version of each operator domain; ONNX's own is "".
using OpsetMap = llvm::StringMap<int64_t>;

/// "" for both spellings of ONNX's own domain.
llvm::StringRef normalizeDomain(llvm::StringRef domain);

/// Reads the operator set imports of a model or function. ONNX's own domain is
/// checked against the versions this build reads.
mlir::LogicalResult readOpsets(
    const google::protobuf::RepeatedPtrField<pb::OperatorSetIdProto> &ids,
    OpsetMap &opsets, Report &report);

/// Calls `visit` for every graph attribute of `node`.
template <typename Visit>
void forEachSubgraph(const pb::NodeProto &node, Visit visit) {
  for (const pb::AttributeProto &attr : node.attribute()) {
    if (attr.has_g())
      visit(attr.g());
    for (const pb::GraphProto &graph : attr.graphs())
      visit(graph);
  }
}

/// The functions a model defines for itself. The importer inlines every call.
class Functions {
public:
  /// Checks that no function calls itself and that inlining stays below
  /// `maxNodes`.
  mlir::LogicalResult load(const pb::ModelProto &model, int64_t maxNodes,
                           Report &report);
  /// The function `node` calls, or null.
  const pb::FunctionProto *lookup(const pb::NodeProto &node) const;
  const OpsetMap &getOpsets(const pb::FunctionProto &function) const;

private:
  struct Entry {
    const pb::FunctionProto *proto;
    OpsetMap opsets;
    enum { New, Active, Done } state = New;
    /// Nodes after inlining, at most one above the limit.
    int64_t nodes = 0;
  };
  using NodeRange = google::protobuf::RepeatedPtrField<pb::NodeProto>;
  mlir::FailureOr<int64_t> countNodes(const NodeRange &nodes, unsigned depth);
  mlir::FailureOr<int64_t> countNodes(Entry &entry, unsigned depth);

  llvm::StringMap<Entry> entries;
  int64_t maxNodes = 0;
  Report *report = nullptr;
  llvm::SmallVector<const pb::FunctionProto *> callStack;
};

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_FUNCTIONS_H
