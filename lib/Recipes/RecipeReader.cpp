//===- RecipeReader.cpp - Recipes from YAML ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Works on LLVM's YAML nodes rather than its traits, so that every mistake is
// reported at its place with the nearest key that would have been right. Nodes
// are read in one pass: a mapping's values must be consumed in file order.
//
//===----------------------------------------------------------------------===//

#include "quantc/Recipes/Recipe.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"
#include <functional>

using namespace llvm;
using namespace quantc;

/// Longest recipe that is read; a real one has a few dozen lines.
static constexpr size_t maxRecipeBytes = 1 << 20;

namespace quantc {
class RecipeReader {
public:
  RecipeReader(StringRef text, StringRef name) : stream(text, sources) {
    recipe.name = name.str();
    sources.setDiagHandler(keepFirst, this);
  }

  Expected<Recipe> read();

private:
  using Reader = std::function<bool(yaml::Node *)>;
  struct Key {
    StringRef name;
    Reader read;
  };

  static void keepFirst(const SMDiagnostic &diagnostic, void *self);
  bool fail(yaml::Node *node, const Twine &message);
  bool checkPlain(yaml::Node *node);

  bool readMapping(yaml::Node *node, ArrayRef<Key> keys);
  bool readString(yaml::Node *node, std::string &value);
  bool readChoice(yaml::Node *node, ArrayRef<StringRef> names, unsigned &index);
  bool readNumber(yaml::Node *node, double &value);
  bool isNone(yaml::Node *node);

  bool readSchema(yaml::Node *node);
  bool readCodec(yaml::Node *node, CodecSpec &codec);
  bool readPercentile(yaml::Node *node, double &percentile);
  bool readWeights(yaml::Node *node, std::optional<WeightScheme> &weights);
  bool readActivations(yaml::Node *node,
                       std::optional<ActivationScheme> &activations);
  bool readFlag(yaml::Node *node, bool &value);
  bool readSmooth(yaml::Node *node, std::optional<SmoothScheme> &smooth);
  bool readGlob(yaml::Node *node, std::string &pattern);
  bool readRule(yaml::Node *node);
  bool readRules(yaml::Node *node);
  bool readDefault(yaml::Node *node);
  bool checkBeforeRules(yaml::Node *node, StringRef key);

  SourceMgr sources;
  yaml::Stream stream;
  std::string error;
  Recipe recipe;
  bool sawSchema = false;
};
} // namespace quantc

void RecipeReader::keepFirst(const SMDiagnostic &diagnostic, void *self) {
  auto *reader = static_cast<RecipeReader *>(self);
  if (reader->error.empty())
    reader->error =
        (reader->recipe.name + ":" + Twine(diagnostic.getLineNo()) + ":" +
         Twine(diagnostic.getColumnNo() + 1) + ": " + diagnostic.getMessage())
            .str();
}

bool RecipeReader::fail(yaml::Node *node, const Twine &message) {
  stream.printError(node, message);
  return false;
}

/// Aliases could make a small file large, tags mean nothing here.
bool RecipeReader::checkPlain(yaml::Node *node) {
  if (!node)
    return false;
  if (isa<yaml::AliasNode>(node) || !node->getAnchor().empty())
    return fail(node, "anchors and aliases are not supported in recipes");
  if (!node->getRawTag().empty())
    return fail(node, "tag '" + node->getRawTag() +
                          "' is not supported in recipes");
  return true;
}

bool RecipeReader::readMapping(yaml::Node *node, ArrayRef<Key> keys) {
  if (!checkPlain(node))
    return false;
  SmallVector<StringRef> names;
  for (const Key &key : keys)
    names.push_back(key.name);
  auto *mapping = dyn_cast<yaml::MappingNode>(node);
  if (!mapping)
    return fail(node, "expected a mapping with the keys " + join(names, ", "));

  StringSet<> seen;
  for (yaml::KeyValueNode &entry : *mapping) {
    std::string word;
    yaml::Node *keyNode = entry.getKey();
    if (!readString(keyNode, word))
      return false;
    if (!seen.insert(word).second)
      return fail(keyNode, "key '" + word + "' appears twice");
    const Key *key =
        find_if(keys, [&](const Key &key) { return key.name == word; });
    if (key == keys.end()) {
      std::string nearest = findNearest(word, names);
      return fail(keyNode, "unknown key '" + word + "'; " +
                               (nearest.empty()
                                    ? "known here: " + join(names, ", ")
                                    : "did you mean '" + nearest + "'?"));
    }
    if (!key->read(entry.getValue()))
      return false;
  }
  return !stream.failed();
}

bool RecipeReader::readString(yaml::Node *node, std::string &value) {
  if (!checkPlain(node))
    return false;
  auto *scalar = dyn_cast<yaml::ScalarNode>(node);
  if (!scalar)
    return fail(node, "expected a single value");
  SmallString<32> storage;
  value = scalar->getValue(storage).str();
  return true;
}

bool RecipeReader::readChoice(yaml::Node *node, ArrayRef<StringRef> names,
                              unsigned &index) {
  std::string word;
  if (!readString(node, word))
    return false;
  const StringRef *found = find(names, word);
  if (found == names.end())
    return fail(node, "found '" + word + "', supported: " + join(names, ", "));
  index = found - names.begin();
  return true;
}

bool RecipeReader::readNumber(yaml::Node *node, double &value) {
  std::string word;
  if (!readString(node, word))
    return false;
  // getAsDouble reads the C locale's notation whatever the process uses.
  if (StringRef(word).getAsDouble(value))
    return fail(node, "'" + word + "' is not a number");
  return true;
}

bool RecipeReader::isNone(yaml::Node *node) {
  auto *scalar = dyn_cast_or_null<yaml::ScalarNode>(node);
  return scalar && scalar->getRawValue() == "none";
}

bool RecipeReader::readSchema(yaml::Node *node) {
  double value = 0;
  if (!readNumber(node, value))
    return false;
  if (value != 1)
    return fail(node, "schema is not 1, the only one this version reads");
  return sawSchema = true;
}

bool RecipeReader::readCodec(yaml::Node *node, CodecSpec &codec) {
  unsigned index = 0;
  if (!readChoice(node, {"int8", "uint8"}, index))
    return false;
  codec = CodecSpec{8, index == 0};
  return true;
}

bool RecipeReader::readPercentile(yaml::Node *node, double &percentile) {
  if (!readNumber(node, percentile))
    return false;
  if (!(percentile > 50 && percentile <= 100))
    return fail(node, "percentile must be above 50 and at most 100");
  return true;
}

bool RecipeReader::readWeights(yaml::Node *node,
                               std::optional<WeightScheme> &weights) {
  if (isNone(node)) {
    weights.reset();
    return true;
  }
  if (!weights)
    weights.emplace();
  auto readCodecKey = [&](yaml::Node *value) {
    if (!readCodec(value, weights->codec))
      return false;
    return weights->codec.isSigned ||
           fail(value, "weights are symmetric: found 'uint8', supported: int8");
  };
  auto readGranularity = [&](yaml::Node *value) {
    unsigned index = 0;
    if (!readChoice(value, {"tensor", "channel"}, index))
      return false;
    weights->granularity = index ? Granularity::Channel : Granularity::Tensor;
    return true;
  };
  auto readMethod = [&](yaml::Node *value) {
    const StringRef methods[] = {"rtn", "mse"};
    unsigned index = 0;
    if (!readChoice(value, methods, index))
      return false;
    weights->method = methods[index].str();
    return true;
  };
  return readMapping(node, {{"codec", readCodecKey},
                            {"granularity", readGranularity},
                            {"method", readMethod}});
}

bool RecipeReader::readActivations(
    yaml::Node *node, std::optional<ActivationScheme> &activations) {
  if (isNone(node)) {
    activations.reset();
    return true;
  }
  if (!activations)
    activations.emplace();
  auto readGranularity = [&](yaml::Node *value) {
    unsigned index = 0;
    if (!readChoice(value, {"tensor", "token"}, index))
      return false;
    activations->granularity =
        index ? Granularity::Token : Granularity::Tensor;
    return true;
  };
  auto readCalibrator = [&](yaml::Node *value) {
    static const std::pair<StringRef, Calibrator> calibrators[] = {
        {"minmax", Calibrator::MinMax},
        {"percentile", Calibrator::Percentile},
        {"mse", Calibrator::MSE},
        {"entropy", Calibrator::Entropy},
        {"moving_average", Calibrator::MovingAverage},
        {"cross_entropy", Calibrator::CrossEntropy}};
    unsigned index = 0;
    if (!readChoice(value, to_vector(make_first_range(calibrators)), index))
      return false;
    activations->calibrator = calibrators[index].second;
    return true;
  };
  return readMapping(
      node,
      {{"codec",
        [&](yaml::Node *value) { return readCodec(value, activations->codec); }},
       {"granularity", readGranularity},
       {"calibrator", readCalibrator},
       {"percentile", [&](yaml::Node *value) {
          return readPercentile(value, activations->percentile);
        }}});
}

bool RecipeReader::readFlag(yaml::Node *node, bool &value) {
  unsigned index = 0;
  if (!readChoice(node, {"false", "true"}, index))
    return false;
  value = index == 1;
  return true;
}

bool RecipeReader::readSmooth(yaml::Node *node,
                              std::optional<SmoothScheme> &smooth) {
  if (isNone(node)) {
    smooth.reset();
    return true;
  }
  if (!smooth)
    smooth.emplace();
  auto readAlpha = [&](yaml::Node *value) {
    double alpha = 0;
    auto *scalar = dyn_cast_or_null<yaml::ScalarNode>(value);
    if (scalar && scalar->getRawValue() == "auto") {
      smooth->alpha.reset();
      return true;
    }
    if (!readNumber(value, alpha))
      return false;
    smooth->alpha = alpha;
    return (alpha >= 0 && alpha <= 1) ||
           fail(value, "alpha must be from 0 to 1, or 'auto'");
  };
  return readMapping(node, {{"alpha", readAlpha},
                            {"power_of_two", [&](yaml::Node *value) {
                               return readFlag(value, smooth->powerOfTwo);
                             }}});
}

bool RecipeReader::readGlob(yaml::Node *node, std::string &pattern) {
  if (!readString(node, pattern))
    return false;
  if (pattern.size() > 1000)
    return fail(node, "pattern has more than 1000 characters");
  Expected<GlobPattern> glob = GlobPattern::create(pattern);
  if (!glob)
    return fail(node, "pattern '" + pattern +
                          "': " + toString(glob.takeError()));
  return true;
}

bool RecipeReader::readRule(yaml::Node *node) {
  RecipeRule rule;
  bool hasMatch = false;
  // A rule that gives only some keys of a scheme changes the default's others
  // not at all.
  rule.scheme = recipe.defaults;
  auto readMatch = [&](yaml::Node *value) {
    hasMatch = true;
    return readMapping(
        value,
        {{"op", [&](yaml::Node *op) { return readGlob(op, rule.op); }},
         {"name", [&](yaml::Node *name) { return readGlob(name, rule.name); }}});
  };
  auto readRuleWeights = [&](yaml::Node *value) {
    rule.setsWeights = true;
    return readWeights(value, rule.scheme.weights);
  };
  auto readRuleActivations = [&](yaml::Node *value) {
    rule.setsActivations = true;
    return readActivations(value, rule.scheme.activations);
  };
  auto readRuleSmooth = [&](yaml::Node *value) {
    rule.setsSmooth = true;
    return readSmooth(value, rule.scheme.smooth);
  };
  auto readRuleEqualize = [&](yaml::Node *value) {
    rule.setsEqualize = true;
    return readFlag(value, rule.scheme.equalize);
  };
  auto readRuleCorrectBias = [&](yaml::Node *value) {
    rule.setsCorrectBias = true;
    return readFlag(value, rule.scheme.correctBias);
  };
  if (!readMapping(node, {{"match", readMatch},
                          {"weights", readRuleWeights},
                          {"activations", readRuleActivations},
                          {"smoothquant", readRuleSmooth},
                          {"equalize", readRuleEqualize},
                          {"bias_correction", readRuleCorrectBias}}))
    return false;
  if (!hasMatch)
    return fail(node, "a rule needs the key 'match'");
  if (!rule.setsAnything())
    return fail(node, "a rule needs one of weights, activations, smoothquant, "
                      "equalize, bias_correction");
  recipe.rules.push_back(std::move(rule));
  return true;
}

bool RecipeReader::readRules(yaml::Node *node) {
  if (!checkPlain(node))
    return false;
  auto *sequence = dyn_cast<yaml::SequenceNode>(node);
  if (!sequence)
    return fail(node, "expected a list of rules");
  for (yaml::Node &rule : *sequence)
    if (!readRule(&rule))
      return false;
  return !stream.failed();
}

/// Rules start from what stands before them.
bool RecipeReader::checkBeforeRules(yaml::Node *node, StringRef key) {
  return recipe.rules.empty() ||
         fail(node, "'" + key + "' must come before 'rules'");
}

bool RecipeReader::readDefault(yaml::Node *node) {
  return checkBeforeRules(node, "default") && readMapping(
      node, {{"weights",
              [&](yaml::Node *value) {
                return readWeights(value, recipe.defaults.weights);
              }},
             {"activations", [&](yaml::Node *value) {
                return readActivations(value, recipe.defaults.activations);
              }}});
}

Expected<Recipe> RecipeReader::read() {
  auto document = stream.begin();
  yaml::Node *root =
      document == stream.end() ? nullptr : document->getRoot();
  bool ok =
      root && !isa<yaml::NullNode>(root) &&
      readMapping(
          root,
          {{"schema", [&](yaml::Node *node) { return readSchema(node); }},
           {"default", [&](yaml::Node *node) { return readDefault(node); }},
           {"smoothquant",
            [&](yaml::Node *node) {
              return checkBeforeRules(node, "smoothquant") &&
                     readSmooth(node, recipe.defaults.smooth);
            }},
           {"equalize",
            [&](yaml::Node *node) {
              return checkBeforeRules(node, "equalize") &&
                     readFlag(node, recipe.defaults.equalize);
            }},
           {"bias_correction",
            [&](yaml::Node *node) {
              return checkBeforeRules(node, "bias_correction") &&
                     readFlag(node, recipe.defaults.correctBias);
            }},
           {"rules", [&](yaml::Node *node) { return readRules(node); }}});
  if (error.empty() && !ok)
    error = recipe.name + ": the recipe is empty";
  if (error.empty() && !sawSchema)
    error = recipe.name + ": the recipe lacks 'schema: 1'";
  if (!error.empty())
    return createStringError(error);
  return std::move(recipe);
}

Expected<Recipe> Recipe::parse(StringRef text, StringRef name) {
  if (text.size() > maxRecipeBytes)
    return createStringError(name.str() + ": a recipe has at most 1 MiB");
  return RecipeReader(text, name).read();
}
