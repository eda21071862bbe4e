//===- quant-opt.cpp - Run quantc passes on MLIR text ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Target/CPU/Passes.h"
#include "quantc/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  quantc::registerCPUPasses();
  quantc::registerConversionPasses();
  quantc::registerTransformsPasses();
  quantc::registerPipelines();
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  registry.insert<quantc::onnx::ONNXDialect, quantc::qnn::QNNDialect>();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "quantc optimizer driver\n", registry));
}
