//===- Shapes.cpp - Symbolic shapes ---------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Shapes.h"
#include "ElementTypes.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/DimMath.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;

/// Constants with more elements are data, not shapes.
static constexpr int64_t maxContents = 1024;

//===----------------------------------------------------------------------===//
// Lookup
//===----------------------------------------------------------------------===//

/// Enters `dims`, in place where there is an entry already.
static const Dims *
assign(llvm::DenseMap<Value, std::unique_ptr<Dims>> &map, Value value,
       Dims dims) {
  std::unique_ptr<Dims> &entry = map[value];
  if (!entry)
    entry = std::make_unique<Dims>();
  *entry = std::move(dims);
  return entry.get();
}

const Dims *ShapeEnv::getShape(Value value) {
  auto known = shapes.find(value);
  if (known != shapes.end())
    return known->second.get();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return nullptr;
  Dims result;
  for (auto [i, size] : llvm::enumerate(type.getShape()))
    result.push_back(ShapedType::isDynamic(size) ? unknown(value, i)
                                                 : constant(size));
  return assign(shapes, value, std::move(result));
}

const Dims *ShapeEnv::getContents(Value value) {
  auto known = contents.find(value);
  if (known != contents.end())
    return known->second.get();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() > 1 || !type.hasStaticShape() ||
      type.getNumElements() > maxContents ||
      !isa<IntegerType>(type.getElementType()) ||
      !value.getDefiningOp<onnx::ConstantOp>())
    return nullptr;
  std::optional<ConstantData> data = ConstantData::get(value);
  if (!data)
    return nullptr;
  Dims result;
  for (int64_t element : data->getInts())
    result.push_back(constant(element));
  return assign(contents, value, std::move(result));
}

void ShapeEnv::setShape(Value value, Dims shape) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  bool sameRank = type && type.getRank() == int64_t(shape.size());
  for (auto [i, dim] : llvm::enumerate(shape)) {
    bool isStatic = sameRank && !type.isDynamicDim(i);
    if (isStatic && !(dim && getConstant(dim)))
      dim = constant(type.getDimSize(i));
    else if (!dim)
      dim = unknown(value, i);
  }
  assign(shapes, value, std::move(shape));
}

void ShapeEnv::setContents(Value value, Dims elements) {
  if (llvm::all_of(elements, [](Dim element) { return bool(element); }))
    assign(contents, value, std::move(elements));
}

Dim ShapeEnv::unknown(Value value, unsigned index) {
  Dim symbol = getAffineSymbolExpr(symbols.size(), context);
  symbols.push_back({"", value, index});
  return symbol;
}

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

void ShapeEnv::bindArgument(func::FuncOp function, unsigned index) {
  Value argument = function.getArgument(index);
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!type)
    return;
  auto names = function.getArgAttrOfType<ArrayAttr>(index, "onnx.dims");
  bool hasNames = names && int64_t(names.size()) == type.getRank();
  Dims shape;
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    auto name = hasNames ? dyn_cast<StringAttr>(names[i]) : StringAttr();
    if (!ShapedType::isDynamic(size)) {
      shape.push_back(constant(size));
    } else if (!name || name.empty()) {
      shape.push_back(unknown(argument, i));
    } else {
      Dim &dim = named[name.getValue()];
      if (!dim) {
        dim = unknown(argument, i);
        symbols.back().name = name.str();
      }
      shape.push_back(dim);
    }
  }
  assign(shapes, argument, std::move(shape));
}

LogicalResult ShapeEnv::analyze(func::FuncOp function) {
  if (function.isExternal())
    return success();
  callers.push_back(function);
  for (unsigned i : llvm::seq(function.getNumArguments()))
    bindArgument(function, i);
  LogicalResult result = success();
  for (Block &block : function.getBody())
    if (failed(analyze(block)))
      result = failure(); // go on: report all errors in one run
  callers.pop_back();
  return result;
}

LogicalResult ShapeEnv::analyze(Block &block) {
  LogicalResult result = success();
  for (Operation &op : block)
    if (failed(analyze(&op)))
      result = failure();
  return result;
}

/// Fails where what was computed for `value` is no shape, or disagrees with the
/// type.
static LogicalResult checkAgainstType(Value value, const Dims *shape) {
  if (!shape)
    return success();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  Operation *op = value.getDefiningOp();
  if (type && type.getRank() != int64_t(shape->size()))
    return op->emitOpError("has a result of type ")
           << type << ", but computes rank " << shape->size();
  for (auto [i, dim] : llvm::enumerate(*shape)) {
    std::optional<int64_t> size = ShapeEnv::getConstant(dim);
    if (size && (*size < 0 || *size > dims::maxConstant))
      return op->emitOpError("computes a dimension of ")
             << *size << ", which is negative or exceeds 2^40";
    if (size && type && !type.isDynamicDim(i) && *size != type.getDimSize(i))
      return op->emitOpError("has a result of type ")
             << type << ", but computes dimension " << i << " to be " << *size;
  }
  return success();
}

LogicalResult ShapeEnv::analyze(Operation *op) {
  // A body may be analyzed again, with less known of its arguments.
  for (Value result : op->getResults()) {
    shapes.erase(result);
    contents.erase(result);
  }
  if (auto call = dyn_cast<func::CallOp>(op))
    return follow(call);
  if (auto shaped = dyn_cast<ShapeInferenceOpInterface>(op))
    if (failed(shaped.inferShapes(*this)))
      return failure();
  for (Value result : op->getResults())
    if (failed(checkAgainstType(result, getShape(result))))
      return failure();
  return success();
}

void ShapeEnv::bindCall(func::CallOp call, func::FuncOp callee) {
  for (auto [argument, operand] :
       llvm::zip_equal(callee.getArguments(), call.getOperands())) {
    shapes.erase(argument);
    contents.erase(argument);
    if (const Dims *shape = getShape(operand))
      assign(shapes, argument, *shape);
    if (const Dims *elements = getContents(operand))
      assign(contents, argument, *elements);
  }
}

void ShapeEnv::bindResult(Value result, Value inner, unsigned firstInner) {
  // Symbols of the body mean nothing outside: those dimensions become symbols
  // of the call's result.
  auto isOuter = [&](Dim dim) {
    WalkResult walk = dim.walk([&](AffineExpr part) {
      auto symbol = dyn_cast<AffineSymbolExpr>(part);
      return symbol && symbol.getPosition() >= firstInner
                 ? WalkResult::interrupt()
                 : WalkResult::advance();
    });
    return !walk.wasInterrupted();
  };
  const Dims *shape = getShape(inner);
  if (!shape)
    return;
  setShape(result, llvm::map_to_vector<4>(*shape, [&](Dim dim) {
             return isOuter(dim) ? dim : Dim();
           }));
  const Dims *elements = getContents(inner);
  if (elements && llvm::all_of(*elements, isOuter))
    setContents(result, *elements);
}

LogicalResult ShapeEnv::follow(func::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  bool isRecursive = callee && llvm::is_contained(callers, callee);
  if (!callee || callee.isExternal() || isRecursive)
    return success();
  bindCall(call, callee);
  unsigned firstInner = symbols.size();
  callers.push_back(callee);
  LogicalResult result = success();
  for (Block &block : callee.getBody())
    if (failed(analyze(block)))
      result = failure();
  callers.pop_back();
  Operation *terminator = callee.getBody().back().getTerminator();
  for (auto [outer, inner] :
       llvm::zip_equal(call.getResults(), terminator->getOperands()))
    bindResult(outer, inner, firstInner);
  return result;
}

LogicalResult quantc::verifyShapes(Operation *op) {
  // Bodies are verified operation by operation.
  if (op->getNumRegions())
    return success();
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(),
                                            op->getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && llvm::any_of(tensor.getShape(), [](int64_t size) {
          return size > dims::maxConstant;
        }))
      return op->emitOpError("has a dimension above 2^40 in ") << type;
  }
  if (failed(onnx::verifyElementTypes(op)))
    return failure();
  ShapeEnv env(op->getContext());
  if (failed(cast<ShapeInferenceOpInterface>(op).inferShapes(env)))
    return failure();
  for (Value result : op->getResults())
    if (failed(checkAgainstType(result, env.getShape(result))))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Arithmetic on shapes
//===----------------------------------------------------------------------===//

std::optional<int64_t> ShapeEnv::getConstant(Dim dim) {
  if (auto constant = dyn_cast_if_present<AffineConstantExpr>(dim))
    return constant.getValue();
  return std::nullopt;
}

Dim ShapeEnv::product(ArrayRef<Dim> factors) const {
  Dim result = constant(1);
  for (Dim factor : factors)
    result = dims::mul(result, factor);
  return result;
}

RankedTensorType ShapeEnv::getType(ArrayRef<Dim> shape, Type element) {
  SmallVector<int64_t> sizes;
  for (Dim dim : shape)
    sizes.push_back(getConstant(dim).value_or(ShapedType::kDynamic));
  return RankedTensorType::get(sizes, element);
}

TensorType quantc::refineType(TensorType type, ArrayRef<Dim> shape) {
  RankedTensorType known = ShapeEnv::getType(shape, type.getElementType());
  auto ranked = dyn_cast<RankedTensorType>(type);
  if (!ranked)
    return known;
  assert(ranked.getRank() == known.getRank() && "type of another rank");
  SmallVector<int64_t> sizes(ranked.getShape());
  for (auto [size, better] : llvm::zip_equal(sizes, known.getShape()))
    if (ShapedType::isDynamic(size))
      size = better;
  return ranked.clone(sizes);
}

void ShapeEnv::assume(Dim dim) {
  if (dim && !dims::isAtLeast(dim, 0))
    assumptions.insert(dim);
}

void ShapeEnv::assumeEqual(Dim a, Dim b) {
  if (a == b)
    return;
  assume(dims::sub(a, b));
  assume(dims::sub(b, a));
}

std::optional<Dims> ShapeEnv::broadcast(ArrayRef<Dim> a, ArrayRef<Dim> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  Dims result(a);
  size_t offset = a.size() - b.size();
  for (auto [i, other] : llvm::enumerate(b)) {
    Dim &dim = result[offset + i];
    std::optional<int64_t> left = getConstant(dim), right = getConstant(other);
    if (dim == other || right == 1)
      continue;
    if (left && right && left != 1)
      return std::nullopt;
    if (left != 1)
      assumeEqual(dim, other);
    if (left == 1 || right)
      dim = other;
  }
  return result;
}
