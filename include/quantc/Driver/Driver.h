//===- Driver.h - Whole jobs as library calls --------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What the command line, the C API and Python do, each one call. A call that
// fails has emitted one diagnostic through the context and returns the kind of
// failure, which is the tools' exit code.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_DRIVER_H
#define QUANTC_DRIVER_DRIVER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/OwningOpRef.h"
#include "quantc/Driver/Data.h"
#include "quantc/Export/ONNX.h"
#include "quantc/Support/Errors.h"
#include <functional>
#include <string>

namespace quantc {

class CalibrationTable;

/// Every dialect and translation a quantc pipeline meets.
void registerDialects(mlir::DialectRegistry &registry);
/// Every quantc pass and pipeline, and the upstream passes the pipelines use.
void registerPasses();

/// Reads a .onnx or .mlir model (by its name's ending). MLIR text is scanned for
/// its nesting before it is parsed; bytecode is refused.
mlir::OwningOpRef<mlir::ModuleOp> loadModel(mlir::MLIRContext &context,
                                            llvm::StringRef path,
                                            ErrorCode &code);

/// Writes ONNX where the name ends in .onnx, else MLIR text; its constants too
/// large to print go to <stem>.weights beside it.
ErrorCode saveModel(mlir::ModuleOp module, llvm::StringRef path,
                    const ExportOptions &options = {});

/// Runs a textual pipeline, as `--pass-pipeline` takes it.
ErrorCode runPipeline(mlir::ModuleOp module, llvm::StringRef pipeline);

/// The pipelines a model goes through, as text. A recipe of "" adds none of the
/// quantization; `calibration` is a table's path or "".
struct Stages {
  std::string recipe, calibration;
  llvm::SmallVector<std::string> isas; // code is generated for
  std::string symbol = "quantc_model"; // prefix of the artifact's symbols

  std::string graph() const;
  /// Those passes before quantization that leave the float model's results alone.
  std::string rescale() const;
  std::string quantize() const;
  std::string fold() const;
  std::string kernels() const;
  std::string code() const;
  /// "builtin.module(...)" of the given stages.
  static std::string join(llvm::ArrayRef<std::string> stages);
  /// The passes a pipeline's text stands for, pipelines expanded, as text.
  static std::string expand(llvm::StringRef pipeline);
};

/// Imports, canonicalizes and quantizes `module` in place.
ErrorCode quantizeModel(mlir::ModuleOp module, llvm::StringRef recipe,
                        llvm::StringRef calibration);

/// Whether the calibration table at `path` (or none, "") is there to be read.
ErrorCode checkTable(mlir::ModuleOp module, llvm::StringRef path);

/// Brings `module` into the form that is compiled, in place: what the model means,
/// to the bit.
ErrorCode foldModel(mlir::ModuleOp module);

/// Gives the inputs of the next run; false at the end, or with `code` set after a
/// failure. Called by one thread at a time.
using NextRun = std::function<bool(NamedTensors &inputs, ErrorCode &code)>;

struct CalibrateOptions {
  /// Narrows what is observed to what this recipe quantizes; "": one table for
  /// every recipe.
  std::string recipe;
  /// The input whose zeros mark positions to leave out: a name, "none" or "auto".
  std::string mask = "auto";
  /// Leaves out runs with NaN or infinite values instead of stopping.
  bool skipNonFinite = false;
  /// Where to save the state every `checkpointSeconds`; "": nowhere.
  std::string checkpoint;
  double checkpointSeconds = 30;
  /// Runs over which ranges are searched by the loss of the outputs, for
  /// calibrator cross_entropy; 0: not at all. Their inputs are kept in memory.
  int64_t searchRuns = 0;
  /// Called after every range searched, with their numbers done and in all.
  std::function<void(int64_t, int64_t)> searchProgress;
  /// Goes on from the checkpoint, if there is one. The runs it holds are read
  /// again, and must be what they were.
  bool resume = false;
  /// Runs at once; 0: one per core.
  int threads = 0;
  /// Called before the first run, with 0, and after every run with the number of
  /// runs done so far.
  std::function<void(int64_t)> progress;
};
/// Runs the float model, compiled with observers, over all runs `next` gives and
/// records what was seen in `table`. Memory does not depend on how many there are.
ErrorCode calibrateModel(mlir::ModuleOp module, const NextRun &next,
                         const CalibrateOptions &options,
                         CalibrationTable &table);
/// The same, saved to `output`. The checkpoint (by default `output`.checkpoint) is
/// removed when it is done.
ErrorCode calibrateToFile(mlir::ModuleOp module, const NextRun &next,
                          const CalibrateOptions &options,
                          llvm::StringRef output);

/// Gives named dynamic dimensions of the inputs their sizes, in place.
ErrorCode fixDims(mlir::ModuleOp module,
                  llvm::ArrayRef<std::pair<std::string, int64_t>> dims);

struct CompileOptions {
  /// "cpu", "cpu:ISA[,ISA...]"; an AArch64 ISA compiles for AArch64.
  std::string target = "cpu";
  std::string recipe, calibration;
  /// "": the artifact (.so, .a, .o, or an executable, by its name's ending);
  /// "onnx", "qnn", "kernels", "llvm", "asm": that form as text.
  std::string emit;
  /// Fixed sizes of named dimensions.
  llvm::SmallVector<std::pair<std::string, int64_t>> dims;
  bool printPipeline = false;
  std::string saveTemps; // folder for the form after every stage
  /// Called with the quantized model before it is folded; may be empty.
  std::function<void(mlir::ModuleOp)> onQuantized;
};
/// Compiles `module` to `output`.
ErrorCode compileModel(mlir::ModuleOp module, const CompileOptions &options,
                       llvm::StringRef output);

} // namespace quantc

#endif // QUANTC_DRIVER_DRIVER_H
