//===- FuseMap.cpp - Fuse elementwise maps --------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Three steps: maps take in the maps that feed them, except one that a product's
// epilogue will take; products, last first, take in the maps that follow them;
// then what is left fuses once more. Only values with one user disappear, so
// nothing is computed twice, and only between equal shapes, so no broadcast
// changes its meaning.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_FUSEMAP
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

static bool hasEpilogue(Operation *op) {
  return isa_and_nonnull<qnn::MatMulOp, qnn::ConvOp, qnn::AveragePoolOp>(op);
}

/// Whether every use of `value` is an operand of `user`.
static bool isOnlyUsedBy(Value value, Operation *user) {
  return !value.use_empty() &&
         llvm::all_of(value.getUsers(),
                      [&](Operation *other) { return other == user; });
}

/// Elements an epilogue reads and writes.
static bool isEpilogueElement(Value tensor) {
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  return element.isF32() || element.isInteger(32) || element.isInteger(8);
}

//===----------------------------------------------------------------------===//
// Constants of one element
//===----------------------------------------------------------------------===//

/// Whether an argument is a scale or zero point somewhere. Those stay operands:
/// layers that differ only in them share a kernel.
static bool isQuantizationParameter(BlockArgument argument) {
  return llvm::any_of(argument.getUses(), [](OpOperand &use) {
    return isa<qnn::QuantizeOp, qnn::DequantizeOp>(use.getOwner()) &&
           use.getOperandNumber() > 0;
  });
}

static TypedAttr getScalar(const ConstantData &data, Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return IntegerAttr::get(
        type, APInt(integer.getWidth(), data.getInt(0), /*isSigned=*/false,
                    /*implicitTrunc=*/true));
  return FloatAttr::get(type, data.getDouble(0));
}

/// Whether the result's rank does not come from operand `index` alone.
static bool keepsRank(qnn::MapOp map, unsigned index) {
  auto rankOf = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getRank();
  };
  for (auto [i, input] : llvm::enumerate(map.getInputs()))
    if (i != index && rankOf(input) == rankOf(map.getResult(0)))
      return true;
  return false;
}

/// Moves constants of one element into the region.
static void foldConstants(qnn::MapOp map) {
  Block &body = map.getBody().front();
  for (unsigned i = map.getInputs().size(); i-- > 0;) {
    std::optional<ConstantData> data = ConstantData::get(map.getInputs()[i]);
    BlockArgument argument = body.getArgument(i);
    if (!data || data->getNumElements() != 1 || !keepsRank(map, i) ||
        isQuantizationParameter(argument))
      continue;
    if (!argument.use_empty()) {
      OpBuilder builder = OpBuilder::atBlockBegin(&body);
      argument.replaceAllUsesWith(arith::ConstantOp::create(
          builder, map.getLoc(), getScalar(*data, argument.getType())));
    }
    body.eraseArgument(i);
    map->eraseOperand(i);
  }
}

//===----------------------------------------------------------------------===//
// Merging regions
//===----------------------------------------------------------------------===//

namespace {
/// The operands and the body of a fused operation while it is put together.
struct FusedBody {
  OpBuilder &builder;
  Operation *op; // has one region, with one block
  Block *block;

  /// The block argument for the element of `operand`, a new one if need be. The
  /// operation's broadcast operands start at `firstOperand`, their arguments at
  /// `firstArgument`.
  Value getArgument(Value operand, unsigned firstOperand,
                    unsigned firstArgument, Type type) {
    for (unsigned i = firstOperand; i < op->getNumOperands(); ++i)
      if (op->getOperand(i) == operand)
        return block->getArgument(firstArgument + i - firstOperand);
    op->insertOperands(op->getNumOperands(), operand);
    return block->addArgument(type, op->getLoc());
  }

  /// Clones the body of `from` with `mapping` for its arguments; what it yields.
  SmallVector<Value> clone(Block &from, IRMapping &mapping) {
    for (Operation &inner : from.without_terminator())
      builder.clone(inner, mapping);
    return llvm::map_to_vector(
        from.getTerminator()->getOperands(),
        [&](Value value) { return mapping.lookup(value); });
  }
};

struct FuseMap : quantc::impl::FuseMapBase<FuseMap> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    if (failed(env.analyze(getOperation())))
      return signalPassFailure();
    shapes = &env;
    getOperation().walk([](qnn::MapOp map) { foldConstants(map); });
    fuseMaps(/*leaveEpilogues=*/true);
    fuseEpilogues();
    fuseMaps(/*leaveEpilogues=*/false);
  }

private:
  ShapeEnv *shapes = nullptr;

  bool haveSameShape(Value a, Value b) {
    auto typeA = cast<RankedTensorType>(a.getType());
    auto typeB = cast<RankedTensorType>(b.getType());
    if (typeA.getShape() != typeB.getShape())
      return false;
    if (typeA.hasStaticShape())
      return true;
    const Dims *dimsA = shapes->getShape(a), *dimsB = shapes->getShape(b);
    return dimsA && dimsB && *dimsA == *dimsB;
  }

  void replace(Operation *old, Operation *fused) {
    for (auto [from, to] :
         llvm::zip_equal(old->getResults(), fused->getResults()))
      if (const Dims *dims = shapes->getShape(from)) {
        Dims copy = *dims;
        shapes->setShape(to, std::move(copy));
      }
    old->replaceAllUsesWith(fused);
    old->erase();
  }

  /// Whether `producer` will end up in an epilogue.
  bool followsProduct(qnn::MapOp producer) {
    return llvm::any_of(producer.getInputs(), [&](Value input) {
      return canExtend(input.getDefiningOp(), producer);
    });
  }

  //===--------------------------------------------------------------------===//
  // Map into map
  //===--------------------------------------------------------------------===//

  void fuseMaps(bool leaveEpilogues) {
    SmallVector<qnn::MapOp> maps;
    getOperation().walk([&](qnn::MapOp map) { maps.push_back(map); });
    for (qnn::MapOp map : maps) {
      // A producer is earlier: already looked at and never erased before its
      // consumer's turn, which erases it.
      while (qnn::MapOp producer = findProducer(map, leaveEpilogues)) {
        map = fuse(producer, map);
        foldConstants(map);
        ++numMaps;
      }
    }
  }

  qnn::MapOp findProducer(qnn::MapOp map, bool leaveEpilogues) {
    for (Value input : map.getInputs()) {
      auto producer = input.getDefiningOp<qnn::MapOp>();
      if (producer && producer->getNumResults() == 1 &&
          isOnlyUsedBy(input, map) && haveSameShape(input, map.getResult(0)) &&
          !(leaveEpilogues && followsProduct(producer)))
        return producer;
    }
    return {};
  }

  qnn::MapOp fuse(qnn::MapOp producer, qnn::MapOp consumer) {
    OpBuilder builder(consumer);
    auto fused = qnn::MapOp::create(builder, consumer.getLoc(),
                                    consumer.getResultTypes(), ValueRange());
    Block *block = builder.createBlock(&fused.getBody());
    FusedBody body{builder, fused, block};
    auto mapArguments = [&](qnn::MapOp map, IRMapping &mapping) {
      for (auto [input, argument] :
           llvm::zip_equal(map.getInputs(), map.getBody().getArguments()))
        if (!mapping.contains(argument))
          mapping.map(argument,
                      body.getArgument(input, 0, 0, argument.getType()));
    };
    IRMapping inner, outer;
    mapArguments(producer, inner);
    Value element = body.clone(producer.getBody().front(), inner)[0];
    for (auto [input, argument] : llvm::zip_equal(
             consumer.getInputs(), consumer.getBody().getArguments()))
      if (input == producer.getResult(0))
        outer.map(argument, element);
    mapArguments(consumer, outer);
    qnn::YieldOp::create(builder, consumer.getLoc(),
                         body.clone(consumer.getBody().front(), outer));
    replace(consumer, fused);
    producer.erase();
    return fused;
  }

  //===--------------------------------------------------------------------===//
  // Map into epilogue
  //===--------------------------------------------------------------------===//

  void fuseEpilogues() {
    SmallVector<Operation *> products;
    getOperation().walk([&](Operation *op) {
      if (hasEpilogue(op))
        products.push_back(op);
    });
    for (Operation *product : llvm::reverse(products))
      while (qnn::MapOp map = findConsumer(product)) {
        product = extend(product, map);
        ++numEpilogues;
      }
  }

  qnn::MapOp findConsumer(Operation *product) {
    if (product->use_empty())
      return {};
    auto map = dyn_cast<qnn::MapOp>(*product->user_begin());
    return map && canExtend(product, map) ? map : qnn::MapOp();
  }

  bool canExtend(Operation *product, qnn::MapOp map) {
    return hasEpilogue(product) && map->getNumResults() == 1 &&
           isOnlyUsedBy(product->getResult(0), map) &&
           llvm::all_of(map.getInputs(), isEpilogueElement) &&
           isEpilogueElement(map.getResult(0)) &&
           haveSameShape(product->getResult(0), map.getResult(0));
  }

  Operation *extend(Operation *product, qnn::MapOp map) {
    OpBuilder builder(map);
    Operation *fused = builder.cloneWithoutRegions(*product);
    fused->getResult(0).setType(map.getResult(0).getType());
    Block &old = product->getRegion(0).front();
    Block *block = builder.createBlock(&fused->getRegion(0));
    IRMapping inner, outer;
    for (BlockArgument argument : old.getArguments())
      inner.map(argument,
                block->addArgument(argument.getType(), argument.getLoc()));
    FusedBody body{builder, fused, block};
    Value element = body.clone(old, inner)[0];
    // Extras are the operands after the first (pools) or the first two.
    unsigned firstExtra = isa<qnn::AveragePoolOp>(fused) ? 1 : 2;
    unsigned firstArgument = isa<qnn::AveragePoolOp>(fused) ? 2 : 1;
    for (auto [input, argument] :
         llvm::zip_equal(map.getInputs(), map.getBody().getArguments()))
      outer.map(argument, input == product->getResult(0)
                              ? element
                              : body.getArgument(input, firstExtra,
                                                 firstArgument,
                                                 argument.getType()));
    qnn::YieldOp::create(builder, map.getLoc(),
                         body.clone(map.getBody().front(), outer));
    replace(map, fused);
    product->erase();
    return fused;
  }
};
} // namespace
