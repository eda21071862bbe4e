//===- Compare.cpp - Two models on the same data --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Compare.h"
#include "ModelRunner.h"
#include "quantc/Driver/Diagnostics.h"
#include "quantc/Quantization/TensorNames.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace quantc;

static ErrorCode report(MLIRContext &context, const Twine &message,
                        ErrorCode code = ErrorCode::InvalidInput) {
  emitError(UnknownLoc::get(&context)) << message;
  return code;
}

//===----------------------------------------------------------------------===//
// One of the models
//===----------------------------------------------------------------------===//

class ModelComparison::Side {
public:
  ErrorCode open(MLIRContext &context, StringRef path,
                 const CompareOptions &options);
  /// Brings the model to the form in which layers have their names.
  ErrorCode findLayers();
  /// Makes a second runner with `chosen` layers as outputs.
  ErrorCode expose(ArrayRef<std::string> chosen, const CompareOptions &options);

  ModelSummary summary;
  std::unique_ptr<ModelRunner> whole, exposed;
  OwningOpRef<ModuleOp> module; ///< null for an artifact
  llvm::MapVector<StringRef, Value> layers;
  std::vector<unsigned> layerOutputs; ///< positions of the chosen in `exposed`

private:
  DenseMap<Value, std::string> names;
};

ModelComparison::~ModelComparison() = default;

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

ErrorCode ModelComparison::Side::open(MLIRContext &context, StringRef path,
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

ErrorCode ModelComparison::Side::findLayers() {
  ErrorCode code = runPipeline(*module, Stages::join({Stages().graph()}));
  if (code != ErrorCode::None)
    return code;
  auto main = module->lookupSymbol<func::FuncOp>("main");
  names = getTensorNames(main);
  layers = quantc::getLayers(main, names);
  return ErrorCode::None;
}

ErrorCode ModelComparison::Side::expose(ArrayRef<std::string> chosen,
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

//===----------------------------------------------------------------------===//
// Both
//===----------------------------------------------------------------------===//

std::unique_ptr<ModelComparison>
ModelComparison::open(MLIRContext &context, const CompareOptions &options,
                      ErrorCode &code) {
  std::unique_ptr<ModelComparison> self(new ModelComparison());
  self->reference = std::make_unique<Side>();
  self->candidate = std::make_unique<Side>();
  for (Side *side : {self->reference.get(), self->candidate.get()}) {
    bool isReference = side == self->reference.get();
    StringRef path = isReference ? options.reference : options.candidate;
    code = side->open(context, path, options);
    if (code == ErrorCode::None && options.layers && side->summary.isArtifact)
      code = report(context, path + ": --layers compares models (.onnx, .mlir); "
                                    "a compiled model holds only its outputs");
    if (code != ErrorCode::None)
      return nullptr;
  }
  code = self->checkPorts(context);
  if (code == ErrorCode::None && options.layers)
    code = self->exposeLayers(context, options);
  return code == ErrorCode::None ? std::move(self) : nullptr;
}

const ModelSummary &ModelComparison::getReference() const {
  return reference->summary;
}

const ModelSummary &ModelComparison::getCandidate() const {
  return candidate->summary;
}

/// Whether one tensor can have both types; unranked and dynamic fit anything.
static bool areCompatible(RankedTensorType a, RankedTensorType b) {
  if (!a || !b)
    return true;
  return a.getRank() == b.getRank() &&
         llvm::all_of(llvm::zip(a.getShape(), b.getShape()), [](auto dims) {
           auto [x, y] = dims;
           return x == y || ShapedType::isDynamic(x) || ShapedType::isDynamic(y);
         });
}

static std::string describe(const Port &port) {
  return port.type ? describeType(port.type, port.dims) : "unranked";
}

static const Port *findPort(ArrayRef<Port> ports, StringRef name) {
  const Port *port =
      llvm::find_if(ports, [&](const Port &port) { return port.name == name; });
  return port == ports.end() ? nullptr : port;
}

static std::string listNames(ArrayRef<Port> ports) {
  return llvm::join(
      llvm::map_range(ports, [](const Port &port) { return port.name; }), ", ");
}

/// Reports the first of `ports` that `others` lacks or has with another type.
static ErrorCode checkAgainst(MLIRContext &context, StringRef kind,
                              ArrayRef<Port> ports, StringRef path,
                              ArrayRef<Port> others, StringRef otherPath,
                              bool sameElements) {
  for (const Port &port : ports) {
    const Port *other = findPort(others, port.name);
    if (!other)
      return report(context, kind + " '" + port.name + "' of " + path +
                                 " is missing in " + otherPath +
                                 ", which has: " + listNames(others));
    Type a = port.type ? port.type.getElementType() : Type();
    Type b = other->type ? other->type.getElementType() : Type();
    bool elementsFit = !a || !b || a == b ||
                       (!sameElements && isa<FloatType>(a) && isa<FloatType>(b));
    if (!elementsFit || !areCompatible(port.type, other->type))
      return report(context, kind + " '" + port.name + "' is " +
                                 describe(port) + " in " + path + " and " +
                                 describe(*other) + " in " + otherPath);
  }
  return ErrorCode::None;
}

ErrorCode ModelComparison::checkPorts(MLIRContext &context) {
  const ModelRunner &a = *reference->whole, &b = *candidate->whole;
  StringRef pathA = reference->summary.path, pathB = candidate->summary.path;
  ErrorCode code = checkAgainst(context, "input", a.getInputs(), pathA,
                                b.getInputs(), pathB, /*sameElements=*/true);
  if (code == ErrorCode::None)
    code = checkAgainst(context, "input", b.getInputs(), pathB, a.getInputs(),
                        pathA, /*sameElements=*/true);
  if (code == ErrorCode::None)
    code = checkAgainst(context, "output", a.getOutputs(), pathA,
                        b.getOutputs(), pathB, /*sameElements=*/false);
  if (code != ErrorCode::None)
    return code;
  for (const Port &port : a.getOutputs()) {
    candidateOutputs.push_back(
        unsigned(findPort(b.getOutputs(), port.name) - b.getOutputs().data()));
    outputs.push_back({port.name, describe(port), {}, {}});
  }
  return ErrorCode::None;
}

ErrorCode ModelComparison::exposeLayers(MLIRContext &context,
                                        const CompareOptions &options) {
  for (Side *side : {reference.get(), candidate.get()})
    if (ErrorCode code = side->findLayers(); code != ErrorCode::None)
      return code;
  std::vector<std::string> chosen;
  for (auto &[name, value] : reference->layers) {
    auto type = cast<RankedTensorType>(value.getType());
    Value other = candidate->layers.lookup(name);
    if (!other ||
        !areCompatible(type, cast<RankedTensorType>(other.getType()))) {
      unmatched.push_back(name.str());
      continue;
    }
    chosen.push_back(name.str());
    layers.push_back({name.str(), describeType(type, nullptr), {}, {}});
  }
  for (auto &[name, value] : candidate->layers)
    if (!reference->layers.contains(name))
      unmatched.push_back(name.str());
  if (chosen.empty())
    return report(context, reference->summary.path + " and " +
                               candidate->summary.path +
                               " have no layer of the same name");
  for (Side *side : {reference.get(), candidate.get()})
    if (ErrorCode code = side->expose(chosen, options); code != ErrorCode::None)
      return code;
  return ErrorCode::None;
}

/// Adds the difference of one tensor, reporting shapes that differ.
static ErrorCode addTensor(MLIRContext &context, StringRef kind,
                           TensorComparison &comparison, int64_t run,
                           const Tensor &reference, const Tensor &candidate) {
  llvm::Error error = comparison.metrics.add(reference, candidate);
  if (!error)
    return ErrorCode::None;
  return report(context, kind + " '" + comparison.name + "', run " +
                             Twine(run) + ": " + toString(std::move(error)));
}

ErrorCode ModelComparison::add(const NamedTensors &inputs,
                               const Visitor &visit) {
  ErrorCode code;
  FailureOr<NamedTensors> a = reference->whole->run(inputs, code);
  if (failed(a))
    return code;
  FailureOr<NamedTensors> b = candidate->whole->run(inputs, code);
  if (failed(b))
    return code;
  for (auto [i, output] : llvm::enumerate(outputs)) {
    const Tensor &r = (*a)[i].second, &c = (*b)[candidateOutputs[i]].second;
    MLIRContext &context = *r.element.getContext();
    code = addTensor(context, "output", output, runs, r, c);
    if (code != ErrorCode::None)
      return code;
    if (visit)
      visit(output.name, r, c);
  }
  if (!layers.empty())
    code = addLayers(inputs);
  if (code == ErrorCode::None)
    ++runs;
  return code;
}

ErrorCode ModelComparison::addLayers(const NamedTensors &inputs) {
  ErrorCode code;
  FailureOr<NamedTensors> a = reference->exposed->run(inputs, code);
  if (failed(a))
    return code;
  FailureOr<NamedTensors> b = candidate->exposed->run(inputs, code);
  if (failed(b))
    return code;
  for (auto [i, layer] : llvm::enumerate(layers)) {
    const Tensor &r = (*a)[reference->layerOutputs[i]].second;
    const Tensor &c = (*b)[candidate->layerOutputs[i]].second;
    code = addTensor(*r.element.getContext(), "layer", layer, runs, r, c);
    if (code != ErrorCode::None)
      return code;
    layer.values.add(toDoubles(r));
  }
  return ErrorCode::None;
}

std::vector<const TensorComparison *>
quantc::getWorst(ArrayRef<TensorComparison> tensors, size_t count) {
  std::vector<const TensorComparison *> sorted;
  for (const TensorComparison &tensor : tensors)
    if (!tensor.metrics.isEqual())
      sorted.push_back(&tensor);
  llvm::sort(sorted, [](const TensorComparison *a, const TensorComparison *b) {
    return std::make_pair(a->metrics.getSQNR(), a) <
           std::make_pair(b->metrics.getSQNR(), b);
  });
  sorted.resize(std::min(count, sorted.size()));
  return sorted;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// JSON is UTF-8; names out of models need not be.
static std::string asText(StringRef name) {
  return llvm::json::fixUTF8(name);
}

static llvm::json::Object toJSON(const ModelSummary &model) {
  llvm::json::Object object{
      {"path", asText(model.path)},
      {"run_by", model.isEvaluated ? "evaluator" : "compiled code"},
      {"recipe", asText(model.recipe)},
      {"isa", model.isa},
      {"model_sha256", model.hash},
      {"file_bytes", int64_t(model.fileBytes)}};
  if (!model.isArtifact)
    object["constant_bytes"] = int64_t(model.graph.getConstantBytes());
  return object;
}

static llvm::json::Array toJSON(ArrayRef<TensorComparison> tensors) {
  llvm::json::Array array;
  for (const TensorComparison &tensor : tensors) {
    llvm::json::Object object = tensor.metrics.toJSON();
    object["name"] = asText(tensor.name);
    object["type"] = asText(tensor.type);
    array.push_back(std::move(object));
  }
  return array;
}

llvm::json::Object ModelComparison::toJSON() const {
  llvm::json::Array others;
  for (const std::string &name : unmatched)
    others.push_back(asText(name));
  return llvm::json::Object{{"format", "quantc-comparison"},
                            {"version", 1},
                            {"reference", ::toJSON(getReference())},
                            {"candidate", ::toJSON(getCandidate())},
                            {"runs", runs},
                            {"outputs", ::toJSON(outputs)},
                            {"layers", ::toJSON(layers)},
                            {"unmatched_layers", std::move(others)}};
}
