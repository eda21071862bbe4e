//===- NumpyIO.h - .npy and .npz files ---------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Files are not trusted: pickled objects are refused, sizes are checked against
// the file before anything is allocated, checksums are verified. On failure one
// diagnostic names the file and `code` says what kind of failure it was.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_NUMPYIO_H
#define QUANTC_DRIVER_NUMPYIO_H

#include "quantc/Driver/Data.h"

namespace quantc {

/// One array; Fortran order is converted, big-endian data are refused.
mlir::FailureOr<Tensor> readNpy(mlir::MLIRContext &context,
                                llvm::StringRef path, ErrorCode &code);

/// All arrays of an archive (stored or deflated), in its order, by name.
mlir::FailureOr<NamedTensors> readNpz(mlir::MLIRContext &context,
                                      llvm::StringRef path, ErrorCode &code);

/// Writes an archive of stored arrays, complete or not at all. bf16 is written as
/// its bits in uint16.
ErrorCode writeNpz(mlir::MLIRContext &context, llvm::StringRef path,
                   const NamedTensors &arrays);

} // namespace quantc

#endif // QUANTC_DRIVER_NUMPYIO_H
