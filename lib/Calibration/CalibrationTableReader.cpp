//===- CalibrationTableReader.cpp - Reading calibration tables ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A table may be edited or torn, so nothing in it is believed before it is
// checked; afterwards ranges are ordered and counts add up.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/CalibrationTable.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>

using namespace llvm;
using namespace quantc;

/// Largest table that is read: 65536 buckets of 4000 tensors stay below it.
static constexpr size_t maxTableBytes = size_t{1} << 32;

/// Reads a decimal f32 as `formatFloat` writes it.
static std::optional<float> readFloat(const json::Object &object,
                                      StringRef key) {
  std::optional<StringRef> text = object.getString(key);
  double value = 0;
  if (!text || text->getAsDouble(value))
    return std::nullopt;
  return float(value);
}

/// Reads the buckets of one tensor; the reason when they are wrong.
static std::string readBuckets(const json::Object &object,
                               Histogram &histogram) {
  const json::Array *buckets = object.getArray("buckets");
  if (!buckets || buckets->size() % 2)
    return "'buckets' is not a list of pairs";
  int64_t previous = -1;
  for (size_t i = 0; i < buckets->size(); i += 2) {
    std::optional<int64_t> bucket = (*buckets)[i].getAsInteger();
    std::optional<uint64_t> count = (*buckets)[i + 1].getAsUINT64();
    if (!bucket || *bucket <= previous || *bucket >= Histogram::numBuckets)
      return "bucket numbers are not ascending below 65536";
    if (!count || *count == 0)
      return "bucket " + std::to_string(*bucket) + " has no positive count";
    histogram.addCount(unsigned(*bucket), *count);
    previous = *bucket;
  }
  const json::Value *stored = object.get("count");
  if (!stored || stored->getAsUINT64() != histogram.getTotal())
    return "'count' is not the sum of the buckets";
  return "";
}

/// Whether `value` may be an element of `bucket`.
static bool isInBucket(float value, unsigned bucket) {
  return Histogram::getBucketMin(bucket) <= value &&
         value <= Histogram::getBucketMax(bucket);
}

/// Reads minimum and maximum and compares them with the buckets.
static std::string readRange(const json::Object &object,
                             Histogram &histogram) {
  std::optional<float> lo = readFloat(object, "min");
  std::optional<float> hi = readFloat(object, "max");
  if (!lo || !hi)
    return "'min' or 'max' is missing or no number";
  if (std::isnan(*lo) || std::isnan(*hi))
    return "'min' or 'max' is NaN";
  histogram.setRange(*lo, *hi);
  if (histogram.getTotal() == 0 || histogram.getNumNonFinite() != 0)
    return ""; // reported when the range is used
  if (*lo > *hi)
    return "'min' is greater than 'max'";
  std::optional<unsigned> first;
  unsigned last = 0;
  histogram.visitAscending([&](unsigned bucket, uint64_t) {
    first = first.value_or(bucket);
    last = bucket;
    return true;
  });
  if (!isInBucket(*lo, *first) || !isInBucket(*hi, last))
    return "'min' and 'max' do not fit the buckets";
  return "";
}

static std::string readTensor(const json::Value &value,
                              CalibrationTable &table) {
  const json::Object *object = value.getAsObject();
  std::optional<StringRef> name =
      object ? object->getString("name") : std::nullopt;
  if (!name)
    return "a tensor has no name";
  if (table.lookup(*name))
    return "tensor '" + name->str() + "' appears twice";
  Histogram &histogram = table.getOrCreate(*name);
  std::string reason = readBuckets(*object, histogram);
  if (reason.empty())
    reason = readRange(*object, histogram);
  return reason.empty() ? "" : "tensor '" + name->str() + "': " + reason;
}

static std::string readTable(const json::Value &root,
                             CalibrationTable &table) {
  const json::Object *object = root.getAsObject();
  if (!object || object->getString("format") != StringRef("quantc-calibration"))
    return "not a calibration table";
  if (object->getInteger("version") != 1)
    return "the table's version is not 1, the only one this version reads";
  if (!object->getBoolean("complete").value_or(false))
    return "the table is not complete";
  std::optional<StringRef> model = object->getString("model");
  const json::Value *samples = object->get("samples");
  const json::Array *tensors = object->getArray("tensors");
  if (!model || !samples || !samples->getAsUINT64() || !tensors)
    return "'model', 'samples' or 'tensors' is missing";
  table.modelHash = model->str();
  table.samples = *samples->getAsUINT64();
  for (const json::Value &tensor : *tensors) {
    std::string reason = readTensor(tensor, table);
    if (!reason.empty())
      return reason;
  }
  return "";
}

Expected<CalibrationTable> CalibrationTable::parse(StringRef text,
                                                   StringRef name) {
  Expected<json::Value> root = json::parse(text);
  if (!root)
    return createStringError("calibration table '" + name.str() +
                             "' is damaged or cut off: " +
                             toString(root.takeError()));
  CalibrationTable table;
  std::string reason = readTable(*root, table);
  if (!reason.empty())
    return createStringError("calibration table '" + name.str() +
                             "': " + reason);
  return std::move(table);
}

Expected<CalibrationTable> CalibrationTable::load(StringRef path) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return createStringError(file.getError(),
                             "cannot read calibration table '" + path.str() +
                                 "': " + file.getError().message());
  if ((*file)->getBufferSize() > maxTableBytes)
    return createStringError("calibration table '" + path.str() +
                             "' is larger than 4 GiB");
  return parse((*file)->getBuffer(), path);
}
