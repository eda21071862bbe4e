//===- ScalarEmitter.cpp - Regions of scalar code on vectors --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Clones the operations of an epilogue or a map body for `lanes` elements at
// once. Three kinds are not cloned but expanded: math functions (our polynomials,
// or the runtime's functions lane by lane), qnn.quantize and qnn.dequantize (by
// their codec), and conversions from and to bf16.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringSwitch.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Target/CPU/CodeBuilder.h"

using namespace mlir;
using namespace quantc;

/// The runtime's f32 function for a math operation, empty where it has none.
static StringRef getRuntimeFunction(Operation *op) {
  return llvm::StringSwitch<StringRef>(op->getName().getStringRef())
      .Case("math.sin", "quantc_sin")
      .Case("math.cos", "quantc_cos")
      .Case("math.tan", "quantc_tan")
      .Case("math.asin", "quantc_asin")
      .Case("math.acos", "quantc_acos")
      .Case("math.atan", "quantc_atan")
      .Case("math.sinh", "quantc_sinh")
      .Case("math.cosh", "quantc_cosh")
      .Case("math.asinh", "quantc_asinh")
      .Case("math.acosh", "quantc_acosh")
      .Case("math.atanh", "quantc_atanh")
      .Case("math.log", "quantc_log")
      .Case("math.log1p", "quantc_log1p")
      .Case("math.powf", "quantc_pow")
      .Default("");
}

/// A math function of f32 or f64; null where `op` is not one or is an
/// instruction (sqrt, floor, fma, ...).
static Value emitFunction(CodeBuilder &code, Operation *op,
                          ValueRange operands) {
  StringRef runtime = getRuntimeFunction(op);
  bool polynomial = isa<math::ExpOp, math::ErfOp, math::TanhOp>(op);
  if (runtime.empty() && !polynomial)
    return {};
  Type element = getElementTypeOrSelf(operands[0]);
  if (element.isF64()) {
    // libm's, under the names of C.
    StringRef name = op->getName().stripDialect();
    return code.call(name == "powf" ? "pow" : name, operands);
  }
  if (!runtime.empty())
    return code.call(runtime, operands);
  if (isa<math::ExpOp>(op))
    return emitExp(code, operands[0]);
  return isa<math::ErfOp>(op) ? emitErf(code, operands[0])
                              : emitTanh(code, operands[0]);
}

/// qnn.quantize without a division (quantc-use-reciprocals). x is cut to where
/// the first and the last code begin and end, less a quarter of a step: codes stay
/// as they are, infinities become finite and the integers need no clamp. NaN
/// becomes the lowest code.
static Value emitByReciprocal(CodeBuilder &code, qnn::QuantizeOp op,
                              ValueRange operands) {
  Value x = operands[0], scale = operands[1];
  auto codec = cast<qnn::IntCodecAttr>(op.getCodec());
  auto integers = VectorType::get(cast<VectorType>(x.getType()).getShape(),
                                  code.builder.getI32Type());
  auto [lowest, highest] = codec.getCodeRange();
  Value low = code.constant(x.getType(), double(lowest) - 0.25);
  Value high = code.constant(x.getType(), double(highest) + 0.25);
  Value zeroPoint;
  if (operands.size() > 2) {
    zeroPoint = codec.getIsSigned()
                    ? Value(arith::ExtSIOp::create(code.builder, code.loc,
                                                   integers, operands[2]))
                    : Value(arith::ExtUIOp::create(code.builder, code.loc,
                                                   integers, operands[2]));
    Value offset = arith::SIToFPOp::create(code.builder, code.loc, x.getType(),
                                           zeroPoint);
    low = code.sub(low, offset);
    high = code.sub(high, offset);
  }
  x = code.max(x, code.mul(low, scale));
  x = code.min(x, code.mul(high, scale));
  Value one = code.constant(x.getType(), 1);
  Value inverse = code.div(one, scale);
  Value q = code.mul(x, inverse);
  Value rest = code.fma(code.sub(code.constant(x.getType(), -0.0), q), scale, x);
  q = code.fma(rest, inverse, q);
  Value result =
      LLVM::LrintOp::create(code.builder, code.loc, integers, q);
  if (zeroPoint)
    result = code.add(result, zeroPoint);
  return arith::TruncIOp::create(
      code.builder, code.loc,
      integers.clone(code.builder.getIntegerType(codec.getWidth())), result);
}

/// The operations of the qnn dialect and float conversions; null for others.
static Value emitSpecial(CodeBuilder &code, const ISA &target, Operation *op,
                         ValueRange operands) {
  if (auto quantize = dyn_cast<qnn::QuantizeOp>(op)) {
    if (quantize.getByReciprocal() && target.fma &&
        isa<VectorType>(operands[0].getType()))
      return emitByReciprocal(code, quantize, operands);
    Value ratio = code.div(operands[0], operands[1]);
    Value zeroPoint = operands.size() > 2 ? operands[2] : Value();
    return quantize.getCodec().emitEncode(code.builder, code.loc, ratio,
                                          zeroPoint);
  }
  if (auto dequantize = dyn_cast<qnn::DequantizeOp>(op)) {
    Value zeroPoint = operands.size() > 2 ? operands[2] : Value();
    Value value = dequantize.getCodec().emitDecode(code.builder, code.loc,
                                                   operands[0], zeroPoint);
    return code.mul(value, operands[1]);
  }
  if (isa<arith::ExtFOp, arith::TruncFOp>(op))
    return code.toFloat(operands[0], op->getResult(0).getType());
  return emitFunction(code, op, operands);
}

/// `op` itself, on vectors where `lanes` is not 0.
static ValueRange cloneOp(CodeBuilder &code, Operation *op, ValueRange operands,
                          unsigned lanes) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op); constant && lanes) {
    auto type = VectorType::get(lanes, constant.getType());
    auto splat = DenseElementsAttr::get(type, Attribute(constant.getValue()));
    return arith::ConstantOp::create(code.builder, code.loc, splat)
        ->getResults();
  }
  OperationState state(code.loc, op->getName());
  state.addOperands(operands);
  state.addAttributes(op->getAttrs());
  for (Type type : op->getResultTypes())
    state.addTypes(lanes ? VectorType::get(lanes, type) : type);
  return code.builder.create(state)->getResults();
}

SmallVector<Value> quantc::emitRegion(OpBuilder &builder, const ISA &target,
                                      Region &region, ValueRange arguments,
                                      unsigned lanes) {
  Block &block = region.front();
  Operation *parent = block.getParentOp();
  CodeBuilder code(builder, parent->getLoc(), parent);
  IRMapping mapping;
  for (auto [from, to] : llvm::zip_equal(block.getArguments(), arguments))
    mapping.map(from, code.splat(to, lanes));
  auto lookup = [&](ValueRange values) {
    return llvm::map_to_vector(
        values, [&](Value value) { return mapping.lookup(value); });
  };
  for (Operation &op : block.without_terminator()) {
    SmallVector<Value> operands = lookup(op.getOperands());
    if (Value result = emitSpecial(code, target, &op, operands))
      mapping.map(op.getResult(0), result);
    else
      mapping.map(op.getResults(), cloneOp(code, &op, operands, lanes));
  }
  return lookup(block.getTerminator()->getOperands());
}
