//===- Register.cpp - All pipelines ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Pipelines.h"

void quantc::registerPipelines() {
  registerCPUPipeline();
  registerExportPipeline();
  registerGraphPipeline();
  registerQuantizePipeline();
  registerFoldPipeline();
}
