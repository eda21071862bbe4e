//===- Measure.h - Attribution of a quantized model's error ------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_MEASURE_H
#define QUANTC_ACCURACY_MEASURE_H

#include "quantc/Accuracy/Attribution.h"
#include "quantc/Accuracy/Runs.h"

namespace quantc {

/// Turns a model as loaded into the float model that one quantized by `recipe`
/// ("": any without rescaling) is compared with: canonical, its channels rescaled
/// (SmoothQuant, equalization) as the quantized model's are.
ErrorCode makeReference(mlir::ModuleOp module, llvm::StringRef recipe,
                        llvm::StringRef calibration);

/// Compiles both models, instrumented, into one, and runs it over `runs`.
///
/// `floatModel` is what `makeReference` gives, `quantized` was made by
/// quantc-quantize-model and may have been edited since; operations are matched by
/// operator and node name. Sums are in double, in the order of the runs, so the
/// result does not depend on `threads` (0: one per core). NaN and infinities in
/// either model are an error that names the operation.
mlir::FailureOr<Attribution> attributeError(mlir::ModuleOp floatModel,
                                            mlir::ModuleOp quantized,
                                            const RunSet &runs, int threads,
                                            ErrorCode &code);

} // namespace quantc

#endif // QUANTC_ACCURACY_MEASURE_H
