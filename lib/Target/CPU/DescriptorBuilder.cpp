//===- DescriptorBuilder.cpp - The model's tables ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Field for field the structs of runtime/include/quantc/descriptor.h and
// runtime.h; a change there is a change here.
//
//===----------------------------------------------------------------------===//

#include "DescriptorBuilder.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/runtime.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace quantc;

namespace {
/// Emits constant data as internal globals.
class TableBuilder {
public:
  TableBuilder(ModuleOp module, StringRef prefix)
      : builder(module.getBodyRegion()), loc(module.getLoc()), prefix(prefix),
        pointer(LLVM::LLVMPointerType::get(module.getContext())) {
    builder.setInsertionPointToEnd(module.getBody());
  }

  /// A field of a struct: a number, the address of a symbol, or values nested.
  struct Field {
    Type type;
    int64_t number = 0;
    std::string address = "";
    std::vector<Field> fields = {};
  };
  Field i8(int64_t value) { return {builder.getI8Type(), value}; }
  Field i16(int64_t value) { return {builder.getI16Type(), value}; }
  Field i32(int64_t value) { return {builder.getI32Type(), value}; }
  Field i64(int64_t value) { return {builder.getI64Type(), value}; }
  Field null() { return {pointer}; }
  Field symbol(StringRef name) { return {pointer, 0, name.str()}; }
  Field record(ArrayRef<Field> fields);
  /// The address of an array with these elements (null when empty).
  Field array(ArrayRef<Field> elements);
  Field numbers(ArrayRef<int64_t> values);
  Field string(StringRef text);
  Field strings(ArrayRef<std::string> texts);
  /// A global called `name`.
  Field global(StringRef name, const Field &value);

  OpBuilder builder;
  Location loc;

private:
  Value emit(const Field &field);

  StringRef prefix;
  Type pointer;
  unsigned count = 0;
  llvm::StringMap<std::string> known; // global of a string
};
using Field = TableBuilder::Field;
} // namespace

Field TableBuilder::record(ArrayRef<Field> fields) {
  SmallVector<Type> types;
  for (const Field &field : fields)
    types.push_back(field.type);
  return {LLVM::LLVMStructType::getLiteral(builder.getContext(), types), 0, "",
          std::vector<Field>(fields)};
}

Value TableBuilder::emit(const Field &field) {
  if (!field.address.empty())
    return LLVM::AddressOfOp::create(builder, loc, pointer, field.address);
  if (isa<LLVM::LLVMPointerType>(field.type))
    return LLVM::ZeroOp::create(builder, loc, field.type);
  if (field.type.isInteger())
    return LLVM::ConstantOp::create(
        builder, loc, field.type,
        builder.getIntegerAttr(field.type, field.number));
  Value value = LLVM::UndefOp::create(builder, loc, field.type);
  for (auto [i, part] : llvm::enumerate(field.fields))
    value = LLVM::InsertValueOp::create(builder, loc, value, emit(part),
                                        static_cast<int64_t>(i));
  return value;
}

Field TableBuilder::global(StringRef name, const Field &value) {
  OpBuilder::InsertionGuard guard(builder);
  auto global = LLVM::GlobalOp::create(builder, loc, value.type,
                                       /*isConstant=*/true,
                                       LLVM::Linkage::Internal, name,
                                       Attribute(), /*alignment=*/8);
  builder.createBlock(&global.getInitializerRegion());
  LLVM::ReturnOp::create(builder, loc, emit(value));
  return symbol(name);
}

Field TableBuilder::array(ArrayRef<Field> elements) {
  if (elements.empty())
    return null();
  Type type = LLVM::LLVMArrayType::get(elements.front().type, elements.size());
  return global((prefix + "_table" + Twine(count++)).str(),
                {type, 0, "", std::vector<Field>(elements)});
}

Field TableBuilder::numbers(ArrayRef<int64_t> values) {
  SmallVector<Field> fields;
  for (int64_t value : values)
    fields.push_back(i64(value));
  return array(fields);
}

Field TableBuilder::string(StringRef text) {
  auto [it, inserted] = known.try_emplace(text);
  if (inserted) {
    it->second = (prefix + "_string" + Twine(known.size())).str();
    std::string bytes = text.str() + '\0';
    LLVM::GlobalOp::create(
        builder, loc,
        LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size()),
        /*isConstant=*/true, LLVM::Linkage::Internal, it->second,
        builder.getStringAttr(bytes));
  }
  return symbol(it->second);
}

Field TableBuilder::strings(ArrayRef<std::string> texts) {
  SmallVector<Field> fields;
  for (const std::string &text : texts)
    fields.push_back(string(text));
  return array(fields);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

/// DLPack's code and width of an element type; width 0 if it has none.
static std::pair<int64_t, int64_t> getDLPackType(Type element) {
  if (element.isInteger(1))
    return {kDLBool, 8};
  if (auto integer = dyn_cast<IntegerType>(element))
    return {integer.isUnsigned() ? kDLUInt : kDLInt, integer.getWidth()};
  if (element.isBF16())
    return {kDLBfloat, 16};
  if (element.isF16() || element.isF32() || element.isF64())
    return {kDLFloat, element.getIntOrFloatBitWidth()};
  return {0, 0};
}

namespace {
/// An input or output of the model.
struct TensorInfo {
  std::string name;
  Type element;
  SmallVector<int64_t> dims; // -1 where dynamic
  std::vector<std::string> dimNames;

  Field build(TableBuilder &tables) const;
  /// "ids: i64 [batch, 128]".
  std::string print() const;
};
} // namespace

Field TensorInfo::build(TableBuilder &tables) const {
  auto [code, bits] = getDLPackType(element);
  return tables.record(
      {tables.string(name),
       tables.record({tables.i8(code), tables.i8(bits), tables.i16(1)}),
       tables.i32(dims.size()), tables.numbers(dims),
       tables.strings(dimNames)});
}

std::string TensorInfo::print() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << name << ": " << element << " [";
  for (size_t i = 0; i < dims.size(); ++i) {
    stream << (i ? ", " : "");
    if (dims[i] >= 0)
      stream << dims[i];
    else
      stream << (dimNames[i].empty() ? "?" : dimNames[i]);
  }
  stream << "]";
  return text;
}

/// Reads `onnx.name` and `onnx.dims`; dimensions without a name of their own take
/// their symbol's.
static FailureOr<TensorInfo> getTensorInfo(Value value,
                                           DictionaryAttr attributes,
                                           StringRef fallback, ShapeEnv &env) {
  TensorInfo info;
  auto type = cast<RankedTensorType>(value.getType());
  info.element = type.getElementType();
  if (!getDLPackType(info.element).second)
    return emitError(value.getLoc(), "the CPU target does not take or return ")
           << type << " tensors";
  info.name = fallback;
  ArrayAttr dimNames;
  if (attributes) {
    if (auto attr = attributes.getAs<StringAttr>("onnx.name"))
      info.name = attr.str();
    dimNames = attributes.getAs<ArrayAttr>("onnx.dims");
  }
  for (auto [i, dim] : llvm::enumerate(*env.getShape(value))) {
    info.dims.push_back(ShapeEnv::getConstant(dim).value_or(-1));
    std::string &dimName = info.dimNames.emplace_back();
    if (auto symbol = dyn_cast<AffineSymbolExpr>(dim))
      dimName = env.getSymbols()[symbol.getPosition()].name;
    if (dimNames && i < dimNames.size())
      if (auto given = dyn_cast<StringAttr>(dimNames[i]))
        dimName = given.str();
  }
  return info;
}

/// The tensor infos of inputs and outputs, and a line of text for each on the
/// module.
static LogicalResult buildTensorInfos(TableBuilder &tables, func::FuncOp main,
                                      ShapeEnv &env,
                                      SmallVectorImpl<Field> &inputs,
                                      SmallVectorImpl<Field> &outputs) {
  SmallVector<Attribute> lines;
  auto add = [&](StringRef kind, Value value, DictionaryAttr attributes,
                 SmallVectorImpl<Field> &fields) {
    FailureOr<TensorInfo> info = getTensorInfo(
        value, attributes, (kind + Twine(fields.size())).str(), env);
    if (failed(info))
      return failure();
    fields.push_back(info->build(tables));
    lines.push_back(
        tables.builder.getStringAttr(kind + " " + info->print()));
    return success();
  };
  for (BlockArgument argument : main.getArguments())
    if (failed(add("input", argument,
                   main.getArgAttrDict(argument.getArgNumber()), inputs)))
      return failure();
  for (OpOperand &operand : main.front().getTerminator()->getOpOperands())
    if (failed(add("output", operand.get(),
                   main.getResultAttrDict(operand.getOperandNumber()),
                   outputs)))
      return failure();
  main->getParentOp()->setAttr(signatureAttrName,
                               tables.builder.getArrayAttr(lines));
  return success();
}

//===----------------------------------------------------------------------===//
// Kernels, properties, the whole
//===----------------------------------------------------------------------===//

/// Hash of the weights' bytes, as hexadecimal text.
static std::string hashWeights(ArrayAttr weights) {
  llvm::SHA256 hash;
  for (Attribute constant : weights) {
    std::optional<ConstantData> data = ConstantData::get(constant);
    hash.update(StringRef(data->getBytes().data(), data->getBytes().size()));
  }
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

/// What the compiler knows, then what the module says; a key counts once.
static std::vector<std::string> getProperties(ModuleOp module) {
  std::vector<std::string> properties;
  llvm::StringSet<> seen;
  auto add = [&](StringRef key, StringRef value) {
    if (seen.insert(key).second)
      properties.insert(properties.end(), {key.str(), value.str()});
  };
  auto triple = module->getAttrOfType<StringAttr>(
      LLVM::LLVMDialect::getTargetTripleAttrName());
  add("target", triple);
  std::string isas;
  for (Attribute isa : module->getAttrOfType<ArrayAttr>(isasAttrName))
    isas += (isas.empty() ? "" : ",") + cast<StringAttr>(isa).str();
  add("isas", isas);
  add("quantc_version", QUANTC_VERSION);
  add("weights_sha256",
      hashWeights(module->getAttrOfType<ArrayAttr>(weightsAttrName)));
  if (auto given = module->getAttrOfType<DictionaryAttr>(propertiesAttrName))
    for (NamedAttribute property : given)
      if (auto text = dyn_cast<StringAttr>(property.getValue()))
        add(property.getName(), text);
  return properties;
}

static Field buildKernelInfos(TableBuilder &tables, ModuleOp module,
                              ArrayRef<std::string> kernels) {
  SmallVector<Field> infos;
  for (const std::string &kernel : kernels) {
    auto grid = module.lookupSymbol<LLVM::LLVMFuncOp>(kernel + ".grid");
    auto scratch = grid->getAttrOfType<IntegerAttr>(scratchAttrName);
    infos.push_back(tables.record({tables.string(kernel),
                                   tables.symbol(grid.getName()),
                                   tables.i64(scratch.getInt())}));
  }
  return tables.array(infos);
}

static Field buildISATables(TableBuilder &tables, ArrayAttr isas,
                            ArrayRef<std::string> kernels) {
  SmallVector<Field> records;
  for (Attribute isa : isas) {
    StringRef name = cast<StringAttr>(isa);
    SmallVector<Field> functions;
    for (const std::string &kernel : kernels)
      functions.push_back(tables.symbol((kernel + "." + name).str()));
    records.push_back(
        tables.record({tables.string(name), tables.array(functions)}));
  }
  return tables.array(records);
}

/// A function that returns the address of the global `tables`.
static LLVM::LLVMFuncOp addGetter(TableBuilder &tables, StringRef name,
                                  StringRef global) {
  OpBuilder &builder = tables.builder;
  OpBuilder::InsertionGuard guard(builder);
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  auto function = LLVM::LLVMFuncOp::create(
      builder, tables.loc, name, LLVM::LLVMFunctionType::get(pointer, {}));
  function.setNoUnwind(true);
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  Value address =
      LLVM::AddressOfOp::create(builder, tables.loc, pointer, global);
  LLVM::ReturnOp::create(builder, tables.loc, address);
  return function;
}

static Field buildObserverInfos(TableBuilder &tables,
                                ArrayRef<ObserverInfo> observers) {
  SmallVector<Field> records;
  for (const ObserverInfo &observer : observers)
    records.push_back(tables.record(
        {tables.string(observer.name), tables.i64(observer.channels),
         tables.i64(observer.channelHistograms)}));
  return tables.array(records);
}

LogicalResult quantc::buildDescriptor(func::FuncOp main, ShapeEnv &env,
                                      const ModelTables &model,
                                      StringRef symbol) {
  auto module = main->getParentOfType<ModuleOp>();
  TableBuilder tables(module, symbol);
  SmallVector<Field> inputs, outputs;
  if (failed(buildTensorInfos(tables, main, env, inputs, outputs)))
    return failure();
  auto isas = module->getAttrOfType<ArrayAttr>(isasAttrName);
  std::vector<std::string> properties = getProperties(module);
  Field descriptor = tables.record(
      {tables.i32(QUANTC_ABI_VERSION), tables.i32(inputs.size()),
       tables.i32(outputs.size()), tables.array(inputs), tables.array(outputs),
       tables.i32(model.kernels.size()),
       buildKernelInfos(tables, module, model.kernels), tables.i32(isas.size()),
       buildISATables(tables, isas, model.kernels),
       tables.symbol(model.shapes), tables.symbol(model.run),
       tables.i32(model.observers.size()),
       buildObserverInfos(tables, model.observers),
       tables.i32(properties.size() / 2), tables.strings(properties)});
  std::string name = (symbol + "_tables").str();
  tables.global(name, descriptor);
  std::string own = (symbol + "_descriptor").str();
  addGetter(tables, own, name);
  // The name every model answers to; weak, so that models with names of their
  // own can be linked into one program.
  if (own != modelDescriptorName)
    addGetter(tables, modelDescriptorName, name).setLinkage(LLVM::Linkage::Weak);
  return success();
}
