//===- Pipelines.h - The stages of a compilation -----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One registered pipeline per stage, one file each in lib/Pipelines:
// quantc-graph, quantc-quantize-model, quantc-fold, quantc-cpu, quantc-export.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_PIPELINES_H
#define QUANTC_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include <string>

namespace quantc {

struct QuantizeModelOptions
    : mlir::PassPipelineOptions<QuantizeModelOptions> {
  Option<std::string> recipe{
      *this, "recipe",
      llvm::cl::desc("Name of a shipped recipe, or a YAML file"),
      llvm::cl::init("w8a8")};
  Option<std::string> calibration{*this, "calibration",
                                  llvm::cl::desc("Calibration table"),
                                  llvm::cl::init("")};
};

struct CPUPipelineOptions : mlir::PassPipelineOptions<CPUPipelineOptions> {
  ListOption<std::string> isas{
      *this, "isas",
      llvm::cl::desc("Instruction sets, e.g. scalar,avx2,avx512vnni")};
  Option<std::string> symbol{*this, "symbol",
                             llvm::cl::desc("Prefix of the model's symbols"),
                             llvm::cl::init("quantc_model")};
};

struct ExportPipelineOptions
    : mlir::PassPipelineOptions<ExportPipelineOptions> {
  Option<bool> integer{*this, "integer",
                       llvm::cl::desc("Fold first: integer operators"),
                       llvm::cl::init(false)};
  Option<int64_t> opset{*this, "opset",
                        llvm::cl::desc("Operator set version to be said in"),
                        llvm::cl::init(21)};
};

/// onnx as imported in, canonical onnx out: shapes inferred, shape arithmetic and
/// constants folded, what exporters took apart put together again.
void buildGraphPipeline(mlir::OpPassManager &pm);
/// onnx in, onnx and qnn.quantize/dequantize around float operations out.
void buildQuantizePipeline(mlir::OpPassManager &pm,
                           const QuantizeModelOptions &options);
/// onnx and qnn in, folded IR out: the meaning of a quantized model.
void buildFoldPipeline(mlir::OpPassManager &pm);

/// Folded IR in, calls of outlined kernel functions out.
void buildKernelsPipeline(mlir::OpPassManager &pm);
/// Outlined kernels in, the llvm dialect out.
void buildCodePipeline(mlir::OpPassManager &pm,
                       const CPUPipelineOptions &options);
/// Both: folded IR in, the llvm dialect out; Target/CPU/Emit.h goes on from there.
void buildCPUPipeline(mlir::OpPassManager &pm,
                      const CPUPipelineOptions &options);

/// onnx and qnn in, onnx that an operator set version can say out.
void buildExportPipeline(mlir::OpPassManager &pm,
                         const ExportPipelineOptions &options);

void registerCPUPipeline();
void registerExportPipeline();
void registerGraphPipeline();
void registerQuantizePipeline();
void registerFoldPipeline();

/// All of them, for tools.
void registerPipelines();

} // namespace quantc

#endif // QUANTC_PIPELINES_PIPELINES_H
