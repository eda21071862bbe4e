//===- Load.cpp - Reading and writing models ------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// MLIR's text parser recurses with the nesting of its input and its bytecode
// reader is not safe on damaged files, so text is scanned first and bytecode is
// refused.
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Driver.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/ONNX/IR/WeightFiles.h"
#include "quantc/Import/ONNX.h"
#include "quantc/Support/Files.h"
#include "quantc/Support/Report.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace quantc;

/// Brackets open at once in a text; upstream's parser overflows its stack
/// somewhere past a thousand.
constexpr unsigned maxNesting = 512;

static unsigned nestingOf(StringRef text) {
  unsigned depth = 0, deepest = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '/' && i + 1 < text.size() && text[i + 1] == '/') {
      i = std::min(text.find('\n', i), text.size());
    } else if (StringRef("({[<").contains(c)) {
      deepest = std::max(deepest, ++depth);
    } else if (StringRef(")}]").contains(c) ||
               (c == '>' && (i == 0 || text[i - 1] != '-'))) {
      depth -= depth > 0;
    }
  }
  return deepest;
}

/// Replaces references to weights files by views of the mapped files: another model
/// may be loaded from another directory, and everything after loading relies on
/// constants that can be read.
static ErrorCode holdWeights(ModuleOp module) {
  auto *dialect = module.getContext()->getLoadedDialect<onnx::ONNXDialect>();
  DenseMap<Attribute, Attribute> views; // equal references stay equal
  std::string problem;
  module.walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](onnx::FileAttr file) {
      if (views.contains(file))
        return WalkResult::advance();
      auto bytes = dialect->getWeightFiles().read(
          file.getPath(), file.getOffset(), file.getBytes());
      if (bytes) {
        views[file] = makeConstantView(cast<RankedTensorType>(file.getType()),
                                       *bytes, nullptr);
        return WalkResult::advance();
      }
      problem = llvm::toString(bytes.takeError());
      return WalkResult::interrupt();
    });
    return problem.empty() ? WalkResult::advance() : WalkResult::interrupt();
  });
  if (!problem.empty())
    return report(*module.getContext(), problem, ErrorCode::IO);
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](Attribute attr) -> std::optional<Attribute> {
    auto view = views.find(attr);
    return view == views.end() ? std::nullopt : std::optional(view->second);
  });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true);
  return ErrorCode::None;
}

static OwningOpRef<ModuleOp> loadText(MLIRContext &context, StringRef path,
                                      ErrorCode &code) {
  auto buffer = path == "-"
                    ? llvm::MemoryBuffer::getSTDIN()
                    : llvm::MemoryBuffer::getFile(
                          path, /*IsText=*/false,
                          /*RequiresNullTerminator=*/true);
  if (!buffer) {
    code = report(context, path + ": " + buffer.getError().message(),
                  ErrorCode::IO);
    return nullptr;
  }
  StringRef text = (*buffer)->getBuffer();
  code = ErrorCode::InvalidInput;
  if (text.starts_with("ML\xEFR")) {
    report(context, path + ": MLIR bytecode is refused (its reader is not safe "
                           "on damaged files); pass MLIR text",
           code);
    return nullptr;
  }
  if (unsigned nesting = nestingOf(text); nesting > maxNesting) {
    code = report(context,
                  path + ": nested " + Twine(nesting) + " deep; at most " +
                      Twine(maxNesting) + " is supported",
                  ErrorCode::Limit);
    return nullptr;
  }
  context.getOrLoadDialect<onnx::ONNXDialect>()->setWeightsDirectory(
      llvm::sys::path::parent_path(path));
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
  if (!module)
    return nullptr;
  code = holdWeights(*module);
  if (code != ErrorCode::None)
    return nullptr;
  return module;
}

OwningOpRef<ModuleOp> quantc::loadModel(MLIRContext &context, StringRef path,
                                        ErrorCode &code) {
  code = ErrorCode::None;
  StringRef ending = llvm::sys::path::extension(path);
  if (ending == ".onnx")
    return importONNX(context, path, {}, &code);
  if (ending == ".mlir" || path == "-")
    return loadText(context, path, code);
  code = report(context,
                path + ": a model's name ends in .onnx or .mlir" +
                    (ending.empty() ? "" : ", this one in '" + ending + "'") +
                    " (-: MLIR text on standard input)",
                ErrorCode::InvalidInput);
  return nullptr;
}

ErrorCode quantc::saveModel(ModuleOp module, StringRef path,
                            const ExportOptions &options) {
  if (llvm::sys::path::extension(path) == ".onnx")
    return exportONNX(module, path, options);
  MLIRContext &context = *module.getContext();
  OwningOpRef<ModuleOp> written = module.clone();
  // Beside standard output or a device there is no place for a second file.
  bool isStream = path == "-" || (llvm::sys::fs::exists(path) &&
                                  !llvm::sys::fs::is_regular_file(path));
  if (!isStream) {
    SmallString<128> weights(path);
    llvm::sys::path::replace_extension(weights, ".weights");
    std::string pipeline = "builtin.module(quantc-externalize-weights{file=\"" +
                           weights.str().str() + "\"})";
    if (ErrorCode code = runPipeline(*written, pipeline);
        code != ErrorCode::None)
      return code == ErrorCode::InvalidInput ? ErrorCode::IO : code;
  }
  llvm::Error error = writeFile(path, [&](raw_ostream &stream) {
    written->print(stream, OpPrintingFlags().enableDebugInfo());
    return llvm::Error::success();
  });
  if (error)
    return report(context, toString(std::move(error)), ErrorCode::IO);
  return ErrorCode::None;
}
