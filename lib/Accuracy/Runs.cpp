//===- Runs.cpp - A compiled model over a set of inputs -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Runs.h"
#include "quantc/Driver/Driver.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"

#include <mutex>
#include <thread>

using namespace mlir;
using namespace quantc;

static ErrorCode report(MLIRContext &context, const Twine &message,
                        ErrorCode code) {
  emitError(UnknownLoc::get(&context)) << message;
  return code;
}

RunSet RunSet::of(DataSource &source, int64_t limit) {
  int64_t size = source.size();
  return {limit < 0 ? size : std::min(limit, size),
          [&source](int64_t i, ErrorCode &code) { return source.read(i, code); }};
}

RunSet RunSet::of(std::vector<NamedTensors> runs) {
  auto held = std::make_shared<std::vector<NamedTensors>>(std::move(runs));
  return {int64_t(held->size()),
          [held](int64_t i, ErrorCode &) -> FailureOr<NamedTensors> {
            return (*held)[size_t(i)];
          }};
}

RunSet RunSet::sample(int64_t limit) const {
  if (size <= limit)
    return *this;
  return {limit, [all = read, total = size, limit](int64_t i, ErrorCode &code) {
            return all(i * total / limit, code);
          }};
}

TemporaryArtifact::TemporaryArtifact(ModuleOp module, ErrorCode &code) {
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("quantc-accuracy", "so", path)) {
    code = report(*module.getContext(), error.message(), ErrorCode::IO);
    path.clear();
    return;
  }
  OwningOpRef<ModuleOp> copy = module.clone();
  // Remarks are about a model nobody asked to see.
  ScopedDiagnosticHandler silence(module.getContext(), [](Diagnostic &diagnostic) {
    return success(diagnostic.getSeverity() == DiagnosticSeverity::Remark);
  });
  CompileOptions options;
  options.target = "cpu:native";
  code = compileModel(*copy, options, path);
  if (code == ErrorCode::None)
    return;
  llvm::sys::fs::remove(path);
  path.clear();
}

TemporaryArtifact::~TemporaryArtifact() {
  if (!path.empty())
    llvm::sys::fs::remove(path);
}

namespace {
/// The runs, handed out to threads one at a time, in order.
class Queue {
public:
  explicit Queue(const RunSet &runs) : runs(runs) {}

  bool take(int64_t &i, NamedTensors &inputs) {
    std::lock_guard<std::mutex> lock(mutex);
    if (next == runs.size || code != ErrorCode::None)
      return false;
    i = next++;
    FailureOr<NamedTensors> read = runs.read(i, code);
    if (succeeded(read))
      inputs = std::move(*read);
    else if (code == ErrorCode::None)
      code = ErrorCode::InvalidInput;
    return succeeded(read);
  }
  void finish(ErrorCode status) {
    std::lock_guard<std::mutex> lock(mutex);
    if (status != ErrorCode::None)
      code = status;
  }
  ErrorCode code = ErrorCode::None;

private:
  const RunSet &runs;
  std::mutex mutex;
  int64_t next = 0;
};
} // namespace

static void work(Queue &queue, CompiledModel &model, const RunOne &run) {
  int64_t i = 0;
  for (NamedTensors inputs; queue.take(i, inputs);)
    queue.finish(run(i, inputs, model));
}

ErrorCode quantc::forEachRun(
    MLIRContext &context, StringRef artifact, const RunSet &runs, int threads,
    const RunOne &run,
    const std::function<void(const CompiledModel &)> &finish) {
  if (runs.size == 0)
    return report(context, "no data to measure accuracy on",
                  ErrorCode::InvalidInput);
  int64_t count =
      threads > 0 ? threads : int64_t(std::thread::hardware_concurrency());
  count = std::clamp<int64_t>(count, 1, runs.size);
  std::vector<std::unique_ptr<CompiledModel>> models;
  for (int64_t i = 0; i < count; ++i) {
    ErrorCode code;
    models.push_back(CompiledModel::open(context, artifact, "", 1, code));
    if (!models.back())
      return code;
  }
  Queue queue(runs);
  std::vector<std::thread> others;
  for (size_t i = 1; i < models.size(); ++i)
    others.emplace_back([&, i] { work(queue, *models[i], run); });
  work(queue, *models[0], run);
  for (std::thread &thread : others)
    thread.join();
  if (queue.code == ErrorCode::None && finish)
    for (const std::unique_ptr<CompiledModel> &model : models)
      finish(*model);
  return queue.code;
}
