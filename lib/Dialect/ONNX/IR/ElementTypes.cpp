//===- ElementTypes.cpp - Element types operators take and give -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One signature for each operator: a letter for each operand, a colon, a
// letter for each result. Equal lower-case letters are equal types, f and g
// floats; the others are in isInClass. A star repeats the letter before it.
// Without these checks a text could reach kernels with types nobody wrote code
// for.
//
//===----------------------------------------------------------------------===//

#include "ElementTypes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;

namespace {
struct Signature {
  StringLiteral text;
  /// Operators of this signature, without `onnx.`.
  StringLiteral operators;
};
} // namespace

// Operators that are not listed (Cast, ConstantOfShape, EyeLike, control flow)
// take and give any type.
static constexpr Signature signatures[] = {
    {"t:t", "Abs BitwiseNot DepthToSpace Flatten GlobalMaxPool Hardmax Identity "
            "Neg Relu Shrink Sign SpaceToDepth Transpose"},
    {"f:f",
     "Acos Acosh Asin Asinh Atan Atanh AveragePool Ceil Celu Cos Cosh Det Elu "
     "Erf Exp Floor Gelu GlobalAveragePool GlobalLpPool HardSigmoid HardSwish "
     "LRN LeakyRelu Log LogSoftmax LpNormalization LpPool "
     "MeanVarianceNormalization Mish Reciprocal Round Selu Sigmoid Sin Sinh "
     "Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu"},
    {"tt:t", "Add BitShift BitwiseAnd BitwiseOr BitwiseXor Div MatMul Mod Mul "
             "PRelu Sub"},
    {"t*:t", "Concat Einsum Max Mean Min Sum"},
    {"t?:t", "CumSum Pow"},
    {"ttt:t", "Clip Gemm Range"},
    {"tt:B", "Equal Greater GreaterOrEqual Less LessOrEqual"},
    {"B:B", "Not"},
    {"BB:B", "And Or Xor"},
    {"?:B", "IsInf IsNaN"},
    {"Btt:t", "Where"},
    {"?:L", "ArgMax ArgMin NonZero Shape Size"},
    {"tL:t", "Expand ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax "
             "ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape "
             "ReverseSequence Squeeze Tile Trilu Unsqueeze"},
    {"tI:t*", "Split"},
    {"tI:t", "Gather GatherElements GatherND"},
    {"tIt:t", "ScatterElements ScatterND"},
    {"tIIII:t", "Slice"},
    {"tB:t", "Compress"},
    {"tItI:t", "Pad"},
    {"t??I:t", "Resize"},
    {"tL:tL", "TopK"},
    {"??t:t", "OneHot"},
    {"t?:t", "GridSample"},
    {"?t:t", "CastLike"},
    {"fff:f", "Conv ConvTranspose GroupNormalization InstanceNormalization"},
    {"f????:f??", "BatchNormalization"},
    {"f??:f??", "LayerNormalization"},
    {"f?:f", "RMSNormalization"},
    {"f??I:f", "RotaryEmbedding"},
    {"ffg?fgI:ffgf", "Attention"},
    {"t??:tB", "Dropout"},
    {"t:tL", "MaxPool"},
    {"ffffIf:ff", "GRU RNN"},
    {"ffffIfff:fff", "LSTM"},
    {"xyxy:W", "ConvInteger MatMulInteger"},
    {"x?x:F", "DequantizeLinear"},
    {"??z:z", "QuantizeLinear"},
    {"f:UfU", "DynamicQuantizeLinear"},
    {"x?xy?y?zW:z", "QLinearConv"},
    {"x?xy?y?z:z", "QLinearMatMul"},
};

static StringRef getSignature(StringRef name) {
  static const llvm::StringMap<StringRef> map = [] {
    llvm::StringMap<StringRef> result;
    for (const Signature &signature : signatures) {
      SmallVector<StringRef> names;
      signature.operators.split(names, ' ');
      for (StringRef name : names)
        result[name] = signature.text;
    }
    return result;
  }();
  return map.lookup(name);
}

/// What a letter allows, apart from being equal to others.
static bool isInClass(char letter, Type type) {
  switch (letter) {
  case 'B':
    return type.isInteger(1);
  case 'F':
  case 'f':
  case 'g':
    return isa<FloatType>(type);
  case 'I':
    return type.isSignlessInteger(32) || type.isSignlessInteger(64);
  case 'L':
    return type.isSignlessInteger(64);
  case 'U':
    return type.isUnsignedInteger(8);
  case 'W':
    return type.isSignlessInteger(32);
  default:
    return type.isIntOrFloat();
  }
}

static StringRef getClassName(char letter) {
  switch (letter) {
  case 'B':
    return "i1";
  case 'F':
  case 'f':
  case 'g':
    return "a float type";
  case 'I':
    return "i32 or i64";
  case 'L':
    return "i64";
  case 'U':
    return "ui8";
  case 'W':
    return "i32";
  default:
    return "an integer or float type";
  }
}

namespace {
/// Matches values against letters, one after the other.
class Matcher {
public:
  Matcher(Operation *op, StringRef what) : op(op), what(what) {}

  /// `sizes` are 0 or 1 for each letter (absent or present), if given.
  LogicalResult match(StringRef letters, ValueRange values,
                      DenseI32ArrayAttr sizes, llvm::StringMap<Type> &bound);

private:
  LogicalResult match(char letter, Value value, unsigned index,
                      llvm::StringMap<Type> &bound);

  Operation *op;
  StringRef what;
};
} // namespace

LogicalResult Matcher::match(char letter, Value value, unsigned index,
                             llvm::StringMap<Type> &bound) {
  Type element = getElementTypeOrSelf(value.getType());
  if (!isInClass(letter, element))
    return op->emitOpError() << what << ' ' << index << " has element type "
                             << element << ", must be "
                             << getClassName(letter);
  if (!llvm::isLower(letter))
    return success();
  Type &type = bound[StringRef(&letter, 1)];
  if (!type)
    type = element;
  if (type != element)
    return op->emitOpError() << what << ' ' << index << " has element type "
                             << element << ", must be " << type
                             << " as another operand";
  return success();
}

LogicalResult Matcher::match(StringRef letters, ValueRange values,
                             DenseI32ArrayAttr sizes,
                             llvm::StringMap<Type> &bound) {
  unsigned next = 0;
  for (unsigned i = 0; next < values.size(); ++i) {
    bool repeats = letters.size() > 1 && letters.back() == '*';
    unsigned last = letters.size() - (repeats ? 2 : 1);
    if (i > last && !repeats)
      break;
    if (sizes && i < sizes.size() && sizes[i] == 0)
      continue;
    if (failed(match(letters[std::min(i, last)], values[next], next, bound)))
      return failure();
    ++next;
  }
  return success();
}

LogicalResult onnx::verifyElementTypes(Operation *op) {
  StringRef name = op->getName().stripDialect();
  auto [operands, results] = getSignature(name).split(':');
  if (operands.empty())
    return success();
  auto sizes = [&](StringRef attr) {
    std::optional<Attribute> value = op->getInherentAttr(attr);
    return value ? dyn_cast_if_present<DenseI32ArrayAttr>(*value)
                 : DenseI32ArrayAttr();
  };
  llvm::StringMap<Type> bound;
  if (failed(Matcher(op, "operand").match(operands, op->getOperands(),
                                          sizes("operandSegmentSizes"),
                                          bound)))
    return failure();
  return Matcher(op, "result").match(results, op->getResults(),
                                     sizes("resultSegmentSizes"), bound);
}
