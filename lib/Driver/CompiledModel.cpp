//===- CompiledModel.cpp - An artifact loaded into this process -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/CompiledModel.h"
#include "quantc/Driver/Diagnostics.h"
#include "quantc/Support/Report.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Triple.h"

#include <climits>
#include <cstdlib>
#include <dlfcn.h>

using namespace mlir;
using namespace quantc;

namespace {
/// A narrow float and DLPack's code for it (dlpack.h, DLDataTypeCode).
struct NarrowFloat {
  uint8_t code;
  Type type;
};
} // namespace

static SmallVector<NarrowFloat> getNarrowFloats(MLIRContext *context) {
  return {{10, Float8E4M3FNType::get(context)},
          {11, Float8E4M3FNUZType::get(context)},
          {12, Float8E5M2Type::get(context)},
          {13, Float8E5M2FNUZType::get(context)},
          {14, Float8E8M0FNUType::get(context)},
          {17, Float4E2M1FNType::get(context)}};
}

Type quantc::getElementType(MLIRContext &context, DLDataType type) {
  Builder builder(&context);
  for (NarrowFloat narrow : getNarrowFloats(&context))
    if (narrow.code == type.code)
      return narrow.type;
  switch (type.code) {
  case kDLInt:
    return builder.getIntegerType(type.bits);
  case kDLUInt:
    return IntegerType::get(&context, type.bits, IntegerType::Unsigned);
  case kDLBool:
    return builder.getI1Type();
  case kDLBfloat:
    return builder.getBF16Type();
  default:
    return type.bits == 64   ? Type(builder.getF64Type())
           : type.bits == 16 ? Type(builder.getF16Type())
                             : Type(builder.getF32Type());
  }
}

DLDataType quantc::getDLPackType(Type element) {
  auto bits = uint8_t(element.getIntOrFloatBitWidth());
  if (element.isInteger(1))
    return {kDLBool, 8, 1};
  if (element.isBF16())
    return {kDLBfloat, bits, 1};
  for (NarrowFloat narrow : getNarrowFloats(element.getContext()))
    if (narrow.type == element)
      return {narrow.code, bits, 1};
  if (isa<FloatType>(element))
    return {kDLFloat, bits, 1};
  return {uint8_t(element.isUnsignedInteger() ? kDLUInt : kDLInt), bits, 1};
}

std::pair<RankedTensorType, ArrayAttr>
quantc::getType(MLIRContext &context, const quantc_tensor_info &info) {
  SmallVector<int64_t> shape;
  SmallVector<Attribute> names;
  for (int d = 0; d < info.ndim; ++d) {
    shape.push_back(info.dims[d] < 0 ? ShapedType::kDynamic : info.dims[d]);
    names.push_back(StringAttr::get(&context, info.dim_names[d]));
  }
  return {RankedTensorType::get(shape, getElementType(context, info.dtype)),
          ArrayAttr::get(&context, names)};
}

/// The functions of quantc/runtime.h as found in the shared object.
struct CompiledModel::Library {
  void *handle = nullptr;
#define QUANTC_FUNCTIONS(X)                                                    \
  X(model_descriptor) X(last_error) X(model_create) X(model_destroy)           \
  X(model_set_threads) X(model_num_inputs) X(model_num_outputs)                \
  X(model_input) X(model_output) X(model_property) X(model_output_shapes)      \
  X(model_run) X(model_num_observations) X(model_observation)         \
  X(model_reset_observations) X(model_take_back)
#define X(name) decltype(&::quantc_##name) name = nullptr;
  QUANTC_FUNCTIONS(X)
#undef X

  bool load(const char *path) {
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
      return false;
    bool complete = true;
#define X(name)                                                                \
  name = reinterpret_cast<decltype(name)>(dlsym(handle, "quantc_" #name));     \
  complete &= name != nullptr;
    QUANTC_FUNCTIONS(X)
#undef X
    return complete;
  }
  ~Library() {
    if (handle)
      dlclose(handle);
  }
};

static ErrorCode toErrorCode(quantc_status status) {
  return status == QUANTC_OK ? ErrorCode::None : ErrorCode(int(status));
}

/// Why the loader cannot take the file, or "": it crashes on one that was cut off,
/// and says of another architecture's that it does not exist.
static std::string findDamage(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return buffer.getError().message();
  StringRef bytes = (*buffer)->getBuffer();
  llvm::ELF::Elf64_Ehdr header;
  if (bytes.size() < sizeof(header))
    return "too short for a shared object";
  memcpy(&header, bytes.data(), sizeof(header));
  if (!header.checkMagic())
    return "no ELF file";
  if (header.getFileClass() != llvm::ELF::ELFCLASS64)
    return "not for 64-bit machines";
  uint16_t here = llvm::Triple(LLVM_HOST_TRIPLE).isAArch64()
                      ? llvm::ELF::EM_AARCH64
                      : llvm::ELF::EM_X86_64;
  if (header.e_machine != here)
    return header.e_machine == llvm::ELF::EM_AARCH64
               ? "compiled for aarch64, which this machine is not"
               : "compiled for another machine";
  // The section headers are the last thing linkers write.
  uint64_t sections = uint64_t(header.e_shnum) * header.e_shentsize;
  return header.e_shoff > bytes.size() ||
                 sections > bytes.size() - header.e_shoff
             ? "cut off"
             : "";
}

std::unique_ptr<CompiledModel>
CompiledModel::open(MLIRContext &context, StringRef path, StringRef isa,
                    int threads, ErrorCode &code) {
  std::unique_ptr<CompiledModel> self(new CompiledModel());
  self->context = &context;
  self->library = std::make_unique<Library>();
  // dlopen searches its path for names without a slash.
  char resolved[PATH_MAX];
  std::string name = path.str();
  if (!realpath(name.c_str(), resolved)) {
    code = report(context, name + ": No such file or directory", ErrorCode::IO);
    return nullptr;
  }
  if (std::string damage = findDamage(resolved); !damage.empty()) {
    code = report(context,
                  name + ": not a model compiled by quantc (" + damage + ")",
                  ErrorCode::InvalidInput);
    return nullptr;
  }
  if (!self->library->load(resolved)) {
    bool opened = self->library->handle;
    const char *why = opened ? nullptr : dlerror();
    code = report(context,
                  name + ": not a model compiled by quantc" +
                      (why ? " (" + std::string(why) + ")" : ""),
                  ErrorCode::InvalidInput);
    return nullptr;
  }
  const Library &lib = *self->library;
  quantc_status status =
      lib.model_create(lib.model_descriptor(),
                       isa.empty() ? nullptr : isa.str().c_str(), &self->model);
  if (!status)
    status = lib.model_set_threads(self->model, threads);
  if (status) {
    code = report(context, name + ": " + lib.last_error(), toErrorCode(status));
    return nullptr;
  }
  return self;
}

std::unique_ptr<CompiledModel>
CompiledModel::build(ModuleOp module, const CompileOptions &options,
                     int threads, ErrorCode &code) {
  MLIRContext &context = *module.getContext();
  SmallString<128> folder;
  if (std::error_code error =
          llvm::sys::fs::createUniqueDirectory("quantc-model", folder)) {
    code = report(context, "temporary folder: " + error.message(),
                  ErrorCode::IO);
    return nullptr;
  }
  // What has been loaded stays usable without its files.
  llvm::scope_exit remove([&] { llvm::sys::fs::remove_directories(folder); });
  SmallString<128> artifact(folder);
  llvm::sys::path::append(artifact, "model.so");
  code = compileModel(module, options, artifact);
  return code == ErrorCode::None ? open(context, artifact, "", threads, code)
                                 : nullptr;
}

CompiledModel::~CompiledModel() {
  if (model)
    library->model_destroy(model);
}

int CompiledModel::numInputs() const { return library->model_num_inputs(model); }
int CompiledModel::numOutputs() const {
  return library->model_num_outputs(model);
}
const quantc_tensor_info &CompiledModel::input(int i) const {
  return *library->model_input(model, i);
}
const quantc_tensor_info &CompiledModel::output(int i) const {
  return *library->model_output(model, i);
}
StringRef CompiledModel::property(const char *key) const {
  const char *value = library->model_property(model, key);
  return value ? value : "";
}
int CompiledModel::numObservations() const {
  return library->model_num_observations(model);
}
quantc_observation CompiledModel::observation(int i) const {
  quantc_observation result = {};
  library->model_observation(model, i, &result);
  return result;
}

void CompiledModel::resetObservations() {
  library->model_reset_observations(model);
}
void CompiledModel::takeBack(bool enable) {
  library->model_take_back(model, enable);
}

static DLTensor toDLTensor(Tensor &tensor) {
  return {tensor.bytes.data(), {kDLCPU, 0},         int32_t(tensor.shape.size()),
          getDLPackType(tensor.element), tensor.shape.data(), nullptr, 0};
}

/// "x f32[batch, 16], mask f32[batch]".
static std::string listInputs(MLIRContext &context, const CompiledModel &model) {
  std::string text;
  for (int i = 0; i < model.numInputs(); ++i) {
    auto [type, names] = getType(context, model.input(i));
    text += (i ? ", " : "") + std::string(model.input(i).name) + " " +
            describeType(type, names);
  }
  return text;
}

/// The inputs in the model's order; null where one is missing or unknown.
static FailureOr<std::vector<const Tensor *>>
arrange(MLIRContext &context, const CompiledModel &model,
        const NamedTensors &named, const Twine &what) {
  std::vector<const Tensor *> result(model.numInputs(), nullptr);
  for (auto [position, entry] : llvm::enumerate(named)) {
    int at = -1;
    for (int i = 0; i < model.numInputs(); ++i)
      if (entry.first.empty() ? i == int(position)
                              : entry.first == model.input(i).name)
        at = i;
    if (at < 0) {
      emitError(UnknownLoc::get(&context))
          << what << "the model has no input '" << entry.first
          << "'; it has: " << listInputs(context, model);
      return failure();
    }
    result[at] = &entry.second;
  }
  for (int i = 0; i < model.numInputs(); ++i)
    if (!result[i]) {
      emitError(UnknownLoc::get(&context))
          << what << "input '" << model.input(i).name
          << "' is missing; the model takes: " << listInputs(context, model);
      return failure();
    }
  return result;
}

FailureOr<NamedTensors> CompiledModel::run(const NamedTensors &inputs,
                                           ErrorCode &code,
                                           const Twine &what) {
  code = ErrorCode::InvalidInput;
  FailureOr<std::vector<const Tensor *>> ordered =
      arrange(*context, *this, inputs, what);
  if (failed(ordered))
    return failure();
  std::vector<DLTensor> arguments, results;
  for (const Tensor *tensor : *ordered)
    arguments.push_back(toDLTensor(const_cast<Tensor &>(*tensor)));
  std::vector<std::array<int64_t, QUANTC_MAX_RANK>> shapes(numOutputs());
  quantc_status status = library->model_output_shapes(
      model, arguments.data(),
      reinterpret_cast<int64_t(*)[QUANTC_MAX_RANK]>(shapes.data()));
  NamedTensors outputs(numOutputs());
  for (int i = 0; !status && i < numOutputs(); ++i) {
    outputs[i].first = output(i).name;
    Tensor &tensor = outputs[i].second;
    tensor.element = getElementType(*context, output(i).dtype);
    tensor.shape.assign(shapes[i].begin(), shapes[i].begin() + output(i).ndim);
    tensor.bytes.resize(tensor.size() * ((output(i).dtype.bits + 7) / 8));
    results.push_back(toDLTensor(tensor));
  }
  if (!status)
    status = library->model_run(model, arguments.data(), results.data());
  code = toErrorCode(status);
  if (status) {
    report(*context, what + library->last_error(), code);
    return failure();
  }
  return outputs;
}
