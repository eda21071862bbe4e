//===- PlainWindow.cpp - Windows over channels-first tensors --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "PlainWindow.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quantc;

PlainWindow::PlainWindow(KernelContext &ctx, const Attributes &attributes,
                         Value smallTensor, Value largeTensor)
    : code(ctx) {
  int64_t rank = cast<RankedTensorType>(smallTensor.getType()).getRank() - 2;
  auto orElse = [](Attr attr, int64_t index, int64_t value) {
    return attr && !attr->empty() ? (*attr)[index] : value;
  };
  for (int64_t d = 0; d < 3; ++d) {
    int64_t own = d - 3 + rank;
    bool real = own >= 0;
    kernel[d] = real ? attributes.kernel[own] : 1;
    strides[d] = real ? orElse(attributes.strides, own, 1) : 1;
    dilations[d] = real ? orElse(attributes.dilations, own, 1) : 1;
    small[d] = real ? ctx.dim(smallTensor, 2 + own) : code.i64(1);
    large[d] = real ? ctx.dim(largeTensor, 2 + own) : code.i64(1);
    taps *= kernel[d];
    StringRef autoPad = attributes.autoPad;
    bool padded = real && autoPad != "VALID";
    begins[d] = code.i64(padded ? orElse(attributes.pads, own, 0) : 0);
    ends[d] = code.i64(padded ? orElse(attributes.pads, rank + own, 0) : 0);
    if (real && autoPad.starts_with("SAME")) {
      // What the windows reach over, half on each side.
      Value reach = code.add(code.mul(code.sub(small[d], code.i64(1)),
                                      code.i64(strides[d])),
                             code.i64((kernel[d] - 1) * dilations[d] + 1));
      Value total = code.max(code.sub(reach, large[d]), code.i64(0));
      Value half = code.quotient(total, code.i64(2));
      Value rest = code.sub(total, half);
      begins[d] = autoPad == "SAME_UPPER" ? half : rest;
      ends[d] = autoPad == "SAME_UPPER" ? rest : half;
    }
  }
  positions = code.mul(code.mul(small[0], small[1]), small[2]);
  spatial = code.mul(code.mul(large[0], large[1]), large[2]);
}

std::array<Value, 3>
PlainWindow::split(Value number, const std::array<Value, 3> &extents) {
  Value last = code.remainder(number, extents[2]);
  Value rest = code.quotient(number, extents[2]);
  return {code.quotient(rest, extents[1]), code.remainder(rest, extents[1]),
          last};
}

Value PlainWindow::join(const std::array<Value, 3> &at,
                        const std::array<Value, 3> &extents) {
  Value rows = code.add(code.mul(at[0], extents[1]), at[1]);
  return code.add(code.mul(rows, extents[2]), at[2]);
}

PlainWindow::Values PlainWindow::forTaps(
    ValueRange init,
    llvm::function_ref<Values(Value, const std::array<Value, 3> &, ValueRange)>
        body) {
  std::array<Value, 3> extents = {code.i64(kernel[0]), code.i64(kernel[1]),
                                  code.i64(kernel[2])};
  return code.loop(code.i64(0), code.i64(taps), init,
                   [&](Value tap, ValueRange carried) {
                     return body(tap, split(tap, extents), carried);
                   });
}

Value PlainWindow::isInside(const std::array<Value, 3> &at,
                            const std::array<Value, 3> &extents) {
  Value inside = code.integer(code.builder.getI1Type(), 1);
  for (int64_t d = 0; d < 3; ++d) {
    // Unsigned: what is negative is large.
    Value below =
        arith::CmpIOp::create(code.builder, code.loc,
                              arith::CmpIPredicate::ult, at[d], extents[d]);
    inside = code.bitAnd(inside, below);
  }
  return inside;
}
