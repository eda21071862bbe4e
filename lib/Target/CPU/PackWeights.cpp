//===- PackWeights.cpp - Constant right-hand sides in panels --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The layouts are those of qnn.matmul and qnn.conv with `panel`:
//   f32:   [panels, steps, P]                one number per column and step
//   codes: [panels, taps, groups, P, 4]      four codes of k per column and group
// so that a micro-kernel reads its panel front to back. Padding is zeros, which
// add nothing whatever the left side holds there.
//
//===----------------------------------------------------------------------===//

#include "Panels.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Support/Orders.h"
#include "quantc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>
#include <tuple>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "quantc/Target/CPU/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Channels a depthwise kernel may do at once, whose weights it reads.
static constexpr int64_t depthwisePanel = 64;

namespace {

/// A constant [taps, k, columns] and the panel width it gets.
struct Matrix {
  int64_t taps, k, columns, panel;
  bool isFloat;

  int64_t panels() const { return llvm::divideCeil(columns, panel); }
  /// Rows of a tap in its packed form, each of four bytes per column.
  int64_t steps() const { return isFloat ? k : llvm::divideCeil(k, 4); }
  size_t bytes() const { return panels() * taps * steps() * panel * 4; }
};

/// Copies the columns of one panel, number by number of k.
void packFloats(const Matrix &m, ArrayRef<char> from, int64_t first,
                char *to) {
  int64_t width = std::min(m.panel, m.columns - first);
  for (int64_t row = 0; row < m.taps * m.k; ++row)
    std::memcpy(to + row * m.panel * 4,
                from.data() + (row * m.columns + first) * 4, width * 4);
}

void packCodes(const Matrix &m, ArrayRef<char> from, int64_t first, char *to) {
  int64_t width = std::min(m.panel, m.columns - first);
  for (int64_t tap = 0; tap < m.taps; ++tap)
    for (int64_t k = 0; k < m.k; ++k) {
      const char *row = from.data() + (tap * m.k + k) * m.columns + first;
      char *group = to + (tap * m.steps() + k / 4) * m.panel * 4 + k % 4;
      for (int64_t n = 0; n < width; ++n)
        group[n * 4] = row[n];
    }
}

Attribute pack(const Matrix &m, const ConstantData &data,
               RankedTensorType type) {
  auto bytes = std::make_shared<std::vector<char>>(m.bytes(), 0);
  size_t panelBytes = m.panels() ? m.bytes() / m.panels() : 0;
  for (int64_t j = 0; j < m.panels(); ++j) {
    char *to = bytes->data() + j * panelBytes;
    if (m.isFloat)
      packFloats(m, data.getBytes(), j * m.panel, to);
    else
      packCodes(m, data.getBytes(), j * m.panel, to);
  }
  ArrayRef<char> view(*bytes);
  return makeConstantView(type, view, std::move(bytes));
}

struct PackWeights : quantc::impl::PackWeightsBase<PackWeights> {
  void runOnOperation() override {
    packed.clear();
    originals.clear();
    SmallVector<qnn::ConvOp> pointwise;
    getOperation().walk([&](qnn::ConvOp conv) {
      if (isPointwise(conv))
        pointwise.push_back(conv);
    });
    for (qnn::ConvOp conv : pointwise)
      convertPointwise(conv);
    getOperation().walk([&](Operation *op) {
      if (auto product = dyn_cast<qnn::MatMulOp>(op))
        packProduct(product);
      else if (auto conv = dyn_cast<qnn::ConvOp>(op))
        packConv(conv);
    });
    for (Operation *constant : originals)
      if (constant->use_empty())
        constant->erase();
  }

private:
  /// Packed constants by original, panel and the block they stand in: one in a
  /// branch is out of reach elsewhere.
  DenseMap<std::tuple<Attribute, int64_t, Block *>, Value> packed;
  llvm::SmallSetVector<Operation *, 16> originals;

  /// Whether the product adds in the convolution's order: floats of a long k do
  /// so in blocks there, in one chain here.
  static bool sumsAlike(qnn::ConvOp conv) {
    RankedTensorType input = conv.getInput().getType();
    return !input.getElementType().isF32() ||
           (!input.isDynamicDim(input.getRank() - 1) &&
            input.getShape().back() <= productBlock);
  }

  static bool isPointwise(qnn::ConvOp conv) {
    auto isAll = [](ArrayRef<int64_t> values, int64_t value) {
      return llvm::all_of(values, [&](int64_t v) { return v == value; });
    };
    return conv.getPanel() == 0 && conv.getGroup() == 1 &&
           isAll(conv.getKernelShape(), 1) && isAll(conv.getStrides(), 1) &&
           isAll(conv.getPads(), 0) && sumsAlike(conv) &&
           ConstantData::get(conv.getFilter());
  }

  /// One tap, so the pixels are the rows of a matrix.
  void convertPointwise(qnn::ConvOp conv) {
    OpBuilder builder(conv);
    ConstantData data = *ConstantData::get(conv.getFilter());
    auto type = RankedTensorType::get(data.getType().getShape().take_back(2),
                                      data.getType().getElementType());
    auto owner = std::make_shared<ConstantData>(data);
    Value matrix = createConstant(
        builder, conv.getLoc(),
        makeConstantView(type, owner->getBytes(), owner));
    originals.insert(conv.getFilter().getDefiningOp());
    auto product = qnn::MatMulOp::create(
        builder, conv.getLoc(), conv.getResult().getType(), conv.getInput(),
        matrix, conv.getExtras());
    product.getEpilogue().takeBody(conv.getEpilogue());
    conv->replaceAllUsesWith(product);
    conv->erase();
    ++numPointwise;
  }

  void packProduct(qnn::MatMulOp product) {
    auto data = ConstantData::get(product.getRhs());
    if (!data || product.getPanel() || data->getType().getRank() != 2)
      return;
    ArrayRef<int64_t> shape = data->getType().getShape();
    Type element = data->getType().getElementType();
    Matrix m{1, shape[0], shape[1], choosePanel(shape[1]), element.isF32()};
    SmallVector<int64_t> dims{m.panels(), m.steps(), m.panel};
    if (!m.isFloat)
      dims.push_back(4);
    Value rhs = getPacked(product.getRhs(), *data, m,
                          RankedTensorType::get(dims, element));
    product.getRhsMutable().assign(rhs);
    product.setPanel(m.panel);
    product.setColumns(m.columns);
  }

  void packConv(qnn::ConvOp conv) {
    auto data = ConstantData::get(conv.getFilter());
    if (!data || conv.getPanel())
      return;
    ArrayRef<int64_t> shape = data->getType().getShape();
    Type element = data->getType().getElementType();
    int64_t taps = 1;
    for (int64_t extent : conv.getKernelShape())
      taps *= extent;
    int64_t columns = shape.back(), k = shape[shape.size() - 2];
    if (conv.getGroup() != 1)
      return packDepthwise(conv, *data, taps, columns);
    Matrix m{taps, k, columns, choosePanel(columns), element.isF32()};
    SmallVector<int64_t> dims{m.panels(), taps, m.steps(), m.panel};
    if (!m.isFloat)
      dims.push_back(4);
    Value filter = getPacked(conv.getFilter(), *data, m,
                             RankedTensorType::get(dims, element));
    conv.getFilterMutable().assign(filter);
    conv.setPanel(m.panel);
    conv.setColumns(m.columns);
  }

  /// Taps take the place of k: kernels multiply four of one channel at once.
  void packDepthwise(qnn::ConvOp conv, const ConstantData &data, int64_t taps,
                     int64_t columns) {
    Type element = data.getType().getElementType();
    RankedTensorType input = conv.getInput().getType();
    if (element.isF32() || columns != int64_t(conv.getGroup()) ||
        input.getShape().back() != columns)
      return;
    int64_t panel = llvm::alignTo(columns, depthwisePanel);
    Matrix m{1, taps, columns, panel, /*isFloat=*/false};
    Value filter =
        getPacked(conv.getFilter(), data, m,
                  RankedTensorType::get({1, m.steps(), panel, 4}, element));
    conv.getFilterMutable().assign(filter);
    conv.setPanel(panel);
    conv.setColumns(columns);
  }

  Value getPacked(Value original, const ConstantData &data, const Matrix &m,
                  RankedTensorType type) {
    auto constant = original.getDefiningOp<onnx::ConstantOp>();
    Value &entry =
        packed[{constant.getValue(), m.panel, constant->getBlock()}];
    if (!entry || entry.getType() != type) {
      OpBuilder builder(constant);
      entry = createConstant(builder, constant.getLoc(), pack(m, data, type));
      ++numPacked;
    }
    originals.insert(constant);
    return entry;
  }
};

} // namespace
