//===- TypeVersions.cpp - Element types operators came to take ------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Read off ONNX's own schemas: the first version of an operator from 13 on whose
// first operand may have a type.
//
//===----------------------------------------------------------------------===//

#include "Versions.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "quantc/Export/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::exporting;

namespace {
/// Types that came to operators after the operators.
struct TypesSince {
  int64_t opset;
  /// b bf16, h f16, d f64, q 8-bit floats, B booleans, integers: s and u of 8 or
  /// 16 bits with and without sign, w of 16 bits, l signed of 32 or 64 bits.
  StringLiteral types;
  StringLiteral operators;
};
} // namespace

static constexpr TypesSince typeTable[] = {
    {14, "b", "BatchNormalization"},
    {14, "bh", "CumSum"},
    {14, "sl", "Relu"},
    {14, "su", "Add Div Mul Sub"},
    {16, "b", "GreaterOrEqual LeakyRelu LessOrEqual PRelu"},
    {19, "bh", "QuantizeLinear"},
    {20, "bhq", "IsInf"},
    {20, "B", "ReduceMax ReduceMin"},
    {20, "q", "IsNaN"},
    {21, "q", "Flatten Pad QLinearMatMul Squeeze Transpose Unsqueeze"},
    {21, "w", "DequantizeLinear QuantizeLinear"},
    {22, "b",
     "Acos Acosh Asin Asinh Atan Atanh AveragePool Conv ConvTranspose Cos Cosh "
     "Det Elu EyeLike GRU GlobalAveragePool GlobalLpPool GlobalMaxPool "
     "GridSample HardSigmoid HardSwish InstanceNormalization LSTM "
     "LpNormalization LpPool MaxPool Mish RNN Round Selu Sin Sinh Softplus "
     "Softsign Tan ThresholdedRelu"},
    {22, "q", "Dropout"},
    {24, "b", "TopK"},
    {27, "bh", "Range"},
    {28, "b", "Compress Einsum OneHot ReverseSequence"},
    {28, "bhd", "Celu"},
    {28, "sl", "BitShift"},
};

static bool isInClass(char letter, Type type) {
  unsigned bits = type.getIntOrFloatBitWidth();
  bool isInteger = isa<IntegerType>(type) && bits > 1;
  bool isUnsigned = type.isUnsignedInteger();
  switch (letter) {
  case 'b':
    return type.isBF16();
  case 'h':
    return type.isF16();
  case 'd':
    return type.isF64();
  case 'q':
    return isa<FloatType>(type) && bits == 8;
  case 'B':
    return type.isInteger(1);
  case 's':
    return isInteger && !isUnsigned && (bits == 8 || bits == 16);
  case 'u':
    return isUnsigned && (bits == 8 || bits == 16);
  case 'w':
    return isInteger && bits == 16;
  default:
    return isInteger && !isUnsigned && bits >= 32;
  }
}

/// The version that brought an element type.
static int64_t getFirstOpset(Type element) {
  unsigned bits = element.getIntOrFloatBitWidth();
  if (isa<IntegerType>(element))
    return bits == 2 ? 25 : bits == 4 ? 21 : minExportOpset;
  if (isa<Float8E8M0FNUType>(element))
    return 24;
  return bits == 4 ? 23 : bits == 6 ? 28 : bits == 8 ? 19 : minExportOpset;
}

int64_t exporting::getRequiredByTypes(Operation *op) {
  int64_t opset = minExportOpset;
  auto check = [&](ValueRange values) {
    if (values.empty())
      return;
    Type element = getElementTypeOrSelf(values.front());
    for (const TypesSince &entry : typeTable) {
      SmallVector<StringRef> operators;
      StringRef(entry.operators).split(operators, ' ');
      if (llvm::is_contained(operators, op->getName().stripDialect()) &&
          llvm::any_of(StringRef(entry.types), [&](char letter) {
            return isInClass(letter, element);
          }))
        opset = std::max(opset, entry.opset);
    }
  };
  check(op->getOperands());
  check(op->getResults());
  for (Value value : op->getOperands())
    opset = std::max(opset, getFirstOpset(getElementTypeOrSelf(value)));
  for (Value value : op->getResults())
    opset = std::max(opset, getFirstOpset(getElementTypeOrSelf(value)));
  return opset;
}
