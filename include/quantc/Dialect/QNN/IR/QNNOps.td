//===- QNNOps.td - Operations of the qnn dialect ---------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_QNN_IR_QNNOPS
#define QUANTC_DIALECT_QNN_IR_QNNOPS

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "quantc/Dialect/ONNX/IR/ShapeInferenceOpInterface.td"
include "quantc/Dialect/QNN/IR/QNNBase.td"

def QNN_Tensor : Type<
    CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">, "ranked tensor",
    "::mlir::RankedTensorType">;
def QNN_Scalar : Type<
    CPred<"$_self.isIntOrFloat()">, "integer or float scalar">;
def QNN_TensorOrScalar : AnyTypeOf<[QNN_Tensor, QNN_Scalar]>;

class QNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<QNN_Dialect, mnemonic, traits>;

class QNN_PureOp<string mnemonic, list<Trait> traits = []>
    : QNN_Op<mnemonic, !listconcat(traits, [
        Pure, DeclareOpInterfaceMethods<ShapeInferenceOpInterface>])>;

//===----------------------------------------------------------------------===//
// Between numbers and codes
//===----------------------------------------------------------------------===//

def QNN_QuantizeOp : QNN_PureOp<"quantize"> {
  let summary = "Codes of a tensor, or of one number inside an epilogue";
  let description = [{
    codes = encode(x / scale, zero_point), IEEE f32 division.

    * C1: all operands and the result are tensors, or all are scalars.
    * C2: `scale` is f32; `zero_point`, if present, has the type of the codes
      (inside a region: signless of the same width).
    * C3: `block` has one entry per dimension of `x`, each -1 or at least 1, and
      dimension d of `scale` is ceil(dim(x, d) / block[d]), 1 where block is -1.
      A rank-0 scale is allowed where every entry is -1. Scalars have no block.
    * C4: a zero point needs a codec that has one.

    `by_reciprocal` says that code may multiply by 1 / scale and correct the
    quotient once instead of dividing: it was shown to give the same codes for
    this scale (`quantc-use-reciprocals`). It never changes a result.

    ```mlir
    %q = qnn.quantize %x, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1, -1>}
        : (tensor<?x384xf32>, tensor<f32>, tensor<ui8>) -> tensor<?x384xui8>
    ```
  }];
  let arguments = (ins QNN_TensorOrScalar:$x, QNN_TensorOrScalar:$scale,
                       Optional<QNN_TensorOrScalar>:$zero_point,
                       QNN_Codec:$codec,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$block,
                       UnitAttr:$by_reciprocal);
  let results = (outs QNN_TensorOrScalar:$codes);
  let hasVerifier = 1;
  let assemblyFormat = [{
    operands attr-dict `:` functional-type(operands, results)
  }];
}

def QNN_DequantizeOp : QNN_PureOp<"dequantize"> {
  let summary = "The numbers that codes stand for";
  let description = [{
    x = decode(codes, zero_point) * scale in f32. Constraints C1 to C4 as for
    `qnn.quantize`. The scales may themselves be the result of a dequantize.
  }];
  let arguments = (ins QNN_TensorOrScalar:$codes, QNN_TensorOrScalar:$scale,
                       Optional<QNN_TensorOrScalar>:$zero_point,
                       QNN_Codec:$codec,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$block);
  let results = (outs QNN_TensorOrScalar:$x);
  let hasVerifier = 1;
  let assemblyFormat = [{
    operands attr-dict `:` functional-type(operands, results)
  }];
}

def QNN_DynamicQuantizeOp : QNN_PureOp<"dynamic_quantize"> {
  let summary = "Codes with scales and zero points taken from the values";
  let description = [{
    For every block of x, with lo = min(0, min x) and hi = max(0, max x):
    unsigned codes: scale = (hi - lo) / (2^b - 1), zero point =
    saturate(round_half_even(-lo / scale)); signed codes: scale =
    max(|lo|, |hi|) / (2^(b-1) - 1), zero point 0. A zero scale becomes 1.

    * C1: `block` as in `qnn.quantize` C3; each entry is 1 or -1.
    * C2: scales and zero points have the rank of x, 1 where the block is -1.
  }];
  let arguments = (ins QNN_Tensor:$x, QNN_Codec:$codec,
                       DenseI64ArrayAttr:$block);
  let results = (outs QNN_Tensor:$codes, QNN_Tensor:$scale,
                      QNN_Tensor:$zero_point);
  let hasVerifier = 1;
  let assemblyFormat = [{
    operands attr-dict `:` functional-type(operands, results)
  }];
}

def QNN_ObserveOp : QNN_Op<"observe", [
    MemoryEffects<[MemWrite]>]> {
  let summary = "Record a tensor's values for calibration";
  let description = [{
    Adds every element of `x` (f32) to the histogram called `tensor`: bucket =
    the upper 16 bits of the value; also its exact minimum and maximum. With
    `channel_axis`, minimum, maximum, sum and sum of squares of every channel are
    kept too, with `channel_histograms` a coarse histogram of each.

    With a `mask`, whose dimensions [batch, seq] are the leading ones of `x` (or
    batch * seq is the first), positions where it is zero are left out.

    * C1: `channel_axis` names a dimension of `x` whose extent is fixed.
    * C2: `channel_histograms` needs `channel_axis`.

    ```mlir
    qnn.observe %x mask %m {tensor = "x", channel_axis = 2 : i64}
        : tensor<?x?x384xf32>, tensor<?x?xi64>
    ```
  }];
  let arguments = (ins QNN_Tensor:$x, Optional<AnyRankedTensor>:$mask,
                       StrAttr:$tensor, OptionalAttr<I64Attr>:$channel_axis,
                       UnitAttr:$channel_histograms);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $x (`mask` $mask^)? attr-dict `:` type($x) (`,` type($mask)^)?
  }];
}

//===----------------------------------------------------------------------===//
// Compute, each ending in an epilogue
//===----------------------------------------------------------------------===//

def QNN_MatMulOp : QNN_PureOp<"matmul", [
    SingleBlock, IsolatedFromAbove]> {
  let summary = "Matrix product with an epilogue";
  let description = [{
    acc[.., m, n] = sum over k of lhs[.., m, k] * rhs[.., k, n], in i32 for
    integer codes (exact) or f32 (fma, k ascending, starting from +0). The region
    receives acc and the element of every extra operand at the position of the
    result (extras broadcast to the result as numpy does) and yields the
    result's element.

    `rhs` is [K, N], or has lhs' leading dimensions, or is a packed weight:
    with `panel` = P, rhs is [ceil(N / P), ceil(K / 4), P, 4] for codes and
    [ceil(N / P), K, P] for f32, filled with zeros, and `columns` is N.

    * C1: the inner dimensions agree; leading dimensions of rhs are absent or
      broadcast with lhs'.
    * C2: lhs and rhs are both 8-bit integers or both f32.
    * C3: K stays under the accumulator's bound: u8*s8 65,793; s8*s8 131,071;
      u8*u8 33,025.
    * C4: region arguments are acc (i32 or f32) and one signless scalar per
      extra; the region yields a signless scalar as wide as the result's element.
  }];
  let arguments = (ins QNN_Tensor:$lhs, QNN_Tensor:$rhs,
                       Variadic<QNN_Tensor>:$extras,
                       DefaultValuedAttr<I64Attr, "0">:$panel,
                       DefaultValuedAttr<I64Attr, "0">:$columns);
  let regions = (region SizedRegion<1>:$epilogue);
  let results = (outs QNN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $lhs `,` $rhs (`with` $extras^)? attr-dict `:`
    functional-type(operands, results) $epilogue
  }];
}

def QNN_ConvOp : QNN_PureOp<"conv", [
    SingleBlock, IsolatedFromAbove]> {
  let summary = "Convolution, channels last, with an epilogue";
  let description = [{
    input [N, spatial..., C], filter [kernel..., C / group, M], result
    [N, out..., M]. acc sums filter taps in the order kernel dimensions, then
    channel, in i32 (exact) or f32 (fma, ascending, from +0). Padding elements
    hold `pad_code`, the input's zero point (0 for floats). Region as in
    `qnn.matmul`.

    A packed filter has `panel` = P: [ceil(M / P), taps, ceil(C / 4), P, 4] for
    codes and [ceil(M / P), taps, C, P] for f32, and `columns` is M;
    `kernel_shape` always gives the kernel's extent. Of groups, only a depthwise
    filter (group = C = M) of codes is packed: [1, ceil(taps / 4), P, 4], four
    taps of a channel next to each other.

    * C1: ranks agree (1 to 3 spatial dimensions); `strides`, `dilations` and
      `kernel_shape` have one entry per spatial dimension, `pads` two (all
      begins, then all ends).
    * C2: `group` divides C and M.
    * C3: types and accumulator bound (K = taps * C / group) as in `qnn.matmul`.
  }];
  let arguments = (ins QNN_Tensor:$input, QNN_Tensor:$filter,
                       Variadic<QNN_Tensor>:$extras,
                       DenseI64ArrayAttr:$kernel_shape,
                       DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
                       DefaultValuedAttr<I64Attr, "1">:$group,
                       DefaultValuedAttr<I64Attr, "0">:$pad_code,
                       DefaultValuedAttr<I64Attr, "0">:$panel,
                       DefaultValuedAttr<I64Attr, "0">:$columns);
  let regions = (region SizedRegion<1>:$epilogue);
  let results = (outs QNN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $filter (`with` $extras^)? attr-dict `:`
    functional-type(operands, results) $epilogue
  }];
}

def QNN_MaxPoolOp : QNN_PureOp<"max_pool"> {
  let summary = "Largest element of a window, channels last";
  let description = [{
    input [N, spatial..., C] of codes or f32; padding never wins.
    * C1: attribute lengths as in `qnn.conv`.
  }];
  let arguments = (ins QNN_Tensor:$input, DenseI64ArrayAttr:$kernel_shape,
                       DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads);
  let results = (outs QNN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input attr-dict `:` functional-type(operands, results)
  }];
}

def QNN_AveragePoolOp : QNN_PureOp<"average_pool", [
    SingleBlock, IsolatedFromAbove]> {
  let summary = "Sum over a window, channels last, with an epilogue";
  let description = [{
    acc = the sum of the window's elements (i32 for codes; f32 ascending in
    window order, plain addition from +0). The region receives acc, the count of
    elements summed (i32; the whole window where `count_include_pad`) and the
    extras. Padding counts as `pad_code` where it is included. `kernel_shape`
    entries of -1 stand for the whole dimension (global pooling).
    * C1: attribute lengths as in `qnn.conv`.
  }];
  let arguments = (ins QNN_Tensor:$input, Variadic<QNN_Tensor>:$extras,
                       DenseI64ArrayAttr:$kernel_shape,
                       DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
                       DefaultValuedAttr<BoolAttr, "false">:$count_include_pad,
                       DefaultValuedAttr<I64Attr, "0">:$pad_code);
  let regions = (region SizedRegion<1>:$epilogue);
  let results = (outs QNN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input (`with` $extras^)? attr-dict `:`
    functional-type(operands, results) $epilogue
  }];
}

def QNN_MapOp : QNN_PureOp<"map", [
    SingleBlock, IsolatedFromAbove]> {
  let summary = "A scalar expression over broadcast tensors";
  let description = [{
    The region receives one signless scalar per operand, the operands broadcast
    as numpy does, and yields one signless scalar per result. Every elementwise
    operator becomes one on its way to code, and neighbours are fused. `math`
    operations inside mean quantc's own polynomials (docs/Numerics.md).
    * C1: operand shapes broadcast to the results' shape.
    * C2: region argument and yield types match the elements, signless.
  }];
  let arguments = (ins Variadic<QNN_Tensor>:$inputs);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<QNN_Tensor>:$results);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $inputs attr-dict `:` functional-type(operands, results) $body
  }];
}

def QNN_YieldOp : QNN_Op<"yield", [
    Pure, ReturnLike, Terminator,
    ParentOneOf<["MatMulOp", "ConvOp", "AveragePoolOp", "MapOp"]>]> {
  let summary = "The result of an epilogue";
  let arguments = (ins Variadic<QNN_Scalar>:$values);
  let assemblyFormat = "attr-dict $values `:` type($values)";
}

#endif // QUANTC_DIALECT_QNN_IR_QNNOPS
