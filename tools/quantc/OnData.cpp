//===- OnData.cpp - What commands share: --dim, --data --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Driver/Data.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

ErrorCode tool::parseDims(mlir::MLIRContext &context, ArrayRef<std::string> texts,
                          SmallVectorImpl<std::pair<std::string, int64_t>> &dims) {
  for (const std::string &dim : texts) {
    auto [name, text] = StringRef(dim).split('=');
    int64_t size;
    if (name.empty() || text.getAsInteger(10, size) || size < 0)
      return usageError(context, "--dim " + dim + ": expected NAME=N");
    dims.push_back({name.str(), size});
  }
  return ErrorCode::None;
}

static ErrorCode fail(mlir::MLIRContext &context, const Twine &message) {
  mlir::emitError(mlir::UnknownLoc::get(&context)) << message;
  return ErrorCode::IO;
}

TemporaryTable::~TemporaryTable() {
  if (!path.empty())
    sys::fs::remove(path);
}

ErrorCode TemporaryTable::calibrate(mlir::ModuleOp module, StringRef data,
                                    StringRef recipe, int64_t batch,
                                    int64_t samples) {
  mlir::MLIRContext &context = *module.getContext();
  ErrorCode code;
  mlir::FailureOr<DataSource> source =
      DataSource::open(context, data, batch, code);
  if (failed(source))
    return code;
  int64_t at = 0, count = source->size();
  if (samples >= 0)
    count = std::min(count, samples);
  NextRun next = [&](NamedTensors &inputs, ErrorCode &status) {
    if (at == count)
      return false;
    mlir::FailureOr<NamedTensors> read = source->read(at++, status);
    if (succeeded(read))
      inputs = std::move(*read);
    return succeeded(read);
  };
  Progress progress("calibrate");
  CalibrateOptions options;
  options.recipe = recipe;
  options.progress = [&](int64_t done) {
    progress.update(done, count);
  };
  CalibrationTable table;
  code = calibrateModel(module, next, options, table);
  if (code != ErrorCode::None)
    return code;
  SmallString<128> file;
  if (std::error_code error =
          sys::fs::createTemporaryFile("quantc", "calib", file))
    return fail(context, "temporary file: " + error.message());
  path = file.str().str();
  if (Error error = table.save(path))
    return fail(context, toString(std::move(error)));
  return ErrorCode::None;
}
