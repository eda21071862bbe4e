//===- GraphExporter.h - Blocks of onnx operations to graphs -----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EXPORT_GRAPHEXPORTER_H
#define QUANTC_LIB_EXPORT_GRAPHEXPORTER_H

#include "../Import/Proto.h"
#include "Names.h"
#include "TensorWriter.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"

namespace quantc::exporting {

namespace pb = ::onnx;

/// Writes a function of onnx operations that `opset` can say.
class GraphExporter {
public:
  GraphExporter(mlir::func::FuncOp function, int64_t opset,
                TensorWriter &tensors);

  void exportMain(pb::GraphProto &graph);

private:
  // GraphExporter.cpp
  void exportBlock(mlir::Block &block, pb::GraphProto &graph);
  void exportConstants(mlir::Block &block, pb::GraphProto &graph);
  void exportBody(mlir::Operation *op, mlir::Region &region,
                  llvm::StringRef attribute, pb::NodeProto &node);
  void addIdentity(llvm::StringRef from, llvm::StringRef node,
                   llvm::StringRef to, pb::GraphProto &graph);
  void describe(mlir::Value value, llvm::StringRef name,
                pb::ValueInfoProto &info);
  // NodeExporter.cpp
  void exportNode(mlir::Operation *op, pb::NodeProto &node);
  void exportOperands(mlir::Operation *op, pb::NodeProto &node);
  void exportResults(mlir::Operation *op, pb::NodeProto &node);
  void exportAttribute(llvm::StringRef name, mlir::Attribute value,
                       pb::NodeProto &node);
  void exportTypeAttribute(mlir::Operation *op, pb::NodeProto &node);

  mlir::func::FuncOp function;
  int64_t opset;
  TensorWriter &tensors;
  Names names;
  ShapeEnv shapes;
  /// Names that nodes written so far read.
  llvm::StringSet<> read;
};

} // namespace quantc::exporting

#endif // QUANTC_LIB_EXPORT_GRAPHEXPORTER_H
