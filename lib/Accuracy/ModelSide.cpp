//===- ModelSide.cpp - One of two models compared -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ModelSide.h"
#include "quantc/Quantization/Smoothing.h"
#include "quantc/Quantization/TensorNames.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace quantc;

static ErrorCode report(MLIRContext &context, const Twine &message) {
  emitError(UnknownLoc::get(&context)) << message;
  return ErrorCode::InvalidInput;
}

static uint64_t getFileBytes(StringRef path) {
  SmallString<128> weights(path);
  llvm::sys::path::replace_extension(weights, ".weights");
  uint64_t sum = 0;
  for (StringRef file : {path, StringRef(weights)}) {
    uint64_t bytes = 0;
    if (!llvm::sys::fs::file_size(file, bytes))
      sum += bytes;
  }
  return sum;
}

ErrorCode ModelSide::open(MLIRContext &context, StringRef path,
                                      const CompareOptions &options) {
  ErrorCode code;
  summary.path = path.str();
  StringRef ending = llvm::sys::path::extension(path);
  summary.isArtifact = ending != ".onnx" && ending != ".mlir";
  if (summary.isArtifact) {
    whole = ModelRunner::open(context, path, options.threads, code);
    if (!whole)
      return code;
    const CompiledModel &model = *whole->compiled;
    summary.recipe = model.property("recipe").str();
    summary.isa = model.property("isa").str();
    summary.hash = model.property("model_sha256").str();
  } else {
    module = loadModel(context, path, code);
    if (!module)
      return code;
    if (!module->lookupSymbol<func::FuncOp>("main"))
      return report(context, path + ": no function 'main'");
    summary.remarks = getStoredRemarks(*module);
    whole = ModelRunner::build(*module, options, summary, code);
    if (!whole)
      return code;
    if (auto recipe = (*module)->getAttrOfType<StringAttr>("quantc.recipe"))
      summary.recipe = recipe.str();
    if (auto hash = (*module)->getAttrOfType<StringAttr>("onnx.sha256"))
      summary.hash = hash.str();
    if (whole->compiled)
      summary.isa = whole->compiled->property("isa").str();
  }
  summary.fileBytes = getFileBytes(path);
  return ErrorCode::None;
}

/// A tensor's name without the number that tells it from its namesakes.
static StringRef getBaseName(StringRef name) {
  auto [base, number] = name.rsplit('#');
  unsigned unused;
  return number.getAsInteger(10, unused) ? name : base;
}

unsigned ModelSide::getNumNamesakes(StringRef layer) const {
  return numNamesakes.lookup(getBaseName(layer));
}

ErrorCode ModelSide::findLayers() {
  ErrorCode code = runPipeline(*module, Stages::join({Stages().graph()}));
  if (code != ErrorCode::None)
    return code;
  auto main = module->lookupSymbol<func::FuncOp>("main");
  names = getTensorNames(main);
  layers = quantc::getLayers(main, names);
  for (auto &[name, value] : layers)
    if (Value sum = layers.lookup((name + correctedSuffix).str()))
      value = sum;
  layers.remove_if([](const auto &layer) {
    return layer.first.ends_with(correctedSuffix);
  });
  for (auto &[value, name] : names) {
    Operation *op = value.getDefiningOp();
    ++numNamesakes[getBaseName(name)];
    if (auto attr = op ? op->getAttrOfType<DenseF32ArrayAttr>(channelFactorsAttrName)
                       : DenseF32ArrayAttr())
      factors[name] = attr.asArrayRef();
  }
  return ErrorCode::None;
}

ErrorCode ModelSide::expose(ArrayRef<std::string> chosen,
                                        const CompareOptions &options) {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  Builder builder(main.getContext());
  Operation *ret = main.getBody().front().getTerminator();
  for (const std::string &name : chosen) {
    Value value = layers.lookup(name);
    auto found = llvm::find(ret->getOperands(), value);
    layerOutputs.push_back(unsigned(found - ret->operand_begin()));
    if (found != ret->operand_end())
      continue;
    auto attributes = builder.getDictionaryAttr(
        {builder.getNamedAttr("onnx.name", builder.getStringAttr(name))});
    (void)main.insertResult(main.getNumResults(), value.getType(), attributes);
    ret->insertOperands(ret->getNumOperands(), value);
  }
  ErrorCode code;
  ModelSummary unused; // the whole model's remarks are those that count
  unused.path = summary.path;
  exposed = ModelRunner::build(*module, options, unused, code);
  return code;
}

Tensor ModelSide::scaleChannels(const Tensor &tensor, StringRef layer,
                                bool inverse) const {
  ArrayRef<float> channels = factors.lookup(layer);
  if (channels.empty() || !tensor.element.isF32())
    return tensor;
  // Images have their channels second, everything else last.
  size_t rank = tensor.shape.size(), axis = rank == 4 ? 1 : rank - 1;
  if (rank == 0 || tensor.shape[axis] != int64_t(channels.size()))
    return tensor;
  int64_t inner = 1;
  for (size_t d = axis + 1; d < rank; ++d)
    inner *= tensor.shape[d];
  Tensor scaled = tensor;
  float *data = scaled.data<float>();
  for (int64_t i = 0, e = scaled.size(); i < e; ++i) {
    float factor = channels[size_t(i / inner) % channels.size()];
    data[i] = inverse ? data[i] / factor : data[i] * factor;
  }
  return scaled;
}
