//===- ModelSide.h - One of two models compared ------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_ACCURACY_MODELSIDE_H
#define QUANTC_LIB_ACCURACY_MODELSIDE_H

#include "ModelRunner.h"

namespace quantc {

class ModelSide {
public:
  ErrorCode open(mlir::MLIRContext &context, llvm::StringRef path,
                 const CompareOptions &options);
  /// Brings the model to the form in which layers have their names.
  ErrorCode findLayers();
  /// Makes a second runner with `chosen` layers, which may repeat, as outputs.
  ErrorCode expose(llvm::ArrayRef<std::string> chosen,
                   const CompareOptions &options);
  /// How many tensors are called like `layer` but for a number. Where one model
  /// has more of them than the other, their numbers mean different tensors.
  unsigned getNumNamesakes(llvm::StringRef layer) const;
  /// A layer whose channels SmoothQuant or equalization multiplied by factors:
  /// `tensor` multiplied by them, or divided to be the original's again.
  Tensor scaleChannels(const Tensor &tensor, llvm::StringRef layer,
                       bool inverse) const;

  ModelSummary summary;
  std::unique_ptr<ModelRunner> whole, exposed;
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< null for an artifact
  llvm::MapVector<llvm::StringRef, mlir::Value> layers;
  std::vector<unsigned> layerOutputs; ///< positions of the chosen in `exposed`

private:
  mlir::DenseMap<mlir::Value, std::string> names;
  llvm::StringMap<llvm::ArrayRef<float>> factors;
  llvm::StringMap<unsigned> numNamesakes;
};

} // namespace quantc

#endif // QUANTC_LIB_ACCURACY_MODELSIDE_H
