//===- NodeExporter.cpp - One operation to a node -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operands, results and attributes have ONNX's own names and order, so a node is
// read off the registered operation, as the importer creates it.
//
//===----------------------------------------------------------------------===//

#include "GraphExporter.h"

#include "../Import/Types.h"
#include "Versions.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::exporting;
using namespace quantc::onnx;

/// Calls `add` with every value by position, null where an optional one is
/// absent.
static void forEachPosition(Operation *op, StringRef segments,
                            ValueRange values,
                            llvm::function_ref<void(Value)> add) {
  std::optional<Attribute> attr = op->getInherentAttr(segments);
  auto sizes = attr ? dyn_cast_if_present<DenseI32ArrayAttr>(*attr)
                    : DenseI32ArrayAttr();
  if (!sizes) {
    llvm::for_each(values, add);
    return;
  }
  size_t next = 0;
  for (int32_t size : sizes.asArrayRef()) {
    if (size == 0 && next < values.size())
      add(Value());
    for (int32_t i = 0; i < size; ++i)
      add(values[next++]);
  }
}

void GraphExporter::exportOperands(Operation *op, pb::NodeProto &node) {
  forEachPosition(op, "operandSegmentSizes", op->getOperands(),
                  [&](Value value) {
                    node.add_input(value ? names.get(value).str() : "");
                  });
}

void GraphExporter::exportResults(Operation *op, pb::NodeProto &node) {
  forEachPosition(op, "resultSegmentSizes", op->getResults(),
                  [&](Value value) {
                    node.add_output(value ? names.get(value).str() : "");
                  });
}

void GraphExporter::exportAttribute(StringRef name, Attribute value,
                                    pb::NodeProto &node) {
  using P = pb::AttributeProto;
  P &attr = *node.add_attribute();
  attr.set_name(name.str());
  if (auto number = dyn_cast<IntegerAttr>(value)) {
    attr.set_type(P::INT);
    attr.set_i(number.getInt());
  } else if (auto number = dyn_cast<FloatAttr>(value)) {
    attr.set_type(P::FLOAT);
    attr.set_f(number.getValue().convertToFloat());
  } else if (auto text = dyn_cast<StringAttr>(value)) {
    attr.set_type(P::STRING);
    attr.set_s(text.str());
  } else if (auto list = dyn_cast<DenseI64ArrayAttr>(value)) {
    attr.set_type(P::INTS);
    for (int64_t number : list.asArrayRef())
      attr.add_ints(number);
  } else if (auto list = dyn_cast<DenseF32ArrayAttr>(value)) {
    attr.set_type(P::FLOATS);
    for (float number : list.asArrayRef())
      attr.add_floats(number);
  } else if (auto list = dyn_cast<ArrayAttr>(value)) {
    attr.set_type(P::STRINGS);
    for (auto text : list.getAsRange<StringAttr>())
      attr.add_strings(text.str());
  } else {
    attr.set_type(P::TENSOR);
    // Readers do not look for external data in attributes.
    TensorWriter("").write(*ConstantData::get(value), *attr.mutable_t());
  }
}

/// The attribute that holds what the dialect says by the result's type.
void GraphExporter::exportTypeAttribute(Operation *op, pb::NodeProto &node) {
  Type result = getElementTypeOrSelf(op->getResult(0));
  StringRef name;
  if (isa<CastOp>(op))
    name = "to";
  else if (isa<EyeLikeOp>(op) &&
           result != getElementTypeOrSelf(op->getOperand(0)))
    name = "dtype";
  else if (isa<QuantizeLinearOp>(op) && op->getNumOperands() < 3 &&
           !result.isUnsignedInteger(8))
    name = "output_dtype";
  else if (isa<DequantizeLinearOp>(op) &&
           result != getElementTypeOrSelf(op->getOperand(1)))
    name = "output_dtype";
  if (!name.empty())
    exportAttribute(
        name,
        Builder(op->getContext())
            .getI64IntegerAttr(import::getDataType(result)),
        node);
}

void GraphExporter::exportNode(Operation *op, pb::NodeProto &node) {
  exportOperands(op, node);
  exportResults(op, node);
  node.set_name(names.get(op).str());
  node.set_op_type(op->getName().stripDialect().str());
  for (NamedAttribute attr : getAttributes(op))
    exportAttribute(attr.getName(), attr.getValue(), node);
  if (op->getNumResults())
    exportTypeAttribute(op, node);
  if (auto branch = dyn_cast<IfOp>(op)) {
    exportBody(op, branch.getElseBranch(), "else_branch", node);
    exportBody(op, branch.getThenBranch(), "then_branch", node);
  } else if (auto loop = dyn_cast<LoopOp>(op)) {
    exportBody(op, loop.getBody(), "body", node);
  }
  adaptToOpset(op, opset, node);
  for (const std::string &input : node.input())
    read.insert(input);
}
