//===- Compare.cpp - Two models on the same data --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Compare.h"
#include "ModelSide.h"
#include "quantc/Driver/Diagnostics.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantc;

static ErrorCode report(MLIRContext &context, const Twine &message,
                        ErrorCode code = ErrorCode::InvalidInput) {
  emitError(UnknownLoc::get(&context)) << message;
  return code;
}

ModelComparison::~ModelComparison() = default;

std::unique_ptr<ModelComparison>
ModelComparison::open(MLIRContext &context, const CompareOptions &options,
                      ErrorCode &code) {
  std::unique_ptr<ModelComparison> self(new ModelComparison());
  self->reference = std::make_unique<ModelSide>();
  self->candidate = std::make_unique<ModelSide>();
  for (ModelSide *side : {self->reference.get(), self->candidate.get()}) {
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
  for (ModelSide *side : {reference.get(), candidate.get()})
    if (ErrorCode code = side->findLayers(); code != ErrorCode::None)
      return code;
  std::vector<std::string> chosen, followers;
  for (auto &[name, value] : reference->layers) {
    auto type = cast<RankedTensorType>(value.getType());
    Value other = candidate->layers.lookup(name);
    bool sameCount = reference->getNumNamesakes(name) ==
                     candidate->getNumNamesakes(name);
    if (!other || !sameCount ||
        !areCompatible(type, cast<RankedTensorType>(other.getType()))) {
      unmatched.push_back(name.str());
      continue;
    }
    chosen.push_back(name.str());
    followers.push_back(findQuantized(name));
    layers.push_back({name.str(), describeType(type, nullptr), {}, {}});
  }
  for (auto &[name, value] : candidate->layers)
    if (!reference->layers.contains(name))
      unmatched.push_back(name.str());
  if (chosen.empty())
    return report(context, reference->summary.path + " and " +
                               candidate->summary.path +
                               " have no layer of the same name");
  ErrorCode code = candidate->expose(chosen, options);
  llvm::append_range(chosen, followers);
  return code == ErrorCode::None ? reference->expose(chosen, options) : code;
}

/// The reference's tensor whose values the candidate's range for `layer` covers: a
/// rectifier that quantization has absorbed, or the layer itself.
std::string ModelComparison::findQuantized(StringRef layer) const {
  Value value = reference->layers.lookup(layer);
  if (!value.hasOneUse() || !getCandidate().graph.ranges.contains(layer))
    return layer.str();
  for (auto &[name, other] : reference->layers)
    if (other.getDefiningOp() == *value.user_begin() &&
        other.getDefiningOp()->getOperand(0) == value &&
        other.getType() == value.getType() && !candidate->layers.contains(name))
      return name.str();
  return layer.str();
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
    Tensor &r = (*a)[reference->layerOutputs[i]].second;
    Tensor &c = (*b)[candidate->layerOutputs[i]].second;
    Tensor &quantized =
        (*a)[reference->layerOutputs[layers.size() + i]].second;
    // The range covers what is quantized: the candidate's channels.
    layer.values.add(toDoubles(
        candidate->scaleChannels(quantized, layer.name, /*inverse=*/false)));
    code = addTensor(*r.element.getContext(), "layer", layer, runs,
                     reference->scaleChannels(r, layer.name, /*inverse=*/true),
                     candidate->scaleChannels(c, layer.name, /*inverse=*/true));
    if (code != ErrorCode::None)
      return code;
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
