//===- Compile.cpp - From a model to an artifact --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The stages in order, each a textual pipeline; `--emit` stops after one of them
// and `--save-temps` writes the form after each.
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Driver.h"
#include "quantc/Support/Files.h"
#include "quantc/Support/Report.h"
#include "quantc/Target/CPU/Emit.h"
#include "quantc/Target/CPU/Kernels.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace quantc;

extern "C" int quantc_cpu_has(const char *isa);

static ErrorCode reportError(ModuleOp module, const Twine &message,
                             ErrorCode kind) {
  return report(*module.getContext(), message, kind);
}

static std::string knownISAs() {
  return llvm::join(
      llvm::map_range(ISA::all(), [](const ISA &isa) { return isa.name; }), ", ");
}

static StringRef archOf(const ISA &isa) { return isa.triple.split('-').first; }

static StringRef hostArch() {
  static const std::string triple = llvm::sys::getDefaultTargetTriple();
  return StringRef(triple).split('-').first;
}

/// The ISAs of "cpu" (every one of this architecture), "cpu:native" (the best of
/// this machine) or "cpu:ISA,...", best first.
static ErrorCode parseTarget(ModuleOp module, StringRef target,
                             SmallVectorImpl<std::string> &isas) {
  auto [kind, list] = target.split(':');
  if (kind != "cpu")
    return reportError(module,
                  "target '" + target + "' is not supported; cpu and cpu:ISA are",
                  ErrorCode::Unsupported);
  SmallVector<StringRef> names;
  list.split(names, ',', -1, /*KeepEmpty=*/false);
  for (StringRef name : names)
    if (name != "native" && !ISA::lookup(name))
      return reportError(module,
                    "no ISA '" + name + "'; supported: " + knownISAs() +
                        ", native",
                    ErrorCode::InvalidInput);
  StringRef arch = hostArch();
  for (StringRef name : names)
    if (name != "native")
      arch = archOf(*ISA::lookup(name));
  bool haveNative = false;
  for (const ISA &isa : ISA::all()) {
    bool listed = llvm::is_contained(names, isa.name);
    bool isDefault = names.empty() && archOf(isa) == arch && isa.name != "scalar";
    bool native = llvm::is_contained(names, "native") && !haveNative &&
                  archOf(isa) == hostArch() &&
                  quantc_cpu_has(isa.name.str().c_str());
    if (listed && archOf(isa) != arch)
      return reportError(module, "ISAs of two architectures: " + target,
                    ErrorCode::InvalidInput);
    haveNative |= native;
    if (listed || isDefault || native)
      isas.push_back(isa.name.str());
  }
  if (isas.empty())
    return reportError(module,
                  "no ISA of this machine is known; pass --target cpu:ISA, one "
                  "of " + knownISAs(),
                  ErrorCode::Unsupported);
  return ErrorCode::None;
}

/// The names of the inputs' dynamic dimensions, each once.
static std::string listDims(func::FuncOp main) {
  llvm::SetVector<StringRef> names;
  for (unsigned i = 0; i < main.getNumArguments(); ++i) {
    auto type = dyn_cast<RankedTensorType>(main.getArgumentTypes()[i]);
    auto dims = main.getArgAttrOfType<ArrayAttr>(i, "onnx.dims");
    if (!type || !dims)
      continue;
    for (auto [d, name] : llvm::enumerate(dims.getAsRange<StringAttr>()))
      if (type.isDynamicDim(d) && !name.empty())
        names.insert(name.getValue());
  }
  return names.empty() ? "none has a name" : "there are " + llvm::join(names, ", ");
}

ErrorCode quantc::fixDims(ModuleOp module,
                          ArrayRef<std::pair<std::string, int64_t>> dims) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main && !dims.empty())
    return reportError(module, "no function @main to compile",
                  ErrorCode::InvalidInput);
  for (const auto &[name, size] : dims) {
    bool found = false;
    for (unsigned i = 0; i < main.getNumArguments(); ++i) {
      auto type = dyn_cast<RankedTensorType>(main.getArgumentTypes()[i]);
      auto names = main.getArgAttrOfType<ArrayAttr>(i, "onnx.dims");
      if (!type || !names)
        continue;
      SmallVector<int64_t> shape(type.getShape());
      for (auto [d, dimName] : llvm::enumerate(names.getAsRange<StringAttr>()))
        if (dimName.getValue() == name && ShapedType::isDynamic(shape[d])) {
          shape[d] = size;
          found = true;
        }
      auto fixed = RankedTensorType::get(shape, type.getElementType());
      main.getArgument(i).setType(fixed);
      main.setType(FunctionType::get(module.getContext(),
                                     main.getBody().getArgumentTypes(),
                                     main.getResultTypes()));
    }
    if (!found)
      return reportError(module,
                    "--dim " + name +
                        ": no input has a dynamic dimension of that name; " +
                        listDims(main),
                    ErrorCode::InvalidInput);
  }
  return ErrorCode::None;
}

/// What the artifact tells about itself (quantc_model_property).
static void setProperties(ModuleOp module, const CompileOptions &options,
                          const Stages &stages) {
  Builder builder(module.getContext());
  SmallVector<NamedAttribute> properties;
  auto add = [&](StringRef key, StringRef value) {
    if (!value.empty())
      properties.push_back(
          builder.getNamedAttr(key, builder.getStringAttr(value)));
  };
  add("target", ISA::lookup(stages.isas.front())->triple);
  add("isas", llvm::join(stages.isas, ","));
  auto recipe = module->getAttrOfType<StringAttr>("quantc.recipe");
  add("recipe", !options.recipe.empty() ? StringRef(options.recipe)
                : recipe                ? recipe.getValue()
                                        : "none");
  if (auto hash = module->getAttrOfType<StringAttr>("onnx.sha256"))
    add("model_sha256", hash.getValue());
  module->setAttr("quantc.properties", builder.getDictionaryAttr(properties));
}

namespace {
/// One stage: its pipeline, what `--emit` calls its result, its file under
/// `--save-temps`.
struct Step {
  std::string pipeline;
  StringRef emit, file;
};
} // namespace

static ErrorCode emitText(ModuleOp module, StringRef form, StringRef output) {
  ErrorCode code = ErrorCode::None;
  if (form != "llvm" && form != "asm")
    return saveModel(module, output);
  llvm::Error error = writeFile(output, [&](raw_ostream &stream) {
    code = form == "llvm" ? emitLLVM(module, stream)
                          : emitAssembly(module, stream);
    // What was not written in full must not appear.
    return code == ErrorCode::None ? llvm::Error::success()
                                   : llvm::createStringError("not generated");
  });
  if (code != ErrorCode::None) {
    consumeError(std::move(error)); // reported by the code generator
    return code;
  }
  if (error)
    return reportError(module, toString(std::move(error)), ErrorCode::IO);
  return ErrorCode::None;
}

static ErrorCode saveStep(ModuleOp module, StringRef folder, StringRef file) {
  if (std::error_code error = llvm::sys::fs::create_directories(folder))
    return reportError(module, folder + ": " + error.message(), ErrorCode::IO);
  SmallString<128> path(folder);
  llvm::sys::path::append(path, file);
  return saveModel(module, path);
}

ErrorCode quantc::compileModel(ModuleOp module, const CompileOptions &options,
                               StringRef output) {
  Stages stages;
  stages.recipe = options.recipe;
  stages.calibration = options.calibration;
  if (ErrorCode code = parseTarget(module, options.target, stages.isas);
      code != ErrorCode::None)
    return code;
  if (ErrorCode code = checkTable(module, options.calibration);
      code != ErrorCode::None)
    return code;
  const StringRef forms[] = {"", "onnx", "qnn", "kernels", "llvm", "asm"};
  if (!llvm::is_contained(forms, options.emit))
    return reportError(module,
                  "--emit " + options.emit +
                      ": onnx, qnn, kernels, llvm and asm are known",
                  ErrorCode::InvalidInput);
  bool wantsArtifact = options.emit.empty() &&
                       !(options.printPipeline && output == "-");
  if (wantsArtifact) {
    if (ErrorCode code = checkArtifactPath(module.getLoc(), output);
        code != ErrorCode::None)
      return code;
    stages.symbol = getArtifactSymbol(output);
  }
  if (ErrorCode code = fixDims(module, options.dims); code != ErrorCode::None)
    return code;

  const Step steps[] = {
      {Stages::join({stages.graph(), stages.quantize()}), "onnx", "1-onnx.mlir"},
      {Stages::join({stages.fold()}), "qnn", "2-qnn.mlir"},
      {Stages::join({stages.kernels()}), "kernels", "3-kernels.mlir"},
      {Stages::join({stages.code()}), "", "4-code.mlir"},
  };
  if (options.printPipeline) {
    llvm::outs() << Stages::expand(Stages::join(
                        {stages.graph(), stages.quantize(), stages.fold(),
                         stages.kernels(), stages.code()}))
                 << '\n';
    if (output == "-")
      return ErrorCode::None;
  }
  for (const Step &step : steps) {
    if (step.emit.empty())
      setProperties(module, options, stages);
    ErrorCode code = runPipeline(module, step.pipeline);
    // Outlining is where operations without code are found.
    if (code == ErrorCode::InvalidInput && step.emit == "kernels")
      code = ErrorCode::Unsupported;
    if (code == ErrorCode::None && !options.saveTemps.empty())
      code = saveStep(module, options.saveTemps, step.file);
    if (code != ErrorCode::None)
      return code;
    if (step.emit == "onnx" && options.onQuantized)
      options.onQuantized(module);
    if (!step.emit.empty() && step.emit == options.emit)
      return emitText(module, options.emit, output);
  }
  return options.emit.empty() ? emitArtifact(module, output)
                              : emitText(module, options.emit, output);
}
