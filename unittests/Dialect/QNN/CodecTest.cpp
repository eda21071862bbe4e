//===- CodecTest.cpp - Integer codecs, exhaustively -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/MLIRContext.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace quantc::qnn;

namespace {
struct Codec : testing::Test {
  MLIRContext context;
  Codec() { context.loadDialect<QNNDialect>(); }
  IntCodecAttr get(unsigned width, bool isSigned) {
    return IntCodecAttr::get(&context, width, isSigned);
  }
};
} // namespace

TEST_F(Codec, codesDecodeAndEncodeToThemselves) {
  for (unsigned width = 2; width <= 16; ++width)
    for (bool isSigned : {false, true}) {
      IntCodecAttr codec = get(width, isSigned);
      auto [low, high] = codec.getCodeRange();
      EXPECT_EQ(high - low, (int64_t(1) << width) - 1);
      for (int64_t zeroPoint : {low, (low + high) / 2, high})
        for (int64_t code = low; code <= high; ++code)
          ASSERT_EQ(codec.encode(codec.decode(code, zeroPoint), zeroPoint),
                    code);
    }
}

TEST_F(Codec, packedCodesComeBack) {
  for (unsigned width = 2; width <= 16; ++width)
    for (bool isSigned : {false, true}) {
      IntCodecAttr codec = get(width, isSigned);
      auto [low, high] = codec.getCodeRange();
      SmallVector<int64_t> codes;
      for (int64_t code = low; code <= high; code += width > 10 ? 37 : 1)
        codes.push_back(code);
      codes.push_back(high); // an odd number: a last byte that is partly used
      SmallVector<uint8_t> bytes;
      codec.pack(codes, bytes);
      EXPECT_EQ(bytes.size(), (codes.size() * width + 7) / 8);
      SmallVector<int64_t> back;
      codec.unpack(bytes, codes.size(), back);
      EXPECT_EQ(back, codes);
    }
}

TEST_F(Codec, firstCodeIsLowest) {
  SmallVector<uint8_t> bytes;
  get(4, false).pack({1, 2, 3}, bytes);
  EXPECT_EQ(bytes, (SmallVector<uint8_t>{0x21, 0x03}));
}

TEST_F(Codec, tiesGoToEvenAndExtremesSaturate) {
  IntCodecAttr u8 = get(8, false), s8 = get(8, true);
  EXPECT_EQ(u8.encode(0.5, 0), 0);
  EXPECT_EQ(u8.encode(1.5, 0), 2);
  EXPECT_EQ(u8.encode(2.5, 0), 2);
  EXPECT_EQ(s8.encode(-2.5, 0), -2);
  // The zero point is added after rounding.
  EXPECT_EQ(u8.encode(0.5, 3), 3);
  EXPECT_EQ(u8.encode(1.5, 3), 5);
  EXPECT_EQ(u8.encode(1e30, 0), 255);
  EXPECT_EQ(u8.encode(-1e30, 7), 0);
  EXPECT_EQ(u8.encode(INFINITY, 0), 255);
  EXPECT_EQ(s8.encode(-INFINITY, 0), -128);
  EXPECT_EQ(u8.encode(NAN, 128), 0);
  EXPECT_EQ(s8.encode(NAN, 5), -128);
}
