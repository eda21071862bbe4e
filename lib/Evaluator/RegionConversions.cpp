//===- RegionConversions.cpp - From one type of scalar code to another ----===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "RegionOps.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

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
