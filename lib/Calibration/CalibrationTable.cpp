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
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace quantc;

Histogram &CalibrationTable::getOrCreate(StringRef tensor) {
  auto [entry, isNew] = indices.try_emplace(tensor, tensors.size());
  if (isNew)
    tensors.emplace_back(tensor.str(), Histogram());
  return tensors[entry->second].second;
}

const Histogram *CalibrationTable::lookup(StringRef tensor) const {
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
  if (modelHash.empty())
    modelHash = other.modelHash;
  samples += other.samples;
  for (const auto &[name, histogram] : other.tensors)
    getOrCreate(name).merge(histogram);
  return Error::success();
}

/// The shortest form need not be found: nine digits identify an f32.
static std::string formatFloat(float value) {
  SmallString<24> text;
  APFloat(value).toString(text, /*FormatPrecision=*/9, /*FormatMaxPadding=*/3);
  return text.str().str();
}

void CalibrationTable::print(raw_ostream &os) const {
  json::OStream out(os);
  out.object([&] {
    out.attribute("format", "quantc-calibration");
    out.attribute("version", 1);
    out.attribute("quantc", QUANTC_VERSION);
    out.attribute("model", modelHash);
    out.attribute("samples", samples);
    out.attributeArray("tensors", [&] {
      for (const auto &[name, histogram] : tensors) {
        os << "\n";
        out.object([&, &name = name, &histogram = histogram] {
          out.attribute("name", name);
          out.attribute("min", formatFloat(histogram.getMin()));
          out.attribute("max", formatFloat(histogram.getMax()));
          out.attribute("count", histogram.getTotal());
          out.attributeArray("buckets", [&] {
            ArrayRef<uint64_t> counts = histogram.getCounts();
            for (unsigned bucket = 0; bucket < counts.size(); ++bucket) {
              if (!counts[bucket])
                continue;
              out.value(bucket);
              out.value(counts[bucket]);
            }
          });
        });
      }
    });
    out.attribute("complete", true);
  });
  os << "\n";
}

Error CalibrationTable::save(StringRef path) const {
  return writeFile(path, [&](raw_ostream &os) {
    print(os);
    return Error::success();
  });
}
