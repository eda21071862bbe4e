//===- Data.cpp - Inputs of a model, one run after the other --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Data.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Driver/Diagnostics.h"
#include "quantc/Driver/NumpyIO.h"
#include "quantc/Import/TensorFile.h"
#include "quantc/Support/Report.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace quantc;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static bool isTestDataSet(StringRef folder) {
  SmallString<128> first(folder);
  path::append(first, "input_0.pb");
  return fs::exists(first);
}

/// The .npz files and test_data_set folders of a folder, in name order.
static std::vector<std::string> listRuns(StringRef folder,
                                         std::error_code &error) {
  std::vector<std::string> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    StringRef name = entry->path();
    if (path::extension(name) == ".npz" || isTestDataSet(name))
      found.push_back(name.str());
  }
  llvm::sort(found);
  return found;
}

FailureOr<DataSource> DataSource::open(MLIRContext &context, StringRef name,
                                       int64_t batch, ErrorCode &code) {
  DataSource self;
  self.context = &context;
  if (!fs::exists(name))
    return report(context, name + ": No such file or directory", code,
                  ErrorCode::IO);
  std::vector<std::string> paths{name.str()};
  if (fs::is_directory(name) && !isTestDataSet(name)) {
    std::error_code error;
    paths = listRuns(name, error);
    if (error)
      return report(context, name + ": " + error.message(), code, ErrorCode::IO);
  }
  if (fs::is_regular_file(name) && path::extension(name) != ".npz")
    return report(context,
                  name + ": data are an .npz file, a test_data_set folder, or a "
                         "folder of either" +
                      (path::extension(name) == ".npy"
                           ? "; quantc run takes one array by --input "
                             "NAME=FILE.npy"
                           : ""),
                  code, ErrorCode::InvalidInput);
  if (paths.empty())
    return report(context,
                  name + ": holds no .npz file and no test_data_set folder",
                  code, ErrorCode::InvalidInput);
  for (const std::string &run : paths) {
    if (batch <= 0 || path::extension(run) != ".npz") {
      self.runs.push_back({run, 0, -1});
      continue;
    }
    FailureOr<NamedTensors> arrays = readNpz(context, run, code);
    if (failed(arrays))
      return failure();
    code = ErrorCode::InvalidInput; // of what is found wrong from here on
    int64_t rows = -1;
    for (auto &[array, tensor] : *arrays) {
      if (tensor.shape.empty() ||
          (rows >= 0 && tensor.shape[0] != rows))
        return report(context,
                      run + ": --batch needs arrays of one length along axis "
                            "0; '" + array + "' differs",
                      code, ErrorCode::InvalidInput);
      rows = tensor.shape[0];
    }
    for (int64_t begin = 0; begin < rows; begin += batch)
      self.runs.push_back({run, begin, std::min(begin + batch, rows)});
  }
  code = ErrorCode::None;
  return self;
}

static Tensor toTensor(const ConstantData &data) {
  Tensor tensor;
  tensor.element = data.getType().getElementType();
  tensor.shape.assign(data.getType().getShape().begin(),
                      data.getType().getShape().end());
  tensor.bytes.assign(data.getBytes().begin(), data.getBytes().end());
  return tensor;
}

static FailureOr<NamedTensors> readTestDataSet(MLIRContext &context,
                                               StringRef folder,
                                               ErrorCode &code) {
  NamedTensors result;
  for (unsigned i = 0;; ++i) {
    SmallString<128> file(folder);
    path::append(file, "input_" + Twine(i) + ".pb");
    if (!fs::exists(file))
      return result;
    std::string name;
    Attribute value = readTensorProto(context, file, name, code);
    if (!value)
      return failure();
    result.push_back({"", toTensor(*ConstantData::get(value))});
  }
}

/// Rows [begin, end) of the first axis.
static Tensor takeRows(const Tensor &tensor, int64_t begin, int64_t end) {
  Tensor rows;
  rows.element = tensor.element;
  rows.shape = tensor.shape;
  size_t stride = tensor.bytes.size() / size_t(tensor.shape[0]);
  rows.shape[0] = end - begin;
  rows.bytes.assign(tensor.bytes.begin() + begin * stride,
                    tensor.bytes.begin() + end * stride);
  return rows;
}

FailureOr<NamedTensors> DataSource::read(int64_t i, ErrorCode &code) {
  const Run &run = runs[i];
  code = ErrorCode::None;
  if (path::extension(run.path) != ".npz")
    return readTestDataSet(*context, run.path, code);
  if (cachedPath != run.path) {
    FailureOr<NamedTensors> arrays = readNpz(*context, run.path, code);
    if (failed(arrays))
      return failure();
    cached = std::move(*arrays);
    cachedPath = run.path;
  }
  if (run.end < 0)
    return cached;
  NamedTensors rows;
  for (auto &[name, tensor] : cached)
    rows.push_back({name, takeRows(tensor, run.begin, run.end)});
  return rows;
}

/// "x f32[batch, 16], mask f32[batch]".
static std::string listInputs(func::FuncOp function) {
  std::string text;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto name = function.getArgAttrOfType<StringAttr>(i, "onnx.name");
    text += (i ? ", " : "") + (name ? name.str() : std::to_string(i)) + " " +
            describeType(function.getArgumentTypes()[i],
                         function.getArgAttrOfType<ArrayAttr>(i, "onnx.dims"));
  }
  return text;
}

FailureOr<std::vector<Tensor>>
quantc::orderInputs(func::FuncOp function, const NamedTensors &named) {
  std::vector<Tensor> ordered(function.getNumArguments());
  std::vector<bool> given(ordered.size());
  for (auto [position, entry] : llvm::enumerate(named)) {
    const auto &[name, tensor] = entry;
    bool known = false;
    for (unsigned i = 0; i < ordered.size(); ++i) {
      auto argument = function.getArgAttrOfType<StringAttr>(i, "onnx.name");
      bool same = name.empty() ? i == position : argument && argument == name;
      if (!same)
        continue;
      ordered[i] = tensor;
      given[i] = known = true;
    }
    if (!known)
      return function.emitError()
             << "the model has no input '" << name << "' (number " << position
             << " of the data); it has: " << listInputs(function);
  }
  for (unsigned i = 0; i < ordered.size(); ++i) {
    if (given[i])
      continue;
    auto name = function.getArgAttrOfType<StringAttr>(i, "onnx.name");
    return function.emitError()
           << "input '" << (name ? name.str() : std::to_string(i))
           << "' is missing from the data; the model takes: "
           << listInputs(function);
  }
  return ordered;
}
