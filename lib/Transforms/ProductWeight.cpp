//===- ProductWeight.cpp - The constant operand of a product --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ProductWeight.h"
#include "Match.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

static ArrayRef<int64_t> getWeightShape(Operation *product) {
  return cast<RankedTensorType>(product->getOperand(1).getType()).getShape();
}

bool quantc::hasRows(Operation *product) {
  auto conv = dyn_cast<ConvOp>(product);
  return !conv || conv.getGroup() == 1 || getWeightShape(product)[1] == 1;
}

bool quantc::isWeight(Operation *product) {
  auto type = dyn_cast<RankedTensorType>(product->getOperand(1).getType());
  if (!product->getOperand(1).getDefiningOp<ConstantOp>() || !type ||
      !type.getElementType().isF32() || !hasRows(product) ||
      !ConstantData::get(product->getOperand(1)))
    return false;
  auto gemm = dyn_cast<GemmOp>(product);
  return isa<ConvOp>(product) ||
         (type.getRank() == 2 && !(gemm && gemm.getTransA()));
}

ChannelConstant quantc::getRows(Operation *product) {
  ArrayRef<int64_t> shape = getWeightShape(product);
  ChannelConstant rows{&product->getOpOperand(1), 0, {}};
  int64_t perChannel = 1; // elements of the axis that meet one channel
  if (auto gemm = dyn_cast<GemmOp>(product)) {
    rows.axis = gemm.getTransB() ? 1 : 0;
  } else if (auto conv = dyn_cast<ConvOp>(product)) {
    rows.axis = conv.getGroup() == 1 ? 1 : 0;
    if (conv.getGroup() != 1)
      perChannel = shape[0] / int64_t(conv.getGroup());
  }
  for (int64_t i = 0; i < shape[rows.axis]; ++i)
    rows.channels.push_back(i / perChannel);
  return rows;
}

//===----------------------------------------------------------------------===//
// Biases
//===----------------------------------------------------------------------===//

/// A constant with one f32 per element of the last dimension, or one for all.
static bool isBias(Value value, size_t columns) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return value.getDefiningOp<ConstantOp>() && type &&
         type.getElementType().isF32() &&
         (type.getNumElements() == 1 ||
          (type.getNumElements() == int64_t(columns) &&
           type.getShape().back() == int64_t(columns)));
}

static Value createBias(OpBuilder &builder, Location loc,
                        ArrayRef<double> values) {
  std::vector<float> rounded(values.begin(), values.end());
  auto type =
      RankedTensorType::get({int64_t(rounded.size())}, builder.getF32Type());
  return createConstant(builder, loc, makeConstant<float>(type, rounded));
}

/// operand + values / divisor.
static bool addToOperand(OpOperand &operand, ArrayRef<double> values,
                         double divisor) {
  if (!isBias(operand.get(), values.size()) || divisor == 0)
    return false;
  OpBuilder builder(operand.getOwner());
  std::optional<ConstantData> data = ConstantData::get(operand.get());
  if (!data)
    return false;
  bool isSingle = data->getNumElements() == 1;
  std::vector<double> sums;
  for (auto [i, value] : llvm::enumerate(values))
    sums.push_back(data->getDouble(isSingle ? 0 : i) + value / divisor);
  Value bias = createBias(builder, operand.get().getLoc(), sums);
  if (!isSingle)
    bias = match::reshapeTo(builder, bias, data->getType().getShape());
  operand.set(bias);
  return true;
}

bool quantc::addToBias(Operation *op, ArrayRef<double> values) {
  if (isa<ConvOp, GemmOp>(op)) {
    auto gemm = dyn_cast<GemmOp>(op);
    double beta = gemm ? gemm.getBeta().convertToDouble() : 1;
    if (op->getNumOperands() == 3)
      return addToOperand(op->getOpOperand(2), values, beta);
    OpBuilder builder(op);
    Value bias = createBias(builder, op->getLoc(), values);
    if (gemm) {
      gemm.setBeta(llvm::APFloat(1.0f));
      gemm.getCMutable().assign(bias);
    } else {
      cast<ConvOp>(op).getBMutable().assign(bias);
    }
    return true;
  }
  if (auto add = dyn_cast<AddOp>(op)) {
    for (unsigned i : {0, 1})
      if (add->getOperand(1 - i).getType() == add.getType() &&
          addToOperand(add->getOpOperand(i), values, 1))
        return true;
    return false;
  }
  Operation *user = isa<MatMulOp>(op) ? match::getOnlyUser(op->getResult(0))
                                      : nullptr;
  return isa_and_nonnull<AddOp>(user) &&
         user->getResult(0).getType() == op->getResult(0).getType() &&
         addToBias(user, values);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

void quantc::forEachWeight(
    Operation *product, ArrayRef<float> weight,
    function_ref<void(int64_t, int64_t, float)> visit) {
  ArrayRef<int64_t> shape = getWeightShape(product);
  if (auto conv = dyn_cast<ConvOp>(product)) {
    int64_t outputsPerGroup = shape[0] / int64_t(conv.getGroup());
    int64_t kernel = 1;
    for (int64_t size : shape.drop_front(2))
      kernel *= size;
    for (auto [i, element] : llvm::enumerate(weight)) {
      int64_t within = int64_t(i) / kernel % shape[1];
      int64_t output = int64_t(i) / kernel / shape[1];
      visit(output / outputsPerGroup * shape[1] + within, output, element);
    }
    return;
  }
  auto gemm = dyn_cast<GemmOp>(product);
  bool transposed = gemm && gemm.getTransB();
  for (auto [i, element] : llvm::enumerate(weight)) {
    int64_t row = int64_t(i) / shape[1], column = int64_t(i) % shape[1];
    visit(transposed ? column : row, transposed ? row : column, element);
  }
}

std::vector<float> quantc::gatherColumns(ArrayRef<Operation *> products) {
  int64_t columns = 0, rows = 0;
  for (Operation *op : products) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    columns += type.getShape().back();
    rows = cast<RankedTensorType>(op->getOperand(1).getType()).getNumElements() /
           type.getShape().back();
  }
  std::vector<float> gathered(rows * columns);
  int64_t first = 0;
  for (Operation *op : products) {
    std::optional<ConstantData> data = ConstantData::get(op->getOperand(1));
    forEachWeight(op, data->as<float>(),
                  [&](int64_t row, int64_t column, float element) {
                    gathered[row * columns + first + column] = element;
                  });
    first += cast<RankedTensorType>(op->getResult(0).getType())
                 .getShape()
                 .back();
  }
  return gathered;
}
