//===- RegionOps.h - One operation of scalar code -----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What RegionRunner does with one operation of a region: by kind, each in a file
// of its own (RegionFloats, RegionIntegers, RegionConversions).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_REGIONOPS_H
#define QUANTC_LIB_EVALUATOR_REGIONOPS_H

#include "Convert.h"
#include "Elements.h"
#include "Region.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace quantc::evaluator {

/// `value` cut to `width` bits: sign-extended, i1 to 0 or 1.
inline int64_t extend(int64_t value, unsigned width) {
  if (width == 1)
    return value & 1;
  return width < 64 ? wrapToWidth<int64_t>(value, width) : value;
}

/// The bits of an integer of `width`, zero-extended.
inline uint64_t toUnsigned(int64_t value, unsigned width) {
  return width < 64 ? uint64_t(value) & ((uint64_t(1) << width) - 1)
                    : uint64_t(value);
}

/// The operations of one batch.
class RegionOps {
public:
  RegionOps(RegionRunner &runner, mlir::Operation *op)
      : runner(runner), op(op), type(op->getResult(0).getType()),
        count(runner.count) {}

  mlir::LogicalResult run();

private:
  bool isWide(mlir::Type element) const {
    return runner.allDouble || element.isF64();
  }
  unsigned width() const { return type.getIntOrFloatBitWidth(); }
  const std::vector<double> &floats(unsigned i) const {
    return runner.registers.find(op->getOperand(i))->second.floats;
  }
  const std::vector<int64_t> &ints(unsigned i) const {
    return runner.registers.find(op->getOperand(i))->second.ints;
  }

  /// Results are written beside the operands, then moved in: adding an entry to
  /// the table must not invalidate those.
  template <typename Function> bool setFloats(Function function) {
    std::vector<double> result(count);
    for (int64_t i = 0; i < count; ++i)
      result[i] = function(i);
    runner.registers[op->getResult(0)].floats = std::move(result);
    return true;
  }
  template <typename Function> bool setInts(Function function) {
    std::vector<int64_t> result(count);
    for (int64_t i = 0; i < count; ++i)
      result[i] = extend(int64_t(function(i)), width());
    runner.registers[op->getResult(0)].ints = std::move(result);
    return true;
  }

  /// f in the type's own precision: f16 and bf16 in f32, rounded.
  template <typename Function> bool unary(Function f) {
    const std::vector<double> &x = floats(0);
    if (isWide(type))
      return setFloats([&](int64_t i) { return f(x[i]); });
    return setFloats([&](int64_t i) { return round(f(float(x[i]))); });
  }
  template <typename Function> bool binary(Function f) {
    const std::vector<double> &x = floats(0), &y = floats(1);
    if (isWide(type))
      return setFloats([&](int64_t i) { return f(x[i], y[i]); });
    return setFloats(
        [&](int64_t i) { return round(f(float(x[i]), float(y[i]))); });
  }
  template <typename Function> bool integers(Function f) {
    const std::vector<int64_t> &x = ints(0), &y = ints(1);
    return setInts([&](int64_t i) { return f(x[i], y[i]); });
  }
  template <typename Function> bool naturals(Function f) {
    const std::vector<int64_t> &x = ints(0), &y = ints(1);
    return setInts([&, w = width()](int64_t i) {
      return f(toUnsigned(x[i], w), toUnsigned(y[i], w));
    });
  }

  /// A number rounded to the result's type.
  double round(double x) const {
    if (isWide(type))
      return x;
    if (type.isF32())
      return float(x);
    Tensor one;
    one.element = mlir::Float64Type::get(type.getContext());
    one.bytes.resize(sizeof(double));
    *one.data<double>() = x;
    return *convertFloats(convertFloats(one, type), one.element).data<double>();
  }

  bool runConstant(mlir::arith::ConstantOp constant);
  bool runFloat();
  bool runFunction();
  bool runInteger();
  bool runComparison();
  bool runConversion();
  bool runCodec();
  bool runSelect(mlir::arith::SelectOp select);

  RegionRunner &runner;
  mlir::Operation *op;
  mlir::Type type;
  int64_t count;
};

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_REGIONOPS_H
