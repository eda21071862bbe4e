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
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"
#include <cmath>

using namespace llvm;
using namespace quantc;

/// Largest table that is read: 65536 buckets of 4000 tensors stay below it.
static constexpr size_t maxTableBytes = size_t{1} << 32;

/// Reads a decimal f32 as the writer formats it; infinities stand for the range
/// of no values.
static std::optional<float> readFloat(const json::Value &value) {
  std::optional<StringRef> text = value.getAsString();
  double number = 0;
  if (!text || text->getAsDouble(number))
    return std::nullopt;
  return float(number);
}

static std::optional<float> readFloat(const json::Object &object,
                                      StringRef key) {
  const json::Value *value = object.get(key);
  return value ? readFloat(*value) : std::nullopt;
}

/// Reads pairs of bucket and count; the reason when they are wrong.
static std::string readBuckets(const json::Object &object, StringRef key,
                               Histogram &histogram) {
  const json::Array *buckets = object.getArray(key);
  if (!buckets || buckets->size() % 2)
    return "'" + key.str() + "' is not a list of pairs";
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

/// Reads the extremes of the runs; optional in a table written by hand.
static std::string readRuns(const json::Object &object,
                            TensorStatistics &statistics) {
  const json::Object *runs = object.getObject("runs");
  if (!runs)
    return object.get("runs") ? "'runs' is not an object" : "";
  std::string reason = readBuckets(*runs, "minima", statistics.runMinima);
  if (reason.empty())
    reason = readBuckets(*runs, "maxima", statistics.runMaxima);
  if (reason.empty() && statistics.runMinima.getTotal() !=
                            statistics.runMaxima.getTotal())
    reason = "'minima' and 'maxima' do not count the same runs";
  return reason;
}

static std::string readSearched(const json::Object &object,
                                TensorStatistics &statistics) {
  const json::Array *range = object.getArray("searched");
  if (!range)
    return object.get("searched") ? "'searched' is not a pair" : "";
  std::optional<float> lo, hi;
  if (range->size() == 2) {
    lo = readFloat((*range)[0]);
    hi = readFloat((*range)[1]);
  }
  if (!lo || !hi || !std::isfinite(*lo) || !std::isfinite(*hi) || *lo > *hi)
    return "'searched' is not an ordered pair of numbers";
  statistics.searched = Interval{*lo, *hi};
  return "";
}

/// Reads the counts of all channels; every channel has as many values.
static std::string readCounts(StringRef text, TensorStatistics &statistics) {
  std::vector<char> bytes;
  if (Error error = decodeBase64(text, bytes)) {
    consumeError(std::move(error));
    return "'counts' is not base64";
  }
  auto *at = reinterpret_cast<const uint8_t *>(bytes.data());
  const uint8_t *end = at + bytes.size();
  bool wrong = false;
  auto readNumber = [&] {
    const char *error = nullptr;
    unsigned length = 0;
    uint64_t number = decodeULEB128(at, &length, end, &error);
    wrong |= error != nullptr;
    at += length;
    return number;
  };
  uint64_t expected = statistics.values.getTotal() / statistics.numChannels();
  for (size_t channel = 0; channel < statistics.numChannels(); ++channel) {
    uint64_t numBuckets = readNumber(), bucket = 0, total = 0;
    for (uint64_t i = 0; i < numBuckets && !wrong; ++i) {
      uint64_t step = readNumber(), count = readNumber();
      wrong |= step >= ChannelBuckets::count || (i && !step) || !count;
      bucket += step;
      wrong |= bucket >= ChannelBuckets::count;
      if (!wrong)
        statistics.channelCounts[channel * ChannelBuckets::count + bucket] =
            count;
      total += count;
    }
    if (wrong || total != expected)
      return "'counts' of channel " + std::to_string(channel) + " are wrong";
  }
  return at == end ? "" : "'counts' has more bytes than channels";
}

/// Reads one number per channel into `values` by `read`, false on a wrong one.
template <typename T, typename Read>
static bool readAll(const json::Object &object, StringRef key,
                    std::vector<T> &values, Read read) {
  const json::Array *array = object.getArray(key);
  if (!array || array->size() != values.size())
    return false;
  for (auto [value, element] : zip_equal(values, *array))
    if (!read(element, value))
      return false;
  return true;
}

static std::string readChannels(const json::Object &object,
                                TensorStatistics &statistics) {
  const json::Object *channels = object.getObject("channels");
  if (!channels)
    return object.get("channels") ? "'channels' is not an object" : "";
  std::optional<int64_t> axis = channels->getInteger("axis");
  const json::Array *minima = channels->getArray("min");
  if (!axis || *axis < 0 || *axis > 32 || !minima || minima->empty())
    return "'channels' has no 'axis' or no 'min'";
  const json::Value *counts = channels->get("counts");
  statistics.setChannels(*axis, minima->size(), counts != nullptr);
  auto toFloat = [](const json::Value &element, float &value) {
    std::optional<float> read = readFloat(element);
    value = read.value_or(0);
    return read && !std::isnan(value);
  };
  auto toSum = [](const json::Value &element, ExactSum &sum) {
    std::optional<StringRef> text = element.getAsString();
    return text && sum.parse(*text);
  };
  if (!readAll(*channels, "min", statistics.channelMin, toFloat) ||
      !readAll(*channels, "max", statistics.channelMax, toFloat) ||
      !readAll(*channels, "sums", statistics.channelSums, toSum) ||
      !readAll(*channels, "squares", statistics.channelSquares, toSum))
    return "'channels' has lists of different lengths, or no numbers in them";
  uint64_t total = statistics.values.getTotal();
  if (total % minima->size())
    return "'count' is not the same for every channel";
  for (auto [lo, hi] : zip_equal(statistics.channelMin, statistics.channelMax))
    if (total && lo > hi)
      return "'min' of a channel is greater than its 'max'";
  if (!counts)
    return "";
  std::optional<StringRef> text = counts->getAsString();
  return text ? readCounts(*text, statistics) : "'counts' is not base64";
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
  TensorStatistics &statistics = table.getOrCreate(*name);
  std::string reason = readBuckets(*object, "buckets", statistics.values);
  const json::Value *stored = object->get("count");
  if (reason.empty() &&
      (!stored || stored->getAsUINT64() != statistics.values.getTotal()))
    reason = "'count' is not the sum of the buckets";
  if (reason.empty())
    reason = readRange(*object, statistics.values);
  for (auto read : {readRuns, readSearched, readChannels})
    if (reason.empty())
      reason = read(*object, statistics);
  return reason.empty() ? "" : "tensor '" + name->str() + "': " + reason;
}

static std::string readProgress(const json::Object &object,
                                CalibrationTable &table) {
  const json::Object *progress = object.getObject("progress");
  if (!progress)
    return object.get("progress") ? "'progress' is not an object" : "";
  const json::Value *done = progress->get("done");
  std::optional<StringRef> fingerprint = progress->getString("fingerprint");
  if (!done || !done->getAsUINT64() || !fingerprint)
    return "'progress' has no 'done' or no 'fingerprint'";
  table.progress = {*done->getAsUINT64(), fingerprint->str()};
  return "";
}

/// Compares the checksum with what comes before it in `text`.
static std::string checkChecksum(const json::Object &object, StringRef text) {
  std::optional<StringRef> stored = object.getString("checksum");
  if (!stored)
    return "the table has no checksum; it is cut off or damaged";
  if (*stored == "none") // written by hand
    return "";
  StringRef body = text.take_front(text.rfind("\"checksum\""));
  auto digest = SHA256::hash(arrayRefFromStringRef(body));
  if (*stored != "sha256:" + toHex(digest, /*LowerCase=*/true))
    return "the checksum does not match: the file was damaged after it was "
           "written; calibrate again (or, after an edit on purpose, set "
           "\"checksum\" to \"none\")";
  return "";
}

static std::string readTable(const json::Value &root, StringRef text,
                             CalibrationTable &table) {
  const json::Object *object = root.getAsObject();
  if (!object || object->getString("format") != StringRef("quantc-calibration"))
    return "not a calibration table";
  if (object->getInteger("version") != 2)
    return "the table's version is not 2, the only one this version reads; "
           "calibrate again";
  if (std::string reason = checkChecksum(*object, text); !reason.empty())
    return reason;
  std::optional<StringRef> model = object->getString("model");
  const json::Value *samples = object->get("samples");
  const json::Value *skipped = object->get("skipped");
  const json::Array *tensors = object->getArray("tensors");
  if (!model || !samples || !samples->getAsUINT64() || !tensors)
    return "'model', 'samples' or 'tensors' is missing";
  table.modelHash = model->str();
  table.mask = object->getString("mask").value_or("").str();
  table.samples = *samples->getAsUINT64();
  table.skipped = skipped ? skipped->getAsUINT64().value_or(0) : 0;
  std::string reason = readProgress(*object, table);
  for (const json::Value &tensor : *tensors)
    if (reason.empty())
      reason = readTensor(tensor, table);
  return reason;
}

Expected<CalibrationTable> CalibrationTable::parse(StringRef text,
                                                   StringRef name) {
  Expected<json::Value> root = json::parse(text);
  if (!root)
    return createStringError("calibration table '" + name.str() +
                             "' is damaged or cut off: " +
                             toString(root.takeError()));
  CalibrationTable table;
  std::string reason = readTable(*root, text, table);
  if (!reason.empty())
    return createStringError("calibration table '" + name.str() +
                             "': " + reason);
  return std::move(table);
}

Expected<CalibrationTable> CalibrationTable::load(StringRef path,
                                                  bool allowCheckpoint) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return createStringError(file.getError(),
                             "cannot read calibration table '" + path.str() +
                                 "': " + file.getError().message());
  if ((*file)->getBufferSize() > maxTableBytes)
    return createStringError("calibration table '" + path.str() +
                             "' is larger than 4 GiB");
  Expected<CalibrationTable> table = parse((*file)->getBuffer(), path);
  if (table && table->progress && !allowCheckpoint)
    return createStringError("calibration table '" + path.str() +
                             "' is the checkpoint of an unfinished "
                             "calibration; finish it with --resume");
  return table;
}
