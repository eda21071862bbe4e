//===- Npy.h - One numpy array as bytes --------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_NPY_H
#define QUANTC_LIB_DRIVER_NPY_H

#include "quantc/Evaluator/Evaluator.h"
#include "llvm/Support/Error.h"

namespace quantc {

/// The array in the bytes of a .npy file.
llvm::Expected<Tensor> parseNpy(mlir::MLIRContext &context,
                                llvm::StringRef file);
/// What a .npy file has in front of `tensor`'s bytes.
std::string formatNpyHeader(const Tensor &tensor);

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_NPY_H
