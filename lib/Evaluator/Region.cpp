//===- Region.cpp - Scalar code of epilogues and maps ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Region.h"
#include "Codes.h"
#include "Convert.h"
#include "mlir/IR/TypeUtilities.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

/// `value` cut to `width` bits: sign-extended, i1 to 0 or 1.
static int64_t extend(int64_t value, unsigned width) {
  if (width == 1)
    return value & 1;
  return width < 64 ? wrapToWidth<int64_t>(value, width) : value;
}

/// The bits of an integer of `width`, zero-extended.
static uint64_t toUnsigned(int64_t value, unsigned width) {
  return width < 64 ? uint64_t(value) & ((uint64_t(1) << width) - 1)
                    : uint64_t(value);
}

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

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

namespace quantc::evaluator {

/// The operations of one batch.
class RegionOps {
public:
  RegionOps(RegionRunner &runner, Operation *op)
      : runner(runner), op(op), type(op->getResult(0).getType()),
        count(runner.count) {}

  LogicalResult run();

private:
  bool isWide(Type element) const {
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
    one.element = Float64Type::get(type.getContext());
    one.bytes.resize(sizeof(double));
    *one.data<double>() = x;
    return *convertFloats(convertFloats(one, type), one.element).data<double>();
  }

  bool runConstant(arith::ConstantOp constant);
  bool runFloat();
  bool runFunction();
  bool runInteger();
  bool runComparison();
  bool runConversion();
  bool runCodec();
  bool runSelect(arith::SelectOp select);

  RegionRunner &runner;
  Operation *op;
  Type type;
  int64_t count;
};

} // namespace quantc::evaluator

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

bool RegionOps::runFloat() {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](arith::AddFOp) {
        return binary([](auto a, auto b) { return a + b; });
      })
      .Case([&](arith::SubFOp) {
        return binary([](auto a, auto b) { return a - b; });
      })
      .Case([&](arith::MulFOp) {
        return binary([](auto a, auto b) { return a * b; });
      })
      .Case([&](arith::DivFOp) {
        return binary([](auto a, auto b) { return a / b; });
      })
      .Case([&](arith::RemFOp) {
        return binary([](auto a, auto b) { return std::fmod(a, b); });
      })
      .Case([&](arith::NegFOp) { return unary([](auto x) { return -x; }); })
      .Case([&](arith::MaximumFOp) {
        return binary([](auto a, auto b) { return maximum(a, b); });
      })
      .Case([&](arith::MinimumFOp) {
        return binary([](auto a, auto b) { return minimum(a, b); });
      })
      .Case([&](arith::MaxNumFOp) {
        return binary([](auto a, auto b) { return std::fmax(a, b); });
      })
      .Case([&](arith::MinNumFOp) {
        return binary([](auto a, auto b) { return std::fmin(a, b); });
      })
      .Case([&](math::PowFOp) {
        return binary(
            [](auto a, auto b) { return Math<decltype(a)>::pow(a, b); });
      })
      .Case([&](math::CopySignOp) {
        return binary([](auto a, auto b) { return std::copysign(a, b); });
      })
      .Case([&](math::FmaOp) {
        const std::vector<double> &x = floats(0), &y = floats(1), &z = floats(2);
        if (isWide(type))
          return setFloats(
              [&](int64_t i) { return std::fma(x[i], y[i], z[i]); });
        return setFloats([&](int64_t i) {
          return round(std::fma(float(x[i]), float(y[i]), float(z[i])));
        });
      })
      .Default(false);
}

#define QUANTC_CASE(OP, EXPRESSION)                                            \
  .Case([&](math::OP) { return unary([](auto x) { return EXPRESSION; }); })
#define QUANTC_MATH(OP, NAME) QUANTC_CASE(OP, Math<decltype(x)>::NAME(x))

bool RegionOps::runFunction() {
  return llvm::TypeSwitch<Operation *, bool>(op)
      // Instructions
      QUANTC_CASE(AbsFOp, std::fabs(x))       //
      QUANTC_CASE(CeilOp, std::ceil(x))       //
      QUANTC_CASE(FloorOp, std::floor(x))     //
      QUANTC_CASE(RoundEvenOp, std::nearbyint(x)) //
      QUANTC_CASE(RoundOp, std::round(x))     //
      QUANTC_CASE(TruncOp, std::trunc(x))     //
      QUANTC_CASE(SqrtOp, std::sqrt(x))       //
      // Our own
      QUANTC_MATH(AcosOp, acos)   //
      QUANTC_MATH(AcoshOp, acosh) //
      QUANTC_MATH(AsinOp, asin)   //
      QUANTC_MATH(AsinhOp, asinh) //
      QUANTC_MATH(AtanOp, atan)   //
      QUANTC_MATH(AtanhOp, atanh) //
      QUANTC_MATH(CosOp, cos)     //
      QUANTC_MATH(CoshOp, cosh)   //
      QUANTC_MATH(ErfOp, erf)     //
      QUANTC_MATH(ExpOp, exp)     //
      QUANTC_MATH(Log1pOp, log1p) //
      QUANTC_MATH(LogOp, log)     //
      QUANTC_MATH(SinOp, sin)     //
      QUANTC_MATH(SinhOp, sinh)   //
      QUANTC_MATH(TanOp, tan)     //
      QUANTC_MATH(TanhOp, tanh)   //
      .Default(false);
}

bool RegionOps::runInteger() {
  unsigned w = type.isIntOrFloat() ? width() : 64;
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](arith::AddIOp) {
        return integers([](int64_t a, int64_t b) { return add(a, b); });
      })
      .Case([&](arith::SubIOp) {
        return integers([](int64_t a, int64_t b) { return subtract(a, b); });
      })
      .Case([&](arith::MulIOp) {
        return integers([](int64_t a, int64_t b) { return multiply(a, b); });
      })
      .Case([&](arith::DivSIOp) {
        return integers([](int64_t a, int64_t b) { return divide(a, b); });
      })
      .Case([&](arith::RemSIOp) {
        return integers([](int64_t a, int64_t b) {
          return b == 0 || b == -1 ? 0 : a % b;
        });
      })
      .Case([&](arith::DivUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return divide(a, b); });
      })
      .Case([&](arith::RemUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return b ? a % b : 0; });
      })
      .Case([&](arith::AndIOp) {
        return integers([](int64_t a, int64_t b) { return a & b; });
      })
      .Case([&](arith::OrIOp) {
        return integers([](int64_t a, int64_t b) { return a | b; });
      })
      .Case([&](arith::XOrIOp) {
        return integers([](int64_t a, int64_t b) { return a ^ b; });
      })
      .Case([&](arith::MaxSIOp) {
        return integers([](int64_t a, int64_t b) { return larger(a, b); });
      })
      .Case([&](arith::MinSIOp) {
        return integers([](int64_t a, int64_t b) { return smaller(a, b); });
      })
      .Case([&](arith::MaxUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return larger(a, b); });
      })
      .Case([&](arith::MinUIOp) {
        return naturals([](uint64_t a, uint64_t b) { return smaller(a, b); });
      })
      .Case([&](arith::ShLIOp) {
        return naturals(
            [w](uint64_t a, uint64_t b) { return b < w ? a << b : 0; });
      })
      .Case([&](arith::ShRUIOp) {
        return naturals(
            [w](uint64_t a, uint64_t b) { return b < w ? a >> b : 0; });
      })
      .Case([&](arith::ShRSIOp) {
        return integers([w](int64_t a, int64_t b) {
          return a >> (uint64_t(b) < w ? b : w - 1);
        });
      })
      .Case([&](math::AbsIOp) {
        const std::vector<int64_t> &x = ints(0);
        return setInts([&](int64_t i) {
          return x[i] < 0 ? subtract(int64_t(0), x[i]) : x[i];
        });
      })
      .Default(false);
}

/// Whether `predicate` holds of floats; the ordered ones never of NaN.
static bool holds(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  bool unordered = a != a || b != b;
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  case P::UNO:
    return unordered;
  }
  llvm_unreachable("all predicates are above");
}

bool RegionOps::runComparison() {
  if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
    const std::vector<double> &x = floats(0), &y = floats(1);
    arith::CmpFPredicate predicate = compare.getPredicate();
    return setInts([&](int64_t i) { return holds(predicate, x[i], y[i]); });
  }
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    const std::vector<int64_t> &x = ints(0), &y = ints(1);
    unsigned w = compare.getLhs().getType().getIntOrFloatBitWidth();
    arith::CmpIPredicate predicate = compare.getPredicate();
    return setInts([&](int64_t i) {
      // i1 is kept as 0 or 1; as a signed number true is -1.
      APInt a(64, uint64_t(w == 1 ? -x[i] : x[i])), b(64, uint64_t(w == 1 ? -y[i] : y[i]));
      return arith::applyCmpPredicate(predicate, a.trunc(w), b.trunc(w));
    });
  }
  return false;
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

bool RegionOps::runConversion() {
  Type from = op->getOperand(0).getType();
  unsigned w = from.isIntOrFloat() ? from.getIntOrFloatBitWidth() : 64;
  if (isa<arith::ExtFOp, arith::TruncFOp>(op)) {
    const std::vector<double> &x = floats(0);
    return setFloats([&](int64_t i) { return round(x[i]); });
  }
  if (isa<arith::SIToFPOp>(op)) {
    const std::vector<int64_t> &x = ints(0);
    return setFloats([&](int64_t i) {
      int64_t value = w == 1 ? -x[i] : x[i];
      return isWide(type) ? double(value) : round(float(value));
    });
  }
  if (isa<arith::UIToFPOp>(op)) {
    const std::vector<int64_t> &x = ints(0);
    return setFloats([&](int64_t i) {
      uint64_t value = toUnsigned(x[i], w);
      return isWide(type) ? double(value) : round(float(value));
    });
  }
  if (isa<arith::FPToSIOp>(op)) {
    const std::vector<double> &x = floats(0);
    return setInts([&](int64_t i) { return convertNumber<int64_t>(x[i]); });
  }
  if (isa<arith::FPToUIOp>(op)) {
    const std::vector<double> &x = floats(0);
    return setInts([&](int64_t i) { return convertNumber<uint64_t>(x[i]); });
  }
  if (isa<arith::ExtUIOp>(op)) {
    const std::vector<int64_t> &x = ints(0);
    return setInts([&](int64_t i) { return toUnsigned(x[i], w); });
  }
  if (isa<arith::ExtSIOp>(op)) {
    const std::vector<int64_t> &x = ints(0);
    return setInts([&](int64_t i) { return w == 1 ? -x[i] : x[i]; });
  }
  if (isa<arith::TruncIOp>(op)) {
    const std::vector<int64_t> &x = ints(0);
    return setInts([&](int64_t i) { return x[i]; });
  }
  return false;
}

bool RegionOps::runCodec() {
  bool isUnsigned = false;
  auto readCode = [&](int64_t code, Type element) {
    return isUnsigned
               ? int64_t(toUnsigned(code, element.getIntOrFloatBitWidth()))
               : code;
  };
  if (auto quantize = dyn_cast<qnn::QuantizeOp>(op)) {
    qnn::QuantCodecInterface codec = quantize.getCodec();
    isUnsigned = codec.getCodeRange().first >= 0;
    const std::vector<double> &x = floats(0), &scale = floats(1);
    const std::vector<int64_t> *zero =
        quantize.getZeroPoint() ? &ints(2) : nullptr;
    return setInts([&](int64_t i) {
      double ratio = runner.allDouble ? x[i] / scale[i]
                                      : float(x[i]) / float(scale[i]);
      return codec.encode(ratio, zero ? readCode((*zero)[i], type) : 0);
    });
  }
  if (auto dequantize = dyn_cast<qnn::DequantizeOp>(op)) {
    qnn::QuantCodecInterface codec = dequantize.getCodec();
    isUnsigned = codec.getCodeRange().first >= 0;
    Type code = dequantize.getCodes().getType();
    const std::vector<int64_t> &codes = ints(0);
    const std::vector<double> &scale = floats(1);
    const std::vector<int64_t> *zero =
        dequantize.getZeroPoint() ? &ints(2) : nullptr;
    return setFloats([&](int64_t i) {
      double value = codec.decode(readCode(codes[i], code),
                                  zero ? readCode((*zero)[i], code) : 0);
      return runner.allDouble ? value * scale[i]
                              : double(float(value) * float(scale[i]));
    });
  }
  return false;
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
