//===- Codecs.cpp - What quantized codes mean -----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Every codec twice: as C++ on one number, which the evaluator and the weight
// quantizers use, and as emitted code for scalars or vectors. Both follow the
// steps of docs/Numerics.md; the clamp comes before the conversion to integers,
// because conversions out of range differ between machines.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/QNN/IR/QNN.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::qnn;

//===----------------------------------------------------------------------===//
// #qnn.int: text and properties
//===----------------------------------------------------------------------===//

Attribute IntCodecAttr::parse(AsmParser &parser, Type) {
  unsigned width = 0;
  StringRef sign;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(width) || parser.parseComma())
    return {};
  SMLoc signLoc = parser.getCurrentLocation();
  if (parser.parseKeyword(&sign) || parser.parseGreater())
    return {};
  if (sign != "signed" && sign != "unsigned") {
    parser.emitError(signLoc, "expected 'signed' or 'unsigned'");
    return {};
  }
  auto emitError = [&] { return parser.emitError(loc); };
  return getChecked(emitError, parser.getContext(), width, sign == "signed");
}

void IntCodecAttr::print(AsmPrinter &printer) const {
  printer << "<" << getWidth() << ", "
          << (getIsSigned() ? "signed" : "unsigned") << ">";
}

LogicalResult
IntCodecAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     unsigned width, bool) {
  if (width < 2 || width > 16)
    return emitError() << "integer codes have 2 to 16 bits, found " << width;
  return success();
}

unsigned IntCodecAttr::getCodeWidth() const { return getWidth(); }

unsigned IntCodecAttr::getVectorLength() const { return 1; }

Type IntCodecAttr::getStorageType() const {
  return IntegerType::get(getContext(), getWidth(),
                          getIsSigned() ? IntegerType::Signless
                                        : IntegerType::Unsigned);
}

bool IntCodecAttr::hasZeroPoint() const { return true; }

std::pair<int64_t, int64_t> IntCodecAttr::getCodeRange() const {
  int64_t count = int64_t(1) << getWidth();
  return getIsSigned() ? std::pair(-count / 2, count / 2 - 1)
                       : std::pair(int64_t(0), count - 1);
}

//===----------------------------------------------------------------------===//
// #qnn.int: reference
//===----------------------------------------------------------------------===//

int64_t IntCodecAttr::encode(double x, int64_t zeroPoint) const {
  auto [lowest, highest] = getCodeRange();
  // The sum is exact in double; where an f32 addition would round it, it is far
  // outside the range of any code.
  double t = std::nearbyint(x) + double(zeroPoint);
  t = t > double(lowest) ? t : double(lowest); // NaN too
  t = t < double(highest) ? t : double(highest);
  return int64_t(t);
}

double IntCodecAttr::decode(int64_t code, int64_t zeroPoint) const {
  return double(code - zeroPoint);
}

void IntCodecAttr::pack(ArrayRef<int64_t> codes,
                        SmallVectorImpl<uint8_t> &bytes) const {
  size_t width = getWidth(), start = bytes.size();
  bytes.resize(start + llvm::divideCeil(codes.size() * width, 8), 0);
  for (auto [i, code] : llvm::enumerate(codes))
    for (size_t bit = 0; bit < width; ++bit)
      if (code >> bit & 1)
        bytes[start + (i * width + bit) / 8] |= 1 << (i * width + bit) % 8;
}

void IntCodecAttr::unpack(ArrayRef<uint8_t> bytes, size_t count,
                          SmallVectorImpl<int64_t> &codes) const {
  size_t width = getWidth();
  assert(bytes.size() * 8 >= count * width && "fewer bytes than codes need");
  for (size_t i = 0; i < count; ++i) {
    uint64_t code = 0;
    for (size_t bit = 0; bit < width; ++bit) {
      size_t position = i * width + bit;
      code |= uint64_t(bytes[position / 8] >> position % 8 & 1) << bit;
    }
    codes.push_back(getIsSigned() ? llvm::SignExtend64(code, width)
                                  : int64_t(code));
  }
}

//===----------------------------------------------------------------------===//
// #qnn.int: code
//===----------------------------------------------------------------------===//

/// `element`, or a vector of it shaped as the type of `like`.
static Type shapedLike(Value like, Type element) {
  auto vector = dyn_cast<VectorType>(like.getType());
  return vector ? Type(vector.clone(element)) : element;
}

static Value createFloat(OpBuilder &builder, Location loc, Type type,
                         double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attr = builder.getFloatAttr(element, value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(builder, loc, attr);
}

/// Codes (signless) as i32.
static Value extend(OpBuilder &builder, Location loc, Value codes,
                    bool isSigned) {
  Type i32 = shapedLike(codes, builder.getI32Type());
  if (isSigned)
    return arith::ExtSIOp::create(builder, loc, i32, codes);
  return arith::ExtUIOp::create(builder, loc, i32, codes);
}

Value IntCodecAttr::emitEncode(OpBuilder &builder, Location loc, Value x,
                               Value zeroPoint) const {
  using arith::CmpFPredicate;
  Type f32 = x.getType();
  auto [lowest, highest] = getCodeRange();
  Value t = math::RoundEvenOp::create(builder, loc, x);
  if (zeroPoint) {
    Value wide = extend(builder, loc, zeroPoint, getIsSigned());
    Value offset = arith::SIToFPOp::create(builder, loc, f32, wide);
    t = arith::AddFOp::create(builder, loc, t, offset);
  }
  auto clamp = [&](CmpFPredicate keep, int64_t bound) {
    Value limit = createFloat(builder, loc, f32, bound);
    Value isInside = arith::CmpFOp::create(builder, loc, keep, t, limit);
    t = arith::SelectOp::create(builder, loc, isInside, t, limit);
  };
  clamp(CmpFPredicate::OGT, lowest); // NaN becomes the lowest code
  clamp(CmpFPredicate::OLT, highest);
  Value wide = arith::FPToSIOp::create(
      builder, loc, shapedLike(x, builder.getI32Type()), t);
  Type code = shapedLike(x, builder.getIntegerType(getWidth()));
  return arith::TruncIOp::create(builder, loc, code, wide);
}

Value IntCodecAttr::emitDecode(OpBuilder &builder, Location loc, Value codes,
                               Value zeroPoint) const {
  Value wide = extend(builder, loc, codes, getIsSigned());
  if (zeroPoint) {
    Value offset = extend(builder, loc, zeroPoint, getIsSigned());
    wide = arith::SubIOp::create(builder, loc, wide, offset);
  }
  return arith::SIToFPOp::create(builder, loc,
                                 shapedLike(codes, builder.getF32Type()), wide);
}
