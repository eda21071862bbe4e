//===- Stubs.cpp - Verifiers, shapes, codecs still to be written ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::qnn;

#define STUB(op)                                                               \
  LogicalResult op##Op::inferShapes(ShapeEnv &) { return success(); }          \
  LogicalResult op##Op::verify() { return success(); }
STUB(Quantize)
STUB(Dequantize)
STUB(DynamicQuantize)
STUB(MatMul)
STUB(Conv)
STUB(MaxPool)
STUB(AveragePool)
STUB(Map)

LogicalResult IntCodecAttr::verify(llvm::function_ref<InFlightDiagnostic()>,
                                   unsigned, bool) {
  return success();
}
Attribute IntCodecAttr::parse(AsmParser &parser, Type) {
  unsigned width = 0;
  StringRef sign;
  if (parser.parseLess() || parser.parseInteger(width) || parser.parseComma() ||
      parser.parseKeyword(&sign) || parser.parseGreater())
    return {};
  return IntCodecAttr::get(parser.getContext(), width, sign == "signed");
}
void IntCodecAttr::print(AsmPrinter &printer) const {
  printer << "<" << getWidth() << ", " << (getIsSigned() ? "signed" : "unsigned")
          << ">";
}
unsigned IntCodecAttr::getCodeWidth() const { return getWidth(); }
unsigned IntCodecAttr::getVectorLength() const { return 1; }
Type IntCodecAttr::getStorageType() const { return {}; }
bool IntCodecAttr::hasZeroPoint() const { return true; }
std::pair<int64_t, int64_t> IntCodecAttr::getCodeRange() const { return {}; }
int64_t IntCodecAttr::encode(double, int64_t) const { return 0; }
double IntCodecAttr::decode(int64_t, int64_t) const { return 0; }
void IntCodecAttr::pack(ArrayRef<int64_t>, SmallVectorImpl<uint8_t> &) const {}
void IntCodecAttr::unpack(ArrayRef<uint8_t>, size_t,
                          SmallVectorImpl<int64_t> &) const {}
Value IntCodecAttr::emitEncode(OpBuilder &, Location, Value, Value) const {
  return {};
}
Value IntCodecAttr::emitDecode(OpBuilder &, Location, Value, Value) const {
  return {};
}
