//===- ONNX.cpp - The onnx dialect ----------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "AssemblyFormat.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

#include "quantc/Dialect/ONNX/IR/ONNXDialect.cpp.inc"
#include "quantc/Dialect/ONNX/IR/ShapeInferenceOpInterface.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "quantc/Dialect/ONNX/IR/ONNXAttrs.cpp.inc"

void ONNXDialect::initialize() {
  weightFiles = std::make_shared<WeightFiles>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "quantc/Dialect/ONNX/IR/ONNXAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "quantc/Dialect/ONNX/IR/ONNXOps.cpp.inc"
      >();
}

void ONNXDialect::setWeightsDirectory(StringRef directory) {
  weightFiles->setDirectory(directory);
}

Operation *ONNXDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  auto typed = dyn_cast<TypedAttr>(value);
  if (!typed || typed.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, typed);
}

LogicalResult FileAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               StringRef path, uint64_t offset, uint64_t bytes,
                               Type type) {
  // C1
  if (!WeightFiles::isPlainName(path))
    return emitError() << "'" << path << "' is not a plain file name";
  // C2
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<uint64_t> expected =
      tensor ? getConstantBytes(tensor) : std::nullopt;
  if (!expected)
    return emitError() << "expected a tensor type of static shape, found "
                       << type;
  // C3
  if (bytes != *expected)
    return emitError() << type << " takes " << *expected << " bytes, found "
                       << bytes;
  // C4
  unsigned alignment = getElementBytes(tensor.getElementType());
  if (offset % alignment || offset + bytes < offset)
    return emitError() << "offset " << offset << " is not a multiple of "
                       << alignment << " or overflows";
  return success();
}

#define GET_OP_CLASSES
#include "quantc/Dialect/ONNX/IR/ONNXOps.cpp.inc"
