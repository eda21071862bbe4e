//===- ONNX.cpp - Reading ONNX models ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The order of the checks: what the file is, its framing, the header,
// functions, operators, and last the graph. Each stage may rely on the ones
// before.
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/ONNX.h"

#include "GraphImporter.h"
#include "ModelFile.h"
#include "Supported.h"
#include "mlir/IR/Verifier.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

static LogicalResult checkHeader(const pb::ModelProto &model, Report &report) {
  int64_t version = model.ir_version();
  if (version < 1)
    return report.invalid("P11", model.has_ir_version()
                                     ? "ir_version " + Twine(version) +
                                           " is not a version of ONNX"
                                     : Twine("ir_version is missing"));
  if (version > maxIRVersion)
    return report.error(ErrorCode::Unsupported, "P11",
                        "ir_version " + Twine(version) + " is newer than " +
                            Twine(maxIRVersion) + " supported by this build");
  OpsetMap opsets;
  if (failed(readOpsets(model.opset_import(), opsets, report)))
    return failure();
  if (opsets.empty())
    return report.invalid("P12", "no operator set is imported");
  if (model.training_info_size())
    return report.error(ErrorCode::Unsupported, "P23",
                        "training_info is not supported; export the model for "
                        "inference");
  return success();
}

static void setModuleAttributes(ModuleOp module, const pb::ModelProto &model,
                                StringRef bytes) {
  Builder b(module.getContext());
  module->setAttr("onnx.ir_version", b.getI64IntegerAttr(model.ir_version()));
  for (const pb::OperatorSetIdProto &id : model.opset_import())
    if (normalizeDomain(id.domain()).empty())
      module->setAttr("onnx.opset", b.getI64IntegerAttr(id.version()));
  std::string producer = model.producer_name();
  if (!model.producer_version().empty())
    producer += " " + model.producer_version();
  if (!producer.empty())
    module->setAttr("onnx.producer", b.getStringAttr(producer));
  auto digest = llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes));
  module->setAttr("onnx.sha256",
                  b.getStringAttr(llvm::toHex(digest, /*LowerCase=*/true)));
}

/// Dropout left in training mode, which inference takes as the identity.
static void warnOfTraining(func::FuncOp main, Report &report) {
  int64_t count = 0;
  std::string first;
  main.walk([&](quantc::onnx::DropoutOp op) {
    if (op.drops() != std::optional<bool>(true) || count++)
      return;
    if (auto name = dyn_cast<NameLoc>(op.getLoc()))
      first = name.getName().str();
  });
  if (count)
    report.warning("P23", Twine(count) +
                              " Dropout in training mode (first: node " +
                              quote(first) + "); taken as the identity");
}

static OwningOpRef<ModuleOp> importModel(MLIRContext &context, StringRef bytes,
                                         const ImportOptions &options,
                                         StringRef modelFolder,
                                         Report &report) {
  context.loadDialect<func::FuncDialect, quantc::onnx::ONNXDialect>();
  std::shared_ptr<pb::ModelProto> model = parseModel(bytes, report);
  Functions functions;
  if (!model || failed(checkHeader(*model, report)) ||
      failed(functions.load(*model, options.maxNodes, report)) ||
      failed(checkSupported(*model, functions, report)))
    return {};

  ExternalData external(options.externalDataDir, modelFolder.str(),
                        options.allowHardlinks, report);
  TensorImporter tensors(model, external, report);
  GraphImporter graph(*model, functions, tensors, report);
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  func::FuncOp main = graph.importMain();
  if (!main)
    return {};
  module->push_back(main);
  setModuleAttributes(*module, *model, bytes);
  std::string message = capture(&context, [&] { return verify(*module); });
  if (message.empty()) {
    warnOfTraining(main, report);
    return module;
  }
  (void)report.invalid("P21", "the imported module is not valid: " + message);
  return {};
}

OwningOpRef<ModuleOp> quantc::importONNX(MLIRContext &context, StringRef path,
                                         const ImportOptions &options,
                                         ErrorCode *code) {
  Report report(&context, path);
  OwningOpRef<ModuleOp> module;
  if (auto file = MappedFile::open(path, "IO", "model", report)) {
    ImportOptions withFolder = options;
    if (withFolder.externalDataDir.empty()) {
      StringRef parent = llvm::sys::path::parent_path(path);
      withFolder.externalDataDir = parent.empty() ? "." : parent.str();
    }
    module =
        importModel(context, file->getBytes(), withFolder,
                    llvm::sys::path::parent_path(file->getRealPath()), report);
  }
  if (code)
    *code = report.getCode();
  return module;
}

OwningOpRef<ModuleOp> quantc::importONNXFromBytes(MLIRContext &context,
                                                  StringRef bytes,
                                                  StringRef name,
                                                  const ImportOptions &options,
                                                  ErrorCode *code) {
  Report report(&context, name);
  OwningOpRef<ModuleOp> module =
      importModel(context, bytes, options, "", report);
  if (code)
    *code = report.getCode();
  return module;
}
