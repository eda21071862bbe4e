//===- Products.cpp - The instructions a tile is made of ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Dot:  vpdpbusd multiplies unsigned by signed codes, sdot signed by signed; the
//       left side's sign bit is flipped where it does not fit. Neither saturates.
// Wide: codes become 16-bit numbers, whose products and pair sums are exact in 32
//       bits for every combination of signs; an accumulator holds two sums per
//       column, added at the end.
//
//   lanes of a wide accumulator:  c0k01 c0k23 c1k01 c1k23 | c2k01 ...
//
//===----------------------------------------------------------------------===//

#include "Products.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quantc;

VectorType Products::vector(unsigned lanes, unsigned bits) {
  return VectorType::get(lanes, code.builder.getIntegerType(bits));
}

Value Products::intrinsic(StringRef name, Type type, ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(code.builder, code.loc, type,
                                       code.builder.getStringAttr(name),
                                       operands)
      .getResult(0);
}

Value Products::extend(Value codes, bool isSigned) {
  auto type = cast<VectorType>(codes.getType()).clone(
      code.builder.getIntegerType(16));
  if (isSigned)
    return arith::ExtSIOp::create(code.builder, code.loc, type, codes);
  return arith::ExtUIOp::create(code.builder, code.loc, type, codes);
}

Products::Values Products::loadRhs(Value rhs) {
  Values result;
  if (tile.isFloat()) {
    for (unsigned i = 0; i < tile.vectors; ++i)
      result.push_back(code.loadVector(rhs, code.builder.getF32Type(),
                                       code.i64(i * tile.lanes), {}, {},
                                       tile.lanes));
    return result;
  }
  bool wide = tile.product == Tile::Product::Wide;
  unsigned codes = tile.lanes * (wide ? 2 : 4);
  for (unsigned i = 0; i < tile.vectors * (wide ? 2 : 1); ++i) {
    Value loaded = code.loadVector(rhs, code.builder.getI8Type(),
                                   code.i64(i * codes), {}, {}, codes);
    result.push_back(wide ? extend(loaded, tile.rhsSigned) : loaded);
  }
  return result;
}

Value Products::spread(Value group) {
  bool wide = tile.product == Tile::Product::Wide;
  if (tile.flipsLhs(isa))
    group = arith::XOrIOp::create(
        code.builder, code.loc, group,
        code.integer(group.getType(), int32_t(0x80808080)));
  unsigned groups = wide ? tile.lanes / 2 : tile.lanes;
  Value codes =
      LLVM::BitcastOp::create(code.builder, code.loc, vector(groups * 4, 8),
                              code.splat(group, groups));
  return wide ? extend(codes, tile.lhsSigned) : codes;
}

Products::Values Products::asLhs(Value codes) {
  assert(!tile.flipsLhs(isa) && "signs are not flipped here");
  if (tile.product == Tile::Product::Dot)
    return {codes};
  Values halves;
  int64_t half = tile.lanes * 2;
  for (int64_t first : {int64_t(0), half}) {
    SmallVector<int64_t> places =
        llvm::to_vector(llvm::seq<int64_t>(first, first + half));
    Value part =
        vector::ShuffleOp::create(code.builder, code.loc, codes, codes, places);
    halves.push_back(extend(part, tile.lhsSigned));
  }
  return halves;
}

Value Products::splatCode(int64_t value) {
  assert(tile.product == Tile::Product::Dot && "only dot products flip codes");
  return code.integer(vector(tile.lanes * 4, 8), value);
}

Value Products::loadLhs(Value row, Value k) {
  if (tile.isFloat())
    return code.splat(code.load(row, code.builder.getF32Type(), k), tile.lanes);
  Type i32 = code.builder.getI32Type();
  Value group = LLVM::LoadOp::create(code.builder, code.loc, i32,
                                     code.at(row, i32, k), /*alignment=*/1);
  return spread(group);
}

Value Products::loadLhsTail(Value row, Value k, Value tail) {
  Type i8 = code.builder.getI8Type(), i32 = code.builder.getI32Type();
  Value first = code.mul(k, code.i64(4)), last = code.sub(tail, code.i64(1));
  Value group;
  for (int64_t i = 0; i < 3; ++i) {
    Value at = code.add(first, code.min(code.i64(i), last));
    Value byte = arith::ExtUIOp::create(code.builder, code.loc, i32,
                                        code.load(row, i8, at));
    Value shifted = arith::ShLIOp::create(code.builder, code.loc, byte,
                                          code.integer(i32, 8 * i));
    group = group ? code.bitOr(group, shifted) : shifted;
  }
  return spread(group);
}

Value Products::everySecond(Value a, Value b, unsigned first) {
  SmallVector<int64_t> lanes;
  for (int64_t i = 0; i < cast<VectorType>(a.getType()).getNumElements(); ++i)
    lanes.push_back(2 * i + first);
  return vector::ShuffleOp::create(code.builder, code.loc, a, b, lanes);
}

/// Sums of neighbouring products of 16-bit numbers, in 32 bits.
Value Products::multiplyPairs(Value a, Value b) {
  VectorType type = vector(tile.lanes, 32);
  if (isa.triple.starts_with("x86")) {
    StringRef name = tile.lanes == 16  ? "llvm.x86.avx512.pmaddw.d.512"
                     : tile.lanes == 8 ? "llvm.x86.avx2.pmadd.wd"
                                       : "llvm.x86.sse2.pmadd.wd";
    return intrinsic(name, type, {a, b});
  }
  VectorType wide = vector(tile.lanes * 2, 32);
  auto toWide = [&](Value x) {
    return arith::ExtSIOp::create(code.builder, code.loc, wide, x);
  };
  Value products = code.mul(toWide(a), toWide(b));
  auto half = [&](unsigned first) -> Value {
    SmallVector<int64_t> lanes;
    for (unsigned i = 0; i < tile.lanes; ++i)
      lanes.push_back(2 * i + first);
    return vector::ShuffleOp::create(code.builder, code.loc, products, products,
                                     lanes);
  };
  return code.add(half(0), half(1));
}

Value Products::accumulate(Value acc, Value a, Value b) {
  switch (tile.product) {
  case Tile::Product::Float:
    return code.fma(a, b, acc);
  case Tile::Product::Wide:
    return code.add(acc, multiplyPairs(a, b));
  case Tile::Product::Dot:
    break;
  }
  StringRef name = isa.dot == ISA::Dot::SDOT
                       ? "llvm.aarch64.neon.sdot.v4i32.v16i8"
                       : "llvm.x86.avx512.vpdpbusd.512";
  return intrinsic(name, acc.getType(), {acc, a, b});
}

Products::Values Products::start(Value init, Value index) {
  Values result;
  Type type = tile.isFloat() ? Type(code.builder.getF32Type())
                             : Type(code.builder.getI32Type());
  if (tile.product == Tile::Product::Wide)
    return Values(2 * tile.vectors, code.integer(vector(tile.lanes, 32), 0));
  if (tile.addsBlock)
    return Values(tile.vectors,
                  code.splat(code.f32(0), tile.lanes));
  for (unsigned i = 0; i < tile.vectors; ++i)
    result.push_back(code.loadVector(init, type,
                                     code.add(index, code.i64(i * tile.lanes)),
                                     {}, {}, tile.lanes));
  return result;
}

void Products::finish(ValueRange sums, Value init, Value initIndex, Value acc,
                      Value index) {
  Type i32 = code.builder.getI32Type();
  Type type = tile.isFloat() ? Type(code.builder.getF32Type()) : i32;
  for (unsigned i = 0; i < tile.vectors; ++i) {
    Value offset = code.i64(i * tile.lanes), sum;
    bool wide = tile.product == Tile::Product::Wide;
    if (wide) {
      Value low = sums[2 * i], high = sums[2 * i + 1];
      sum = code.add(everySecond(low, high, 0), everySecond(low, high, 1));
    } else {
      sum = sums[i];
    }
    if (wide || tile.addsBlock)
      sum = code.add(code.loadVector(init, type, code.add(initIndex, offset),
                                     {}, {}, tile.lanes),
                     sum);
    code.store(sum, acc, type, code.add(index, offset));
  }
}
