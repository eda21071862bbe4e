//===- GraphImporter.h - Graphs to blocks of onnx operations -----*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_GRAPHIMPORTER_H
#define QUANTC_LIB_IMPORT_GRAPHIMPORTER_H

#include "Functions.h"
#include "Node.h"
#include "Tensors.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"

namespace quantc::import {

/// The names visible in one graph or function body.
struct Scope {
  /// The enclosing graph; null for the main graph and for function bodies.
  Scope *parent = nullptr;
  mlir::Block *block = nullptr;
  /// Operator set versions in force.
  const OpsetMap *opsets = nullptr;
  /// Prefix of node names inside an inlined function ("call/").
  std::string prefix;
  /// The attributes of the function call, for ref_attr_name.
  const llvm::StringMap<const pb::AttributeProto *> *callAttributes = nullptr;

  llvm::StringMap<mlir::Value> values;
  /// Initializers not used so far.
  llvm::StringMap<const pb::TensorProto *> initializers;
  llvm::StringMap<const pb::SparseTensorProto *> sparseInitializers;
  /// The constant after which the next one goes.
  mlir::Operation *lastConstant = nullptr;
  /// Types of value_info and outputs.
  llvm::StringMap<mlir::TensorType> declared;
};

class GraphImporter {
public:
  GraphImporter(const pb::ModelProto &model, const Functions &functions,
                TensorImporter &tensors, Report &report)
      : model(model), functions(functions), tensors(tensors), report(report),
        builder(report.getContext()), nodes(builder, report) {}

  /// The function @main of the model's graph, or null after an error.
  mlir::func::FuncOp importMain();

private:
  using NodeRange = google::protobuf::RepeatedPtrField<pb::NodeProto>;

  // Graphs (GraphImporter.cpp).
  mlir::LogicalResult addInitializers(const pb::GraphProto &graph,
                                      Scope &scope);
  mlir::LogicalResult addInputs(const pb::GraphProto &graph, Scope &scope,
                                llvm::SmallVectorImpl<mlir::ArrayAttr> &dims);
  mlir::LogicalResult addDeclarations(const pb::GraphProto &graph,
                                      Scope &scope);
  mlir::LogicalResult importNodes(const NodeRange &protos, Scope &scope);
  mlir::Value lookup(llvm::StringRef name, Scope &scope);
  mlir::LogicalResult checkNew(llvm::StringRef name, const Scope &scope,
                               llvm::StringRef producer);
  mlir::LogicalResult bind(llvm::StringRef name, mlir::Value value,
                           Scope &scope, llvm::StringRef producer);

  // Nodes (NodeImporter.cpp).
  mlir::LogicalResult importNode(const pb::NodeProto &proto, Scope &scope);
  mlir::LogicalResult importCall(const pb::NodeProto &proto,
                                 const pb::FunctionProto &function,
                                 Scope &scope);
  mlir::LogicalResult readOperands(const pb::NodeProto &proto, Scope &scope,
                                   Node &node);
  mlir::LogicalResult readAttributes(const pb::NodeProto &proto, Scope &scope,
                                     Node &node);
  mlir::LogicalResult bindResults(const pb::NodeProto &proto, Scope &scope,
                                  const Node &node);
  mlir::Attribute convertAttribute(const Node &node,
                                   const pb::AttributeProto &proto);

  // Control flow (ControlFlow.cpp).
  mlir::LogicalResult importIf(const pb::NodeProto &proto, Scope &scope,
                               Node &node);
  mlir::LogicalResult importLoop(const pb::NodeProto &proto, Scope &scope,
                                 Node &node);
  mlir::LogicalResult importGraph(const pb::GraphProto &graph, Scope &scope,
                                  llvm::SmallVectorImpl<mlir::Value> &results);
  mlir::LogicalResult importTaken(const pb::GraphProto &graph, Scope &parent,
                                  Node &node);
  mlir::LogicalResult importBody(const pb::GraphProto &graph, Scope &parent,
                                 const Node &node, mlir::Region &region,
                                 mlir::TypeRange inputs);

  const pb::ModelProto &model;
  const Functions &functions;
  TensorImporter &tensors;
  Report &report;
  mlir::OpBuilder builder;
  NodeBuilder nodes;
};

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_GRAPHIMPORTER_H
