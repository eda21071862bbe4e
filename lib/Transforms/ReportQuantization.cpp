//===- ReportQuantization.cpp - Name every quantize that stays ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The last word of the fold stage: a quantize or dequantize that nothing absorbed
// costs a pass over memory, and whoever owns the model should hear of it.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_REPORTQUANTIZATION
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;
using namespace quantc::qnn;

/// Whether `op`, alone or in the body of a map, does nothing but change between
/// numbers and codes.
template <typename OpTy> static bool onlyConverts(Operation *op) {
  if (isa<OpTy>(op))
    return true;
  auto map = dyn_cast<MapOp>(op);
  if (!map)
    return false;
  bool found = false;
  for (Operation &inner : map.getBody().front()) {
    found |= isa<OpTy>(inner);
    if (!isa<QuantizeOp, DequantizeOp, arith::ConstantOp, YieldOp>(inner))
      return false;
  }
  return found;
}

/// Where the numbers that `op` quantizes come from.
static std::string describeProducer(Operation *op) {
  Value input = op->getNumOperands() ? op->getOperand(0) : Value();
  Operation *producer = input ? input.getDefiningOp() : nullptr;
  if (!producer)
    return "its input is an argument of the model";
  if (!isa<MatMulOp, ConvOp, AveragePoolOp, MapOp>(producer))
    return ("its input comes from " + producer->getName().stripDialect() +
            ", which has no epilogue")
        .str();
  if (!input.hasOneUse())
    return "its input is also read in float";
  return ("it could not join " + producer->getName().stripDialect()).str();
}

/// Who reads the numbers that `op` dequantizes.
static std::string describeConsumer(Operation *op) {
  for (Operation *user : op->getUsers())
    return ("read in float by " + user->getName().stripDialect()).str();
  return "read by nobody";
}

namespace {
struct ReportQuantization
    : quantc::impl::ReportQuantizationBase<ReportQuantization> {
  void runOnOperation() override {
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (onlyConverts<QuantizeOp>(op)) {
        ++numQuantizes;
        emitRemark(op->getLoc())
            << "quantize is a step of its own: " << describeProducer(op);
      } else if (onlyConverts<DequantizeOp>(op)) {
        ++numDequantizes;
        emitRemark(op->getLoc())
            << "dequantize is a step of its own: " << describeConsumer(op);
      }
      // Branches hold steps, epilogues and maps do not.
      return isa<QNNDialect>(op->getDialect()) ? WalkResult::skip()
                                               : WalkResult::advance();
    });
    markAllAnalysesPreserved();
  }
};
} // namespace
