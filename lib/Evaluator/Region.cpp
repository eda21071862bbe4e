//===- Region.cpp - Scalar code of epilogues and maps ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "RegionOps.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

void RegionRunner::load(Value argument, const Tensor &tensor,
                        ArrayRef<int64_t> offsets) {
  Register &to = registers[argument];
  bool isFloat = isa<FloatType>(argument.getType());
  unsigned width = isFloat ? 0 : argument.getType().getIntOrFloatBitWidth();
  withAny(tensor.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *elements = tensor.data<T>();
    if (isFloat) {
      to.floats.resize(offsets.size());
      for (auto [i, offset] : llvm::enumerate(offsets))
        to.floats[i] = double(elements[offset]);
    } else {
      to.ints.resize(offsets.size());
      for (auto [i, offset] : llvm::enumerate(offsets))
        to.ints[i] = extend(int64_t(elements[offset]), width);
    }
  });
}

void RegionRunner::store(Value value, Tensor &tensor, int64_t begin,
                         int64_t count) {
  const Register &from = registers[value];
  bool isFloat = isa<FloatType>(value.getType());
  auto integer = dyn_cast<IntegerType>(tensor.element);
  // Sub-byte unsigned integers are stored zero-extended.
  bool masks = integer && integer.isUnsigned();
  withAny(tensor.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *elements = tensor.data<T>() + begin;
    for (int64_t i = 0; i < count; ++i) {
      if (isFloat)
        elements[i] = T(from.floats[i]);
      else
        elements[i] = T(masks ? toUnsigned(from.ints[i], integer.getWidth())
                              : uint64_t(from.ints[i]));
    }
  });
}

bool RegionOps::runConstant(arith::ConstantOp constant) {
  if (auto value = dyn_cast<FloatAttr>(constant.getValue())) {
    APFloat number = value.getValue();
    bool losesInfo;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    double x = number.convertToDouble();
    return setFloats([x](int64_t) { return x; });
  }
  auto value = dyn_cast<IntegerAttr>(constant.getValue());
  if (!value)
    return false;
  int64_t x = value.getValue().getSExtValue();
  return setInts([x](int64_t) { return x; });
}

bool RegionOps::runSelect(arith::SelectOp select) {
  const std::vector<int64_t> &condition = ints(0);
  if (isa<FloatType>(type)) {
    const std::vector<double> &x = floats(1), &y = floats(2);
    return setFloats([&](int64_t i) { return condition[i] ? x[i] : y[i]; });
  }
  const std::vector<int64_t> &x = ints(1), &y = ints(2);
  return setInts([&](int64_t i) { return condition[i] ? x[i] : y[i]; });
}

LogicalResult RegionOps::run() {
  if (auto constant = dyn_cast<arith::ConstantOp>(op); constant)
    return success(runConstant(constant));
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return success(runSelect(select));
  return success(runFloat() || runFunction() || runInteger() ||
                 runComparison() || runConversion() || runCodec());
}

LogicalResult RegionRunner::run(Operation *op) {
  if (op->getNumResults() != 1 || failed(RegionOps(*this, op).run()))
    return emitUnsupported(op) << op->getName() << " in scalar code";
  return success();
}

LogicalResult RegionRunner::run(int64_t batch) {
  count = batch;
  for (Operation &op : block.without_terminator())
    if (failed(run(&op)))
      return failure();
  return success();
}
