//===- Data.h - Inputs of a model, one run after the other -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// DATA of the command line: one .npz (array names are input names), an ONNX
// test_data_set folder (input_0.pb, ... in the order of the model's inputs), or a
// folder of either, one run each, in name order.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_DATA_H
#define QUANTC_DRIVER_DATA_H

#include "mlir/IR/MLIRContext.h"
#include "quantc/Evaluator/Evaluator.h"
#include "quantc/Support/Errors.h"
#include <string>
#include <utility>
#include <vector>

namespace quantc {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

class DataSource {
public:
  /// `batch` > 0 cuts every .npz along its arrays' first axis into runs of that
  /// many (the last one may be smaller).
  static mlir::FailureOr<DataSource> open(mlir::MLIRContext &context,
                                          llvm::StringRef path, int64_t batch,
                                          ErrorCode &code);

  int64_t size() const { return int64_t(runs.size()); }
  /// The inputs of run `i`. Names are empty where the files have none
  /// (test_data_set): the order is the model's.
  mlir::FailureOr<NamedTensors> read(int64_t i, ErrorCode &code);

private:
  struct Run {
    std::string path;
    int64_t begin = 0, end = -1; // rows of the first axis; end -1: all
  };
  mlir::MLIRContext *context = nullptr;
  std::vector<Run> runs;
  std::string cachedPath; // the .npz last read, for batches of one file
  NamedTensors cached;
};

/// The tensors of `named` in the order of `function`'s arguments, by `onnx.name`.
/// Missing, unknown and ill-typed inputs are errors.
mlir::FailureOr<std::vector<Tensor>>
orderInputs(mlir::func::FuncOp function, const NamedTensors &named);

} // namespace quantc

#endif // QUANTC_DRIVER_DATA_H
