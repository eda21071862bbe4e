//===- LiftMatMulNBits.cpp - Weights in blocks of a few bits ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's operator for language models with 4-bit weights. Its B holds
// the codes of the transposed weights [N, K], each row in blocks with a scale
// and a zero point. ONNX says the same by a blocked DequantizeLinear and a
// MatMul.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"
#include "Tensors.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

namespace {
struct Shape {
  int64_t n, k, bits, blockSize;
  int64_t blocks() const { return llvm::divideCeil(k, blockSize); }
};
} // namespace

static LogicalResult readShape(NodeBuilder &b, Node &node, Shape &shape) {
  shape.n = takeInt(node, "N", 0);
  shape.k = takeInt(node, "K", 0);
  shape.bits = takeInt(node, "bits", 4);
  shape.blockSize = takeInt(node, "block_size", 0);
  node.take("accuracy_level");
  if (shape.bits != 2 && shape.bits != 4 && shape.bits != 8)
    return b.error(node, ErrorCode::Unsupported, "P21",
                   Twine(shape.bits) + " bits; 2, 4 and 8 are supported");
  constexpr int64_t limit = int64_t(1) << 30;
  if (shape.n < 1 || shape.k < 1 || shape.blockSize < 1 || shape.n > limit ||
      shape.k > limit || shape.blockSize > limit ||
      shape.blockSize * shape.bits % 8 != 0)
    return b.error(node, ErrorCode::InvalidInput, "P21",
                   "N, K and block_size must be positive, and blocks whole "
                   "bytes");
  if (!node.operand(0) || !node.operand(1) || !node.operand(2))
    return b.error(node, ErrorCode::InvalidInput, "P16",
                   "a required input is omitted");
  if (node.operand(4))
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "g_idx is not supported");
  return success();
}

/// Rows of `columns` codes out of a constant whose rows are padded to bytes.
static Value unpackRows(NodeBuilder &b, Node &node, unsigned operand,
                        const Shape &shape, int64_t columns, int64_t rowBytes) {
  std::optional<ConstantData> data = ConstantData::get(node.operand(operand));
  if (!data || !data->getType().getElementType().isUnsignedInteger(8)) {
    (void)b.error(node, ErrorCode::Unsupported, "P21",
                  "input " + Twine(operand) + " must be constant uint8 codes");
    return {};
  }
  if (data->getNumElements() != shape.n * rowBytes) {
    (void)b.error(node, ErrorCode::InvalidInput, "T2",
                  "input " + Twine(operand) + " has " +
                      Twine(data->getNumElements()) + " bytes, expected " +
                      Twine(shape.n * rowBytes));
    return {};
  }
  Type element = b.builder.getIntegerType(shape.bits, /*isSigned=*/false);
  auto codes = std::make_shared<std::vector<char>>();
  codes->reserve(shape.n * columns);
  for (int64_t row = 0; row < shape.n; ++row) {
    StringRef bytes(data->getBytes().data() + row * rowBytes, rowBytes);
    std::vector<char> unpacked = unpackBits(bytes, element, columns);
    codes->insert(codes->end(), unpacked.begin(), unpacked.end());
  }
  auto type = RankedTensorType::get({shape.n, columns}, element);
  return createConstant(b.builder, node.loc,
                        makeConstantView(type, *codes, codes));
}

/// The zero points [N, blocks]; in the middle of the range where omitted.
static Value getZeroPoints(NodeBuilder &b, Node &node, const Shape &shape) {
  if (node.operand(3))
    return unpackRows(b, node, 3, shape, shape.blocks(),
                      llvm::divideCeil(shape.blocks() * shape.bits, 8));
  Type element = b.builder.getIntegerType(shape.bits, /*isSigned=*/false);
  auto type = RankedTensorType::get({shape.n, shape.blocks()}, element);
  std::vector<char> middle(shape.n * shape.blocks(),
                           char(1 << (shape.bits - 1)));
  return createConstant(b.builder, node.loc, makeConstant(type, middle));
}

LogicalResult import::liftMatMulNBits(NodeBuilder &b, Node &node) {
  Shape shape;
  if (failed(readShape(b, node, shape)))
    return failure();
  Value codes = unpackRows(b, node, 1, shape, shape.k,
                           shape.blocks() * shape.blockSize * shape.bits / 8);
  Value zeroPoints = codes ? getZeroPoints(b, node, shape) : Value();
  if (!zeroPoints)
    return failure();
  Value scales =
      b.create(node, "Reshape",
               {node.operand(2), b.ints(node, {shape.n, shape.blocks()})});
  Value weights =
      scales ? b.create(node, "DequantizeLinear", {codes, scales, zeroPoints},
                        {b.attribute("axis", 1),
                         b.attribute("block_size", shape.blockSize)})
             : Value();
  Value transposed = weights ? b.create(node, "Transpose", weights) : Value();
  if (!transposed)
    return failure();
  Value bias = node.operand(5);
  node.type = "MatMul";
  node.operands = {node.operand(0), transposed};
  if (!bias)
    return success();
  Value product = b.create(node, "MatMul", node.operands);
  node.type = "Add";
  node.operands = {product, bias};
  return success(bool(product));
}
