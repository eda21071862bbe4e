//===- inspect.cpp - quantc inspect ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Driver/CompiledModel.h"
#include "quantc/Recipes/Recipe.h"
#include "quantc/Driver/Diagnostics.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <map>

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("inspect", "Say what a model, table, recipe or artifact holds\n"
                       "  example: quantc inspect model.so --json");
static cl::opt<std::string> file(cl::Positional, cl::desc("FILE"), cl::Required,
                                 cl::sub(command));
static cl::opt<bool> asJSON("json", cl::sub(command), cl::desc("Print JSON"));

static json::Object inspectModule(mlir::ModuleOp module) {
  json::Object inputs, outputs, operators, result;
  std::map<std::string, int64_t> counts;
  int64_t constants = 0, bytes = 0;
  module.walk([&](mlir::Operation *op) {
    if (auto constant = dyn_cast<onnx::ConstantOp>(op)) {
      ++constants;
      if (std::optional<ConstantData> data = ConstantData::get(constant))
        bytes += int64_t(data->getBytes().size());
    } else if (op->getDialect() && (op->getDialect()->getNamespace() == "onnx" ||
                                    op->getDialect()->getNamespace() == "qnn")) {
      ++counts[op->getName().getStringRef().str()];
    }
  });
  for (auto &[name, count] : counts)
    operators[name] = count;
  if (auto main = module.lookupSymbol<mlir::func::FuncOp>("main")) {
    for (unsigned i = 0; i < main.getNumArguments(); ++i) {
      auto name = main.getArgAttrOfType<mlir::StringAttr>(i, "onnx.name");
      inputs[name ? name.str() : std::to_string(i)] = describeType(
          main.getArgumentTypes()[i],
          main.getArgAttrOfType<mlir::ArrayAttr>(i, "onnx.dims"));
    }
    for (unsigned i = 0; i < main.getNumResults(); ++i) {
      auto name = main.getResultAttrOfType<mlir::StringAttr>(i, "onnx.name");
      outputs[name ? name.str() : std::to_string(i)] =
          describeType(main.getResultTypes()[i], nullptr);
    }
  }
  result["kind"] = "model";
  result["inputs"] = std::move(inputs);
  result["outputs"] = std::move(outputs);
  result["operators"] = std::move(operators);
  result["constants"] = constants;
  result["constant_bytes"] = bytes;
  for (mlir::NamedAttribute attribute : module->getAttrs())
    if (auto text = dyn_cast<mlir::StringAttr>(attribute.getValue()))
      result[attribute.getName().str()] = text.str();
  return result;
}

static json::Object inspectArtifact(mlir::MLIRContext &context,
                                    const CompiledModel &model) {
  auto describe = [&](const quantc_tensor_info &info) {
    auto [type, names] = getType(context, info);
    return describeType(type, names);
  };
  json::Object inputs, outputs, result;
  for (int i = 0; i < model.numInputs(); ++i)
    inputs[std::string(model.input(i).name)] = describe(model.input(i));
  for (int i = 0; i < model.numOutputs(); ++i)
    outputs[std::string(model.output(i).name)] = describe(model.output(i));
  result["kind"] = "artifact";
  result["inputs"] = std::move(inputs);
  result["outputs"] = std::move(outputs);
  for (const char *key : {"target", "isas", "isa", "recipe", "model_sha256",
                          "weights_sha256", "quantc_version"})
    if (StringRef value = model.property(key); !value.empty())
      result[key] = value.str();
  uint64_t bytes = 0;
  if (!sys::fs::file_size(file, bytes))
    result["file_bytes"] = int64_t(bytes);
  return result;
}

static json::Object inspectTable(const CalibrationTable &table) {
  json::Object tensors, result;
  for (const auto &[name, statistics] : table.getTensors())
    tensors[name] = json::Array{statistics.values.getMin(),
                                statistics.values.getMax()};
  result["kind"] = "calibration table";
  result["model"] = table.modelHash;
  result["samples"] = int64_t(table.samples);
  result["ranges"] = std::move(tensors);
  return result;
}

/// Plain lines: a key, then what it holds, nested keys indented.
static void printPlain(const json::Object &object, unsigned indent) {
  std::map<std::string, const json::Value *> sorted;
  for (const auto &[key, value] : object)
    sorted[key.str()] = &value;
  for (const auto &[key, value] : sorted) {
    outs().indent(indent) << key << ':';
    if (const json::Object *nested = value->getAsObject()) {
      outs() << '\n';
      printPlain(*nested, indent + 2);
    } else if (std::optional<StringRef> text = value->getAsString()) {
      outs() << ' ' << *text << '\n';
    } else {
      outs() << ' ' << *value << '\n';
    }
  }
}

static ErrorCode fail(mlir::MLIRContext &context, const Twine &message,
                      ErrorCode code) {
  mlir::emitError(mlir::UnknownLoc::get(&context)) << message;
  return code;
}

/// What the file is, by its first bytes; its name decides only between text.
static ErrorCode inspectFile(mlir::MLIRContext &context, json::Object &result) {
  auto buffer = MemoryBuffer::getFile(file, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fail(context, file + ": " + buffer.getError().message(),
                ErrorCode::IO);
  StringRef bytes = (*buffer)->getBuffer(), ending = sys::path::extension(file);
  ErrorCode code = ErrorCode::None;
  switch (identify_magic(bytes)) {
  case file_magic::elf_shared_object: {
    std::unique_ptr<CompiledModel> model =
        CompiledModel::open(context, file, "", 1, code);
    if (model)
      result = inspectArtifact(context, *model);
    return code;
  }
  case file_magic::archive:
  case file_magic::elf_relocatable:
  case file_magic::elf_executable:
    return fail(context,
                file + ": of artifacts, shared objects are inspected; the .h "
                       "beside a library says what it takes",
                ErrorCode::InvalidInput);
  default:
    break;
  }
  if (ending == ".onnx" || ending == ".mlir") {
    mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(context, file, code);
    if (module)
      result = inspectModule(*module);
    return code;
  }
  if (ending == ".yaml" || ending == ".yml") {
    Expected<Recipe> recipe = Recipe::parse(bytes, file);
    if (!recipe)
      return fail(context, toString(recipe.takeError()),
                  ErrorCode::InvalidInput);
    result["kind"] = "recipe";
    result["text"] = bytes.trim().str();
    return code;
  }
  if (!bytes.ltrim().starts_with("{"))
    return fail(context,
                file + ": neither a model (.onnx, .mlir), a compiled model "
                       "(.so), a calibration table nor a recipe (.yaml)",
                ErrorCode::InvalidInput);
  Expected<CalibrationTable> table = CalibrationTable::load(file);
  if (!table)
    return fail(context, toString(table.takeError()), ErrorCode::InvalidInput);
  result = inspectTable(*table);
  return code;
}

static ErrorCode run(mlir::MLIRContext &context) {
  json::Object result;
  if (ErrorCode code = inspectFile(context, result); code != ErrorCode::None)
    return code;
  if (asJSON)
    outs() << formatv("{0:2}\n", json::Value(std::move(result)));
  else
    printPlain(result, 0);
  return ErrorCode::None;
}

Command tool::getInspectCommand() { return {&command, run}; }
