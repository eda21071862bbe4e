//===- DescriptorBuilder.h - The model's tables ------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_DESCRIPTORBUILDER_H
#define QUANTC_LIB_TARGET_CPU_DESCRIPTORBUILDER_H

#include "MainFunction.h"

namespace quantc {

/// A quantc_observer_info.
struct ObserverInfo {
  std::string name;
  int64_t channels = 0;
  bool channelHistograms = false;
};

/// What convert-main-to-llvm collects for the descriptor.
struct ModelTables {
  std::vector<std::string> kernels; // names, in the order of their numbers
  std::vector<ObserverInfo> observers;
  std::string shapes, run; // the functions
};

/// Emits `<symbol>_descriptor()` and the constant it returns, a
/// `quantc_descriptor` (runtime/include/quantc/descriptor.h); and, where that is
/// another name, a weak `quantc_model_descriptor()`.
mlir::LogicalResult buildDescriptor(mlir::func::FuncOp main, ShapeEnv &env,
                                    const ModelTables &tables,
                                    llvm::StringRef symbol);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_DESCRIPTORBUILDER_H
