//===- MapToONNX.cpp - Scalar expressions as elementwise operators --------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Every scalar operation of a map becomes the ONNX operator that computes it on
// whole tensors: the same IEEE operations in the same order. Integers inside a
// region have no sign; here they get the one their operation reads them with.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Traits.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_CONVERTMAPTOONNX
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Operators that are one in ONNX, with floats or integers in their own sign.
static StringRef getSimpleOperator(Operation *op) {
  return llvm::StringSwitch<StringRef>(op->getName().getStringRef())
      .Cases({"arith.addf", "arith.addi"}, "Add")
      .Cases({"arith.subf", "arith.subi"}, "Sub")
      .Cases({"arith.mulf", "arith.muli"}, "Mul")
      .Cases({"arith.divf", "arith.divsi", "arith.divui"}, "Div")
      .Case("arith.negf", "Neg")
      .Case("math.absf", "Abs")
      .Case("math.acos", "Acos")
      .Case("math.acosh", "Acosh")
      .Case("math.asin", "Asin")
      .Case("math.asinh", "Asinh")
      .Case("math.atan", "Atan")
      .Case("math.atanh", "Atanh")
      .Case("math.ceil", "Ceil")
      .Case("math.cos", "Cos")
      .Case("math.cosh", "Cosh")
      .Case("math.erf", "Erf")
      .Case("math.exp", "Exp")
      .Case("math.floor", "Floor")
      .Case("math.log", "Log")
      .Case("math.powf", "Pow")
      .Case("math.roundeven", "Round")
      .Case("math.sin", "Sin")
      .Case("math.sinh", "Sinh")
      .Case("math.sqrt", "Sqrt")
      .Case("math.tan", "Tan")
      .Case("math.tanh", "Tanh")
      .Default("");
}

namespace {
/// Spells out one map in front of it.
class Speller {
public:
  Speller(OpBuilder &builder, qnn::MapOp map) : builder(builder), map(map) {}

  /// The results, or nothing where an operation has no form in ONNX.
  std::optional<SmallVector<Value>> run();

private:
  Value spell(Operation *op);
  Value spellConversion(Operation *op);
  Value spellComparison(Operation *op);
  Value spellLogic(Operation *op);
  Value spellQuantize(qnn::QuantizeOp op);
  Value spellDequantize(qnn::DequantizeOp op);
  Value toResult(Value value, RankedTensorType type);

  /// The tensor that stands for a scalar.
  Value get(Value scalar) { return tensors.lookup(scalar); }
  /// The same, an integer of the given sign.
  Value get(Value scalar, bool isSigned);
  Value create(StringRef name, ValueRange operands, Type element);
  Value create(StringRef name, ValueRange operands) {
    return create(name, operands, getElementTypeOrSelf(operands[0]));
  }
  Value cast(Value value, Type element) {
    return getElementTypeOrSelf(value) == element
               ? value
               : create("Cast", value, element);
  }
  Value number(float value) {
    return createFloat(builder, map.getLoc(), value);
  }

  OpBuilder &builder;
  qnn::MapOp map;
  llvm::DenseMap<Value, Value> tensors;
};
} // namespace

/// `element` as an integer of the given sign; a float or boolean as it is.
static Type withSign(Type element, bool isSigned) {
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer || integer.getWidth() == 1)
    return element;
  return IntegerType::get(element.getContext(), integer.getWidth(),
                          isSigned ? IntegerType::Signless
                                   : IntegerType::Unsigned);
}

Value Speller::get(Value scalar, bool isSigned) {
  Value value = get(scalar);
  return value ? cast(value, withSign(getElementTypeOrSelf(value), isSigned))
               : value;
}

Value Speller::create(StringRef name, ValueRange operands, Type element) {
  SmallVector<int64_t> shape;
  for (Value operand : operands) {
    SmallVector<int64_t> sum;
    if (!OpTrait::util::getBroadcastedShape(
            shape, ::cast<RankedTensorType>(operand.getType()).getShape(), sum))
      return {};
    shape = sum;
  }
  OperationState state(map.getLoc(), ("onnx." + name).str());
  state.addOperands(operands);
  state.addTypes(RankedTensorType::get(shape, element));
  return builder.create(state)->getResult(0);
}

static bool isOneElement(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return type.hasStaticShape() && type.getNumElements() == 1;
}

/// A constant of one element with rank 0, which operators want scales in.
static Value toRank0(OpBuilder &builder, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() == 0)
    return value;
  auto scalar = RankedTensorType::get({}, type.getElementType());
  if (auto data = ConstantData::get(value))
    return createConstant(builder, value.getLoc(),
                          makeConstant(scalar, data->getBytes()));
  return onnx::ReshapeOp::create(builder, value.getLoc(), scalar, value,
                                 createInts(builder, value.getLoc(), {}),
                                 /*allowzero=*/0);
}

Value Speller::spellQuantize(qnn::QuantizeOp op) {
  Type codes = op.getCodec().getStorageType();
  bool isSigned = !codes.isUnsignedInteger();
  Value x = get(op.getX()), scale = get(op.getScale()), zeroPoint;
  if (!x || !scale)
    return {};
  if (op.getZeroPoint() && !(zeroPoint = get(op.getZeroPoint(), isSigned)))
    return {};
  if (isOneElement(scale) && (!zeroPoint || isOneElement(zeroPoint))) {
    if (!zeroPoint)
      zeroPoint = createConstant(
          builder, op.getLoc(),
          makeConstant(RankedTensorType::get({}, codes),
                       std::vector<char>(getElementBytes(codes))));
    return create("QuantizeLinear", {x, toRank0(builder, scale),
                                     toRank0(builder, zeroPoint)},
                  codes);
  }
  auto [lowest, highest] = op.getCodec().getCodeRange();
  Value t = create("Div", {x, scale});
  t = t ? create("Round", t) : t;
  if (t && zeroPoint)
    t = create("Add", {t, cast(zeroPoint, builder.getF32Type())});
  if (!t)
    return {};
  t = onnx::ClipOp::create(builder, op.getLoc(), t.getType(), t,
                           number(lowest), number(highest));
  return cast(t, codes);
}

Value Speller::spellDequantize(qnn::DequantizeOp op) {
  bool isSigned = !op.getCodec().getStorageType().isUnsignedInteger();
  Value codes = get(op.getCodes(), isSigned), scale = get(op.getScale());
  Value zeroPoint;
  if (!codes || !scale)
    return {};
  if (op.getZeroPoint() && !(zeroPoint = get(op.getZeroPoint(), isSigned)))
    return {};
  Type f32 = builder.getF32Type();
  if (isOneElement(scale) && (!zeroPoint || isOneElement(zeroPoint))) {
    SmallVector<Value> operands = {codes, toRank0(builder, scale)};
    if (zeroPoint)
      operands.push_back(toRank0(builder, zeroPoint));
    return create("DequantizeLinear", operands, f32);
  }
  // Differences of codes are exact in f32.
  Value x = cast(codes, f32);
  if (zeroPoint)
    x = create("Sub", {x, cast(zeroPoint, f32)});
  return x ? create("Mul", {x, scale}) : x;
}

Value Speller::spellConversion(Operation *op) {
  Type to = op->getResult(0).getType();
  if (isa<arith::ExtFOp, arith::TruncFOp, arith::TruncIOp, arith::FPToSIOp>(op))
    return cast(get(op->getOperand(0)), to);
  if (isa<arith::FPToUIOp>(op))
    return cast(get(op->getOperand(0)), withSign(to, false));
  bool isSigned = isa<arith::ExtSIOp, arith::SIToFPOp>(op);
  Value from = get(op->getOperand(0), isSigned);
  // A true that is extended with its sign is -1, which no Cast gives.
  if (isSigned && getElementTypeOrSelf(from).isInteger(1))
    return {};
  return cast(from, to);
}

Value Speller::spellComparison(Operation *op) {
  Type i1 = builder.getI1Type();
  auto compare = [&](StringRef name, Value a, Value b) {
    return create(name, {a, b}, i1);
  };
  auto negate = [&](Value value) { return value ? create("Not", value) : value; };
  if (auto cmp = dyn_cast<arith::CmpFOp>(op)) {
    Value a = get(cmp.getLhs()), b = get(cmp.getRhs());
    using P = arith::CmpFPredicate;
    switch (cmp.getPredicate()) {
    case P::OEQ:
      return compare("Equal", a, b);
    case P::UNE:
      return negate(compare("Equal", a, b));
    case P::OGT:
      return compare("Greater", a, b);
    case P::OGE:
      return compare("GreaterOrEqual", a, b);
    case P::OLT:
      return compare("Less", a, b);
    case P::OLE:
      return compare("LessOrEqual", a, b);
    case P::UNO:
      return a == b ? create("IsNaN", a, i1) : Value();
    default:
      return {};
    }
  }
  auto cmp = ::cast<arith::CmpIOp>(op);
  using P = arith::CmpIPredicate;
  P predicate = cmp.getPredicate();
  bool isUnsigned = llvm::is_contained({P::ugt, P::uge, P::ult, P::ule},
                                       predicate);
  Value a = get(cmp.getLhs(), !isUnsigned), b = get(cmp.getRhs(), !isUnsigned);
  switch (predicate) {
  case P::eq:
    return compare("Equal", a, b);
  case P::ne:
    return negate(compare("Equal", a, b));
  case P::sgt:
  case P::ugt:
    return compare("Greater", a, b);
  case P::sge:
  case P::uge:
    return compare("GreaterOrEqual", a, b);
  case P::slt:
  case P::ult:
    return compare("Less", a, b);
  case P::sle:
  case P::ule:
    return compare("LessOrEqual", a, b);
  }
  return {};
}

/// And, or, exclusive or of booleans.
Value Speller::spellLogic(Operation *op) {
  Value a = get(op->getOperand(0)), b = get(op->getOperand(1));
  if (!getElementTypeOrSelf(a).isInteger(1))
    return {};
  return create(isa<arith::AndIOp>(op)  ? "And"
                : isa<arith::OrIOp>(op) ? "Or"
                                        : "Xor",
                {a, b});
}

Value Speller::spell(Operation *op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto type = RankedTensorType::get({}, constant.getType());
    return createConstant(builder, map.getLoc(),
                          DenseElementsAttr::get(type, constant.getValue()));
  }
  if (StringRef name = getSimpleOperator(op); !name.empty()) {
    bool isSigned = !isa<arith::DivUIOp>(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(get(operand, isSigned));
    return create(name, operands);
  }
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    Value x = get(select.getTrueValue(), true);
    return create("Where",
                  {get(select.getCondition()), x,
                   get(select.getFalseValue(), true)},
                  getElementTypeOrSelf(x));
  }
  if (isa<math::Log1pOp>(op))
    return create("Log", create("Add", {get(op->getOperand(0)), number(1)}));
  if (auto quantize = dyn_cast<qnn::QuantizeOp>(op))
    return spellQuantize(quantize);
  if (auto dequantize = dyn_cast<qnn::DequantizeOp>(op))
    return spellDequantize(dequantize);
  if (isa<arith::CmpFOp, arith::CmpIOp>(op))
    return spellComparison(op);
  if (isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op))
    return spellLogic(op);
  if (isa<CastOpInterface>(op))
    return spellConversion(op);
  return {};
}

/// A result of the map's own shape and sign. What was computed from some of the
/// inputs only may be smaller.
Value Speller::toResult(Value value, RankedTensorType type) {
  value = cast(value, type.getElementType());
  auto own = ::cast<RankedTensorType>(value.getType());
  if (own == type)
    return value;
  if (own.getRank() == type.getRank() &&
      succeeded(verifyCompatibleShape(own.getShape(), type.getShape())) &&
      value.getDefiningOp() && value.getDefiningOp()->getNumResults() == 1 &&
      map.getNumResults() == 1) {
    value.setType(type);
    return value;
  }
  if (!type.hasStaticShape())
    return {};
  return onnx::ExpandOp::create(builder, map.getLoc(), type, value,
                                createInts(builder, map.getLoc(),
                                           type.getShape()));
}

std::optional<SmallVector<Value>> Speller::run() {
  Block &block = map.getBody().front();
  for (auto [argument, input] :
       llvm::zip_equal(block.getArguments(), map.getInputs()))
    tensors[argument] = input;
  for (Operation &op : block.without_terminator()) {
    Value result = op.getNumResults() == 1 ? spell(&op) : Value();
    if (!result)
      return std::nullopt;
    tensors[op.getResult(0)] = result;
  }
  SmallVector<Value> results;
  for (auto [scalar, result] : llvm::zip_equal(
           block.getTerminator()->getOperands(), map.getResults())) {
    results.push_back(
        toResult(get(scalar), ::cast<RankedTensorType>(result.getType())));
    if (!results.back())
      return std::nullopt;
  }
  return results;
}

namespace {
struct ConvertMapToONNX : quantc::impl::ConvertMapToONNXBase<ConvertMapToONNX> {
  void runOnOperation() override {
    SmallVector<qnn::MapOp> maps;
    getOperation().walk([&](qnn::MapOp map) { maps.push_back(map); });
    for (qnn::MapOp map : maps) {
      OpBuilder builder(map);
      std::optional<SmallVector<Value>> results = Speller(builder, map).run();
      if (!results) {
        map.emitRemark("has an operation without a form in ONNX");
        continue;
      }
      map.replaceAllUsesWith(*results);
      map.erase();
    }
  }
};
} // namespace
