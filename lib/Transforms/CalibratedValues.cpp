//===- CalibratedValues.cpp - What calibration saw of values --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Names are taken once, before anything is rewritten. Operations inserted since
// say themselves which tensor they came from (ChannelSource.h).
//
//===----------------------------------------------------------------------===//

#include "CalibratedValues.h"
#include "ChannelSource.h"
#include "mlir/IR/BuiltinOps.h"
#include "quantc/Quantization/TensorNames.h"

using namespace mlir;
using namespace quantc;

TensorStatistics ObservedValue::getRangeStatistics() const {
  if (!factors.empty())
    return statistics->rescaledRanges(factors);
  TensorStatistics result;
  result.searched = statistics->searched;
  result.values = statistics->values;
  result.runMinima = statistics->runMinima;
  result.runMaxima = statistics->runMaxima;
  return result;
}

std::vector<double> ObservedValue::getChannelMean() const {
  std::vector<double> mean = statistics->channelMean();
  if (!factors.empty())
    for (auto [value, factor] : llvm::zip_equal(mean, factors))
      value *= factor;
  return mean;
}

LogicalResult CalibratedValues::load(func::FuncOp function, StringRef path) {
  this->path = path;
  llvm::Expected<CalibrationTable> loaded = CalibrationTable::load(path);
  if (!loaded)
    return emitError(function.getLoc()) << llvm::toString(loaded.takeError());
  auto module = function->getParentOfType<ModuleOp>();
  auto hash =
      module ? module->getAttrOfType<StringAttr>("onnx.sha256") : StringAttr();
  if (llvm::Error error = loaded->checkModel(hash ? hash.getValue() : ""))
    return emitError(function.getLoc()) << llvm::toString(std::move(error));
  table = std::move(*loaded);
  names = getTensorNames(function);
  return success();
}

std::string CalibratedValues::getName(Value value) const {
  Operation *op = value.getDefiningOp();
  auto given = op ? op->getAttrOfType<StringAttr>(statisticsAttrName)
                  : StringAttr();
  return given ? given.str() : names.lookup(value);
}

FailureOr<ObservedValue> CalibratedValues::lookup(Value value,
                                                  StringRef recipe) const {
  std::string name = getName(value);
  ObservedValue observed;
  observed.statistics = table->lookup(name);
  if (!observed.statistics) {
    emitError(value.getLoc())
        << "the calibration table '" << path << "' has no tensor '" << name
        << "'; calibrate this model with recipe '" << recipe << "'";
    return failure();
  }
  observed.factors = getChannelFactors(value.getDefiningOp());
  if (!observed.factors.empty() &&
      observed.factors.size() != observed.statistics->numChannels()) {
    emitError(value.getLoc())
        << "the calibration table '" << path << "' has "
        << observed.statistics->numChannels() << " channels of tensor '" << name
        << "', the model " << observed.factors.size()
        << "; calibrate this model with recipe '" << recipe << "'";
    return failure();
  }
  return observed;
}
