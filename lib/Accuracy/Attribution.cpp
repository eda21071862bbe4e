//===- Attribution.cpp - Where quantization error comes from --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Ranking, and the JSON form that `--sensitivity` writes and the report reads.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Attribution.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

using namespace quantc;
namespace json = llvm::json;

static constexpr llvm::StringLiteral format = "quantc-sensitivity";
static constexpr llvm::StringLiteral causeNames[numCauses] = {
    "clipping", "rounding", "weight", "bias", "rewrite"};

llvm::StringRef quantc::getCauseName(Cause cause) {
  return causeNames[unsigned(cause)];
}

double quantc::toDecibels(double noise) {
  return noise > 0 ? -10 * std::log10(noise)
                   : std::numeric_limits<double>::infinity();
}

Cause OpError::getMainCause() const {
  return Cause(std::max_element(causes.begin(), causes.end()) - causes.begin());
}

std::vector<const OpError *> Attribution::getRanking() const {
  std::vector<const OpError *> ranking;
  for (const OpError &op : ops)
    if (op.isQuantized)
      ranking.push_back(&op);
  llvm::sort(ranking, [](const OpError *a, const OpError *b) {
    return std::make_pair(-a->local, a) < std::make_pair(-b->local, b);
  });
  return ranking;
}

double Attribution::getIntegerShare() const {
  int64_t all = 0, integer = 0;
  for (const OpError &op : ops) {
    all += op.macs;
    integer += op.isInteger ? op.macs : 0;
  }
  return all ? double(integer) / double(all) : 0;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json::Object toJSON(const OpError &op) {
  json::Object causes;
  for (unsigned i = 0; i < numCauses; ++i)
    causes[causeNames[i]] = op.causes[i];
  json::Object object{{"op", op.op},
                      {"node", op.node},
                      {"quantized", op.isQuantized},
                      {"integer", op.isInteger},
                      {"signal", op.signal},
                      {"elements", op.elements},
                      {"macs", op.macs},
                      {"total", op.total},
                      {"inherited", op.inherited},
                      {"local", op.local},
                      {"causes", std::move(causes)},
                      {"tensor", op.tensor}};
  if (!op.values.counts.empty())
    object["values"] = json::Object{{"lo", op.values.lo},
                                    {"hi", op.values.hi},
                                    {"counts", op.values.counts}};
  if (op.range)
    object["range"] = json::Array{op.range->lo, op.range->hi};
  if (op.damage)
    object["damage"] = *op.damage;
  return object;
}

json::Value quantc::toJSON(const Attribution &attribution) {
  json::Array ops, outputs;
  for (const OpError &op : attribution.ops)
    ops.push_back(::toJSON(op));
  for (const OutputError &output : attribution.outputs)
    outputs.push_back(json::Object{{"name", output.name},
                                   {"total", output.total},
                                   {"cosine", output.cosine}});
  return json::Object{{"format", format},
                      {"version", 1},
                      {"model", attribution.modelHash},
                      {"recipe", attribution.recipe},
                      {"runs", attribution.runs},
                      {"ops", std::move(ops)},
                      {"outputs", std::move(outputs)}};
}

//===----------------------------------------------------------------------===//
// Reading: json::fromJSON finds these overloads by their arguments' namespace
//===----------------------------------------------------------------------===//

namespace quantc {
static bool fromJSON(const json::Value &value, Interval &range, json::Path path) {
  const json::Array *ends = value.getAsArray();
  if (!ends || ends->size() != 2) {
    path.report("expected two numbers");
    return false;
  }
  double lo = 0, hi = 0;
  if (!json::fromJSON((*ends)[0], lo, path.index(0)) ||
      !json::fromJSON((*ends)[1], hi, path.index(1)))
    return false;
  range = {float(lo), float(hi)};
  return true;
}

static bool fromJSON(const json::Value &value, ValueHistogram &histogram,
                     json::Path path) {
  json::ObjectMapper mapper(value, path);
  double lo = 0, hi = 0;
  if (!mapper || !mapper.map("lo", lo) || !mapper.map("hi", hi) ||
      !mapper.map("counts", histogram.counts))
    return false;
  histogram.lo = float(lo), histogram.hi = float(hi);
  return true;
}

namespace {
/// The causes of an operation, as a type that an overload can be found for.
struct CauseReader {
  std::array<double, numCauses> noise;
};

bool fromJSON(const json::Value &value, CauseReader &causes, json::Path path) {
  json::ObjectMapper mapper(value, path);
  if (!mapper)
    return false;
  for (unsigned i = 0; i < numCauses; ++i)
    if (!mapper.map(causeNames[i], causes.noise[i]))
      return false;
  return true;
}
} // namespace

static bool fromJSON(const json::Value &value, OpError &op, json::Path path) {
  json::ObjectMapper m(value, path);
  CauseReader causes{};
  bool ok = m && m.map("op", op.op) && m.map("node", op.node) &&
         m.map("quantized", op.isQuantized) && m.map("integer", op.isInteger) &&
         m.map("signal", op.signal) && m.map("elements", op.elements) &&
         m.map("macs", op.macs) && m.map("total", op.total) &&
         m.map("inherited", op.inherited) && m.map("local", op.local) &&
         m.map("causes", causes) && m.map("tensor", op.tensor) &&
         m.mapOptional("values", op.values) && m.map("range", op.range) &&
         m.map("damage", op.damage);
  op.causes = causes.noise;
  return ok;
}

static bool fromJSON(const json::Value &value, OutputError &output,
                     json::Path path) {
  json::ObjectMapper m(value, path);
  return m && m.map("name", output.name) && m.map("total", output.total) &&
         m.map("cosine", output.cosine);
}
} // namespace quantc

llvm::Expected<Attribution>
quantc::attributionFromJSON(const json::Value &value) {
  Attribution result;
  std::string kind;
  int64_t version = 0;
  json::Path::Root root("sensitivity");
  json::ObjectMapper m(value, root);
  bool ok = m && m.map("format", kind) && m.map("version", version);
  if (ok && (kind != format || version != 1))
    return llvm::createStringError(
        "found format '" + kind + "', version " + std::to_string(version) +
        "; this version reads 'quantc-sensitivity', version 1");
  ok = ok && m.map("model", result.modelHash) &&
       m.map("recipe", result.recipe) && m.map("runs", result.runs) &&
       m.map("ops", result.ops) && m.map("outputs", result.outputs);
  if (!ok)
    return root.getError();
  return result;
}
