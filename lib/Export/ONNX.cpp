//===- ONNX.cpp - Writing ONNX models -------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What the passes of quantc-export have left is onnx operators only; from there
// the writing is mechanical. The data file is written before the model, so that a
// model never refers to data that are not there.
//
//===----------------------------------------------------------------------===//

#include "quantc/Export/ONNX.h"

#include "../Import/Report.h"
#include "../Import/Types.h"
#include "GraphExporter.h"
#include "Versions.h"
#include "mlir/Pass/PassManager.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Import/ONNX.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Quantization/TensorNames.h"
#include "quantc/Support/Files.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::exporting;
using namespace quantc::onnx;

/// Constants beyond this many bytes go beside the model: a protobuf message may
/// have 2 GiB, and the rest of it needs some room.
static constexpr uint64_t maxInternalBytes = (uint64_t(2) << 30) - (64 << 20);

static ErrorCode fail(ModuleOp module, const Twine &what, ErrorCode code) {
  emitError(UnknownLoc::get(module.getContext())) << what;
  return code;
}

static std::string describe(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (StringRef name = getNodeName(op->getLoc()); !name.empty())
    os << "node " << import::quote(name) << ' ';
  os << '(' << op->getName().stripDialect() << ')';
  return text;
}

/// The operations of `function` and of bodies in it that become nodes.
static SmallVector<Operation *> getNodes(func::FuncOp function) {
  SmallVector<Operation *> nodes;
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isa<ConstantOp>(op) && !op->hasTrait<OpTrait::IsTerminator>())
      nodes.push_back(op);
  });
  return nodes;
}

/// All operations without a form in ONNX, in one error.
static ErrorCode checkSupported(ModuleOp module, ArrayRef<Operation *> nodes,
                                StringRef path) {
  std::map<std::string, std::pair<int, Operation *>> missing;
  for (Operation *op : nodes)
    if (!isa_and_present<ONNXDialect>(op->getDialect())) {
      auto &entry = missing[op->getName().getStringRef().str()];
      if (entry.first++ == 0)
        entry.second = op;
    }
  if (missing.empty())
    return ErrorCode::None;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << path << ": no form in ONNX: ";
  llvm::interleaveComma(missing, os, [&](const auto &entry) {
    os << entry.first << " x" << entry.second.first
       << " (first: " << describe(entry.second.second) << ")";
  });
  return fail(module, text, ErrorCode::Unsupported);
}

/// Chooses the operator set version, or reports what the asked for one lacks.
static ErrorCode chooseOpset(ModuleOp module, ArrayRef<Operation *> nodes,
                             StringRef path, int64_t asked, int64_t &opset) {
  opset = asked ? asked : defaultExportOpset;
  std::string first;
  int64_t required = 0, count = 0;
  for (Operation *op : nodes) {
    int64_t own = getRequiredOpset(op);
    required = std::max(required, own);
    if (own <= opset)
      continue;
    if (count++ == 0)
      first = describe(op) + " needs " + std::to_string(own);
  }
  if (!asked)
    opset = std::max(opset, required);
  if (!asked || count == 0)
    return ErrorCode::None;
  return fail(module,
              path + ": " + Twine(count) + " operator" + (count > 1 ? "s" : "") +
                  " cannot be said in opset " + Twine(asked) + ", first: " +
                  first + "; pass --opset " + Twine(required) + " or leave "
                  "--opset out",
              ErrorCode::Unsupported);
}

static void fillModel(ModuleOp module, int64_t opset, pb::ModelProto &model) {
  model.set_ir_version(getIRVersion(opset));
  model.set_producer_name("quantc");
  model.set_producer_version(QUANTC_VERSION);
  model.add_opset_import()->set_version(opset);
}

static uint64_t countBytes(func::FuncOp function) {
  uint64_t bytes = 0;
  function.walk([&](ConstantOp op) {
    auto type = cast<RankedTensorType>(op.getType());
    bytes += import::getRawSize(type.getElementType(), type.getNumElements());
  });
  return bytes;
}

/// Whether all constants can be read (their file may have gone).
static bool canReadConstants(func::FuncOp function) {
  return !function
              .walk([](ConstantOp op) {
                return ConstantData::get(op.getResult())
                           ? WalkResult::advance()
                           : WalkResult::interrupt();
              })
              .wasInterrupted();
}

static ErrorCode write(ModuleOp module, func::FuncOp function, int64_t opset,
                       StringRef path, bool isExternal) {
  std::string dataPath = (path + ".data").str();
  TensorWriter tensors(isExternal ? llvm::sys::path::filename(dataPath) : "");
  pb::ModelProto model;
  fillModel(module, opset, model);
  GraphExporter(function, opset, tensors).exportMain(*model.mutable_graph());
  if (tensors.hasExternalData())
    if (llvm::Error error = tensors.writeExternalData(dataPath))
      return fail(module, toString(std::move(error)), ErrorCode::IO);
  std::string bytes;
  if (!model.SerializeToString(&bytes))
    return fail(module, path + ": the model exceeds the 2 GiB of a protobuf file",
                ErrorCode::Limit);
  if (llvm::Error error = writeFile(path, bytes))
    return fail(module, toString(std::move(error)), ErrorCode::IO);
  return ErrorCode::None;
}

ErrorCode quantc::exportONNX(ModuleOp module, StringRef path,
                             const ExportOptions &options) {
  if (options.opset &&
      (options.opset < minExportOpset || options.opset > maxOpset))
    return fail(module,
                "--opset " + Twine(options.opset) + ": " +
                    Twine(minExportOpset) + " to " + Twine(maxOpset) +
                    " can be written",
                ErrorCode::InvalidInput);
  OwningOpRef<ModuleOp> copy = module.clone();
  auto function = copy->lookupSymbol<func::FuncOp>("main");
  if (!function || !function.getBody().hasOneBlock())
    return fail(module, path + ": the module has no function @main",
                ErrorCode::InvalidInput);
  if (!canReadConstants(function))
    return ErrorCode::IO;
  PassManager passes(copy->getContext());
  ExportPipelineOptions pipeline;
  pipeline.integer = options.format == ExportFormat::Integer;
  pipeline.opset = options.opset ? options.opset : defaultExportOpset;
  buildExportPipeline(passes, pipeline);
  if (failed(passes.run(*copy)))
    return ErrorCode::InvalidInput;

  SmallVector<Operation *> nodes = getNodes(function);
  int64_t opset;
  if (ErrorCode code = checkSupported(*copy, nodes, path);
      code != ErrorCode::None)
    return code;
  if (ErrorCode code = chooseOpset(*copy, nodes, path, options.opset, opset);
      code != ErrorCode::None)
    return code;
  bool isExternal =
      options.externalData || countBytes(function) > maxInternalBytes;
  if (isExternal && path == "-")
    return fail(module,
                "external data need a file name; standard output has none",
                ErrorCode::InvalidInput);
  return write(*copy, function, opset, path, isExternal);
}
