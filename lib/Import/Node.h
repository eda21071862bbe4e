//===- Node.h - One ONNX node on its way into the IR -------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A node is read into this form, lifted to the newest version of its operator
// (Lift*.cpp) and then created as an operation of the onnx dialect by what the
// registered operation says about its operands, attributes and results.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_NODE_H
#define QUANTC_LIB_IMPORT_NODE_H

#include "Report.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OperationSupport.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"

namespace quantc::import {

struct Node {
  explicit Node(mlir::Location loc) : loc(loc) {}

  /// Operator of the onnx dialect ("Conv"); a lift may change it.
  std::string type;
  /// The version of the operator set the node was written for; 1 for operators
  /// of other domains.
  int64_t opset = 0;
  mlir::Location loc;
  /// Null where an optional input is omitted.
  llvm::SmallVector<mlir::Value> operands;
  mlir::NamedAttrList attributes;
  /// Whether each output is wanted (has a name).
  llvm::SmallVector<bool> outputs;
  /// Element type of the first result where an attribute decides it.
  mlir::Type element;
  /// The values of the outputs: set by a lift that builds the operations
  /// itself.
  llvm::SmallVector<mlir::Value> results;

  mlir::Value operand(unsigned index) const {
    return index < operands.size() ? operands[index] : mlir::Value();
  }
  /// Removes and returns an attribute; null if there is none.
  mlir::Attribute take(llvm::StringRef name) { return attributes.erase(name); }
};

/// Creates operations for nodes and lifts.
class NodeBuilder {
public:
  NodeBuilder(mlir::OpBuilder &builder, Report &report)
      : builder(builder), report(report), shapes(report.getContext()) {}

  /// The operation for a lifted node: operands and results spread over the
  /// registered operation's segments, attributes checked. Null after an error.
  mlir::Operation *create(Node &node);
  /// Runs the operation's shape function and refines its results' types, so
  /// that lifts of later nodes know ranks.
  mlir::LogicalResult inferShapes(const Node &node, mlir::Operation *op);
  /// One more operation with one result, for lifts. Errors are reported as
  /// create's.
  mlir::Value create(const Node &origin, llvm::StringRef type,
                     mlir::ValueRange operands,
                     llvm::ArrayRef<mlir::NamedAttribute> attributes = {},
                     mlir::Type element = {});

  mlir::Value ints(const Node &origin, llvm::ArrayRef<int64_t> values);
  mlir::NamedAttribute attribute(llvm::StringRef name, int64_t value);
  mlir::NamedAttribute attribute(llvm::StringRef name, llvm::StringRef value);

  mlir::LogicalResult error(const Node &node, ErrorCode code,
                            llvm::StringRef id, const llvm::Twine &what);

  mlir::OpBuilder &builder;
  Report &report;
  /// What is known of the shapes of all values so far.
  ShapeEnv shapes;
};

/// "node 'conv1' (Conv)".
std::string describe(const Node &node);

/// What an operation of the onnx dialect takes and gives.
struct OpLayout {
  /// Number of entries of operandSegmentSizes / resultSegmentSizes; 0 without.
  unsigned operandSegments = 0, resultSegments = 0;
  /// Results that always exist.
  unsigned minResults = 1;
};
/// Null if the dialect has no operation "onnx.TYPE".
const OpLayout *getLayout(llvm::StringRef type);

/// Element type of a result, from the operands' and the attributes; null if the
/// operands do not allow one.
mlir::Type getResultElement(const Node &node, unsigned result);

inline mlir::Type getElement(mlir::Value value) {
  return llvm::cast<mlir::TensorType>(value.getType()).getElementType();
}

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_NODE_H
