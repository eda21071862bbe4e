//===- CalibrationTable.cpp - Statistics of a model's tensors ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The table in memory and writing it. Reading is CalibrationTableReader.cpp.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Support/Files.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;
using namespace quantc;

TensorStatistics &CalibrationTable::getOrCreate(StringRef tensor) {
  auto [entry, isNew] = indices.try_emplace(tensor, tensors.size());
  if (isNew)
    tensors.emplace_back(tensor.str(), TensorStatistics());
  return tensors[entry->second].second;
}

const TensorStatistics *CalibrationTable::lookup(StringRef tensor) const {
  auto found = indices.find(tensor);
  return found == indices.end() ? nullptr : &tensors[found->second].second;
}

Error CalibrationTable::checkModel(StringRef hash) const {
  if (hash.empty() || modelHash.empty() || hash == modelHash)
    return Error::success();
  return createStringError("the calibration table was made for model sha256:" +
                           modelHash + ", this is sha256:" + hash.str() +
                           "; calibrate again");
}

Error CalibrationTable::merge(const CalibrationTable &other) {
  if (Error error = checkModel(other.modelHash))
    return error;
  if (mask != other.mask)
    return createStringError("one table leaves out positions by mask '" + mask +
                             "', the other by '" + other.mask +
                             "'; calibrate again with one --mask");
  if (modelHash.empty())
    modelHash = other.modelHash;
  samples += other.samples;
  skipped += other.skipped;
  for (const auto &[name, statistics] : other.tensors) {
    bool isNew = !lookup(name);
    TensorStatistics &mine = getOrCreate(name);
    if (isNew)
      mine = statistics;
    else if (Error error = mine.merge(statistics))
      return createStringError("tensor '" + name +
                               "': " + toString(std::move(error)));
  }
  return Error::success();
}

/// The shortest form need not be found: nine digits identify an f32.
static std::string formatFloat(float value) {
  SmallString<24> text;
  APFloat(value).toString(text, /*FormatPrecision=*/9, /*FormatMaxPadding=*/3);
  return text.str().str();
}

static void printBuckets(json::OStream &out, StringRef key,
                         const Histogram &histogram) {
  out.attributeArray(key, [&] {
    for (unsigned bucket = 0; bucket < Histogram::numBuckets; ++bucket)
      if (uint64_t count = histogram.getCount(bucket)) {
        out.value(bucket);
        out.value(count);
      }
  });
}

/// Counts of all channels as the header describes them.
static std::string encodeCounts(const TensorStatistics &statistics) {
  std::string bytes;
  raw_string_ostream os(bytes);
  for (size_t channel = 0; channel < statistics.numChannels(); ++channel) {
    ArrayRef<uint64_t> counts = statistics.getChannelCounts(channel);
    encodeULEB128(counts.size() - llvm::count(counts, 0), os);
    size_t previous = 0;
    for (auto [bucket, count] : enumerate(counts))
      if (count) {
        encodeULEB128(bucket - previous, os);
        encodeULEB128(count, os);
        previous = bucket;
      }
  }
  return encodeBase64(bytes);
}

static void printChannels(json::OStream &out,
                          const TensorStatistics &statistics) {
  auto printAll = [&](StringRef key, const auto &values, auto format) {
    out.attributeArray(key, [&] {
      for (const auto &value : values)
        out.value(format(value));
    });
  };
  auto formatSum = [](const ExactSum &sum) { return sum.toString(); };
  out.attribute("axis", statistics.channelAxis);
  printAll("min", statistics.channelMin, formatFloat);
  printAll("max", statistics.channelMax, formatFloat);
  printAll("sums", statistics.channelSums, formatSum);
  printAll("squares", statistics.channelSquares, formatSum);
  if (statistics.hasChannelHistograms())
    out.attribute("counts", encodeCounts(statistics));
}

static void printTensor(json::OStream &out, StringRef name,
                        const TensorStatistics &statistics) {
  const Histogram &values = statistics.values;
  out.attribute("name", name);
  out.attribute("min", formatFloat(values.getMin()));
  out.attribute("max", formatFloat(values.getMax()));
  out.attribute("count", values.getTotal());
  printBuckets(out, "buckets", values);
  out.attributeObject("runs", [&] {
    printBuckets(out, "minima", statistics.runMinima);
    printBuckets(out, "maxima", statistics.runMaxima);
  });
  if (statistics.searched)
    out.attributeArray("searched", [&] {
      out.value(formatFloat(statistics.searched->lo));
      out.value(formatFloat(statistics.searched->hi));
    });
  if (statistics.numChannels())
    out.attributeObject("channels", [&] { printChannels(out, statistics); });
}

/// Everything up to the checksum.
static void printBody(const CalibrationTable &table, raw_ostream &os) {
  json::OStream out(os);
  out.objectBegin();
  out.attribute("format", "quantc-calibration");
  out.attribute("version", 2);
  out.attribute("quantc", QUANTC_VERSION);
  out.attribute("model", table.modelHash);
  out.attribute("mask", table.mask);
  out.attribute("samples", table.samples);
  out.attribute("skipped", table.skipped);
  if (const auto &progress = table.progress)
    out.attributeObject("progress", [&] {
      out.attribute("done", progress->done);
      out.attribute("fingerprint", progress->fingerprint);
    });
  std::vector<const std::pair<std::string, TensorStatistics> *> sorted;
  for (const auto &entry : table.getTensors())
    sorted.push_back(&entry);
  sort(sorted, [](auto *a, auto *b) { return a->first < b->first; });
  out.attributeArray("tensors", [&] {
    for (auto *entry : sorted) {
      os << "\n";
      out.object([&] { printTensor(out, entry->first, entry->second); });
    }
  });
  out.objectEnd();
}

void CalibrationTable::print(raw_ostream &os) const {
  std::string body;
  raw_string_ostream bodyStream(body);
  printBody(*this, bodyStream);
  body.pop_back(); // the closing brace
  body += ",\n ";
  auto digest = SHA256::hash(arrayRefFromStringRef(body));
  os << body << "\"checksum\":\"sha256:" << toHex(digest, /*LowerCase=*/true)
     << "\"}\n";
}

Error CalibrationTable::save(StringRef path) const {
  return writeFile(path, [&](raw_ostream &os) {
    print(os);
    return Error::success();
  });
}
