//===- Evaluation.cpp - The values of a function being evaluated ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"
#include "Elements.h"
#include "Convert.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

/// Larger tensors are refused rather than tried.
static constexpr int64_t maxBytes = int64_t(1) << 36;

InFlightDiagnostic evaluator::emitUnsupported(Operation *op) {
  InFlightDiagnostic error = op->emitError("the evaluator does not support ");
  error.getUnderlyingDiagnostic()->getMetadata().push_back(
      DiagnosticArgument(int(ErrorCode::Unsupported)));
  return error;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

const Tensor &Evaluation::get(Value value) const {
  auto entry = values.find(value);
  assert(entry != values.end() && "value used before it was computed");
  return *entry->second;
}

SmallVector<int64_t> Evaluation::getInts(Value value) const {
  const Tensor &tensor = get(value);
  SmallVector<int64_t> result;
  withAny(tensor.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *elements = tensor.data<T>();
    for (int64_t i = 0, e = tensor.size(); i < e; ++i)
      result.push_back(int64_t(elements[i]));
  });
  return result;
}

double Evaluation::getDouble(Value value) const {
  const Tensor &tensor = get(value);
  double result = 0;
  withAny(tensor.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    result = double(*tensor.data<T>());
  });
  return result;
}

/// Bytes of a tensor, or none where that is too much.
static std::optional<int64_t> getBytes(ArrayRef<int64_t> shape, Type element) {
  int64_t bytes = getElementBytes(element);
  for (int64_t size : shape)
    if (size < 0 || llvm::MulOverflow(bytes, size, bytes) || bytes > maxBytes)
      return std::nullopt;
  return bytes;
}

Tensor *Evaluation::create(Value result, ArrayRef<int64_t> shape) {
  Type element = getHeldType(cast<TensorType>(result.getType()).getElementType());
  std::optional<int64_t> bytes = getBytes(shape, element);
  if (!bytes) {
    InFlightDiagnostic diagnostic =
        mlir::emitError(result.getLoc())
        << "the evaluator cannot hold a result of shape [";
    llvm::interleaveComma(shape, diagnostic);
    diagnostic << "]";
    return nullptr;
  }
  auto tensor = std::make_unique<Tensor>();
  tensor->element = element;
  tensor->shape.assign(shape.begin(), shape.end());
  tensor->bytes.resize(*bytes);
  std::unique_ptr<Tensor> &entry = values[result];
  entry = std::move(tensor);
  return entry.get();
}

void Evaluation::set(Value value, Tensor tensor) {
  values[value] = std::make_unique<Tensor>(std::move(tensor));
}

Type Evaluation::getHeldType(Type element) const {
  if (!isa<FloatType>(element))
    return element;
  if (isDouble() || element.isF64())
    return Float64Type::get(element.getContext());
  return Float32Type::get(element.getContext());
}

/// Callers need not extend sub-byte integers.
static void extendSubBytes(Tensor &tensor) {
  auto integer = dyn_cast<IntegerType>(tensor.element);
  if (!integer || integer.getWidth() >= 8 || integer.getWidth() == 1)
    return;
  withInteger(integer, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (T &element : MutableArrayRef(tensor.data<T>(), tensor.size()))
      element = wrapToWidth(element, integer.getWidth());
  });
}

Tensor Evaluation::hold(Tensor tensor) const {
  extendSubBytes(tensor);
  Type held = getHeldType(tensor.element);
  return held == tensor.element ? std::move(tensor)
                                : convertFloats(tensor, held);
}

Tensor Evaluation::release(const Tensor &tensor, Type element) const {
  return tensor.element == element ? tensor : convertFloats(tensor, element);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// Checks a result against its type, and rounds it where it is held in a wider
/// type than its own (in f64 mode numbers stay as they are).
LogicalResult Evaluation::finish(OpResult result) {
  auto entry = values.find(result);
  if (entry == values.end())
    return success(); // an optional result nobody made
  Tensor &tensor = *entry->second;
  auto type = cast<TensorType>(result.getType());
  Type element = type.getElementType();
  if (tensor.element != getHeldType(element))
    return result.getOwner()->emitError("evaluated to elements of ")
           << tensor.element << ", expected " << element;
  if (auto ranked = dyn_cast<RankedTensorType>(type)) {
    bool fits = ranked.getRank() == int64_t(tensor.shape.size());
    for (int64_t d = 0; fits && d < ranked.getRank(); ++d)
      fits = ranked.isDynamicDim(d) || ranked.getDimSize(d) == tensor.shape[d];
    if (!fits) {
      InFlightDiagnostic diagnostic =
          result.getOwner()->emitError("evaluated to a result of shape [");
      llvm::interleaveComma(tensor.shape, diagnostic);
      return diagnostic << "], expected " << type;
    }
  }
  if (!isDouble() && tensor.element != element)
    tensor = convertFloats(convertFloats(tensor, element), tensor.element);
  if (options.onValue)
    options.onValue(result,
                    isDouble() ? tensor : release(tensor, element));
  return success();
}

LogicalResult Evaluation::call(func::CallOp op) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, op.getCalleeAttr());
  if (!callee || callee.isExternal())
    return op.emitError("the evaluator needs the body of ")
           << op.getCalleeAttr();
  if (llvm::is_contained(callers, callee))
    return emitUnsupported(op) << "recursive calls";
  std::vector<Tensor> arguments;
  for (Value operand : op.getOperands())
    arguments.push_back(get(operand));
  callers.push_back(callee);
  FailureOr<std::vector<Tensor>> results =
      run(callee.getBody().front(), std::move(arguments));
  callers.pop_back();
  if (failed(results))
    return failure();
  for (auto [result, tensor] : llvm::zip_equal(op.getResults(), *results))
    set(result, std::move(tensor));
  return success();
}

LogicalResult Evaluation::runOperation(Operation *op) {
  if (auto callOp = dyn_cast<func::CallOp>(op)) {
    if (failed(call(callOp)))
      return failure();
  } else {
    const Registry::Implementation *implementation = Registry::get().find(op);
    if (!implementation)
      return emitUnsupported(op) << op->getName();
    if (failed((*implementation)(op, *this)))
      return failure();
  }
  for (OpResult result : op->getResults())
    if (failed(finish(result)))
      return failure();
  return success();
}

const Evaluation::LastUses &Evaluation::getLastUses(Block &block) {
  auto [entry, isNew] = lastUses.try_emplace(&block);
  if (!isNew)
    return entry->second;
  LastUses &result = entry->second;
  auto add = [&](Value value) {
    Operation *last = nullptr;
    for (Operation *user : value.getUsers()) {
      Operation *ancestor = block.findAncestorOpInBlock(*user);
      if (ancestor && (!last || last->isBeforeInBlock(ancestor)))
        last = ancestor;
    }
    if (last)
      result[last].push_back(value);
  };
  for (BlockArgument argument : block.getArguments())
    add(argument);
  for (Operation &op : block)
    for (Value value : op.getResults())
      add(value);
  return result;
}

FailureOr<std::vector<Tensor>>
Evaluation::run(Block &block, std::vector<Tensor> arguments) {
  for (auto [argument, tensor] :
       llvm::zip_equal(block.getArguments(), arguments))
    set(argument, std::move(tensor));
  getLastUses(block);
  for (Operation &op : block.without_terminator()) {
    if (failed(runOperation(&op)))
      return failure();
    // Looked up anew: running a body may have added entries.
    const LastUses &uses = lastUses.find(&block)->second;
    if (auto dead = uses.find(&op); dead != uses.end())
      for (Value value : dead->second)
        values.erase(value);
  }
  std::vector<Tensor> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(get(value));
  return results;
}
