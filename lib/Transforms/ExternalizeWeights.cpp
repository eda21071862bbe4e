//===- ExternalizeWeights.cpp - Weights beside the text -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The file is written under another name and renamed when it is complete and on
// disk, so a file of that name is never a torn one, and the input's own weights
// file can be replaced while it is mapped.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <unistd.h>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_EXTERNALIZEWEIGHTS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Every tensor starts on a cache line, as generated code wants to read it.
static constexpr uint64_t alignment = 64;

namespace {
/// What each attribute becomes, in the order of the file.
using Entries = llvm::MapVector<Attribute, onnx::FileAttr>;

struct ExternalizeWeights
    : quantc::impl::ExternalizeWeightsBase<ExternalizeWeights> {
  using ExternalizeWeightsBase::ExternalizeWeightsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (!WeightFiles::isPlainName(llvm::sys::path::filename(file))) {
      module.emitError("quantc-externalize-weights needs file=<path>");
      return signalPassFailure();
    }
    Entries entries;
    if (failed(collect(module, entries)))
      return signalPassFailure();
    if (entries.empty())
      return;
    if (llvm::Error error = write(entries)) {
      module.emitError("weights file '")
          << file << "': " << llvm::toString(std::move(error));
      return signalPassFailure();
    }
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](Attribute attr) -> std::optional<Attribute> {
      auto entry = entries.find(attr);
      if (entry == entries.end())
        return std::nullopt;
      return entry->second;
    });
    replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true);
    numExternalized += entries.size();
  }

  /// Finds the attributes in the order they occur and gives them their places.
  LogicalResult collect(ModuleOp module, Entries &entries) {
    uint64_t end = 0;
    StringRef name = llvm::sys::path::filename(file);
    WalkResult walk = module.walk([&](onnx::ConstantOp op) {
      Attribute value = op.getValue();
      if (!isa<DenseResourceElementsAttr, onnx::FileAttr>(value) ||
          entries.count(value))
        return WalkResult::advance();
      std::optional<ConstantData> data = ConstantData::get(value);
      if (!data) {
        op.emitOpError("has data that cannot be read");
        return WalkResult::interrupt();
      }
      uint64_t offset = llvm::alignTo(end, alignment);
      uint64_t size = data->getBytes().size();
      entries[value] = onnx::FileAttr::get(&getContext(), name, offset, size,
                                           data->getType());
      end = offset + size;
      return WalkResult::advance();
    });
    return failure(walk.wasInterrupted());
  }

  llvm::Error write(const Entries &entries) {
    auto temporary = llvm::sys::fs::TempFile::create(file + ".%%%%%%.tmp");
    if (!temporary)
      return temporary.takeError();
    llvm::raw_fd_ostream stream(temporary->FD, /*shouldClose=*/false);
    for (auto [attr, place] : entries) {
      stream.write_zeros(place.getOffset() - stream.tell());
      ArrayRef<char> bytes = ConstantData::get(attr)->getBytes();
      stream.write(bytes.data(), bytes.size());
    }
    stream.flush();
    std::error_code error = stream.error();
    stream.clear_error();
    if (!error && fsync(temporary->FD) != 0)
      error = llvm::errnoAsErrorCode();
    if (error)
      return llvm::joinErrors(llvm::errorCodeToError(error),
                              temporary->discard());
    return temporary->keep(file);
  }
};
} // namespace
