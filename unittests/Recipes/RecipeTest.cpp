//===- RecipeTest.cpp - Which operation is quantized how ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Recipes/Recipe.h"
#include <clocale>
#include <gtest/gtest.h>

using namespace quantc;

static std::string parseError(llvm::StringRef text) {
  auto recipe = Recipe::parse(text, "r.yaml");
  return recipe ? "" : llvm::toString(recipe.takeError());
}

TEST(Recipe, ShippedRecipesAreValid) {
  ASSERT_FALSE(getShippedRecipes().empty());
  for (const ShippedRecipe &shipped : getShippedRecipes()) {
    auto recipe = Recipe::load(shipped.name);
    ASSERT_TRUE(bool(recipe)) << shipped.name.str();
    EXPECT_EQ(recipe->getName(), shipped.name);
  }
}

TEST(Recipe, W8A8) {
  Scheme scheme = llvm::cantFail(Recipe::load("w8a8")).getScheme("MatMul", "m");
  ASSERT_TRUE(scheme.weights && scheme.activations);
  EXPECT_TRUE(scheme.weights->codec.isSigned);
  EXPECT_EQ(scheme.weights->granularity, Granularity::Channel);
  EXPECT_FALSE(scheme.activations->codec.isSigned);
  EXPECT_EQ(scheme.activations->granularity, Granularity::Tensor);
}

TEST(Recipe, NoneIsNothing) {
  Scheme scheme = llvm::cantFail(Recipe::load("none")).getScheme("MatMul", "m");
  EXPECT_FALSE(scheme.weights);
  EXPECT_FALSE(scheme.activations);
}

TEST(Recipe, LaterRulesWin) {
  Recipe recipe = llvm::cantFail(Recipe::parse(R"(
schema: 1
default: {weights: {codec: int8}, activations: {granularity: token}}
rules:
  - {match: {op: MatMul}, weights: none}
  - {match: {op: MatMul, name: "*/keep"}, weights: {granularity: tensor}}
  - {match: {op: Conv}, activations: {calibrator: percentile, percentile: 99.5}}
)",
                                               "r.yaml"));
  EXPECT_TRUE(recipe.getScheme("Gemm", "a").weights.has_value());
  EXPECT_FALSE(recipe.getScheme("MatMul", "a").weights.has_value());
  Scheme kept = recipe.getScheme("MatMul", "a/keep");
  ASSERT_TRUE(kept.weights && kept.activations);
  EXPECT_EQ(kept.weights->granularity, Granularity::Tensor);
  EXPECT_EQ(kept.activations->granularity, Granularity::Token);
  // What a rule leaves out comes from the default.
  Scheme conv = recipe.getScheme("Conv", "a");
  EXPECT_EQ(conv.activations->granularity, Granularity::Token);
  EXPECT_EQ(conv.activations->percentile, 99.5);
}

TEST(Recipe, Migration) {
  Recipe recipe = llvm::cantFail(Recipe::parse(R"(
schema: 1
smoothquant: {alpha: 0.75, power_of_two: true}
equalize: true
rules:
  - {match: {name: "a"}, smoothquant: {alpha: auto}}
  - {match: {name: "b"}, smoothquant: none, equalize: false, bias_correction: true}
)",
                                               "r.yaml"));
  Scheme scheme = recipe.getScheme("MatMul", "x");
  ASSERT_TRUE(scheme.smooth && scheme.smooth->alpha);
  EXPECT_EQ(*scheme.smooth->alpha, 0.75);
  EXPECT_TRUE(scheme.smooth->powerOfTwo && scheme.equalize);
  EXPECT_FALSE(scheme.correctBias);
  scheme = recipe.getScheme("MatMul", "a");
  ASSERT_TRUE(scheme.smooth);
  EXPECT_FALSE(scheme.smooth->alpha);
  EXPECT_TRUE(scheme.smooth->powerOfTwo); // as the default has it
  scheme = recipe.getScheme("MatMul", "b");
  EXPECT_FALSE(scheme.smooth || scheme.equalize);
  EXPECT_TRUE(scheme.correctBias);
  EXPECT_TRUE(recipe.anyScheme([](const Scheme &s) { return s.correctBias; }));
}

TEST(Recipe, NumbersDoNotFollowTheLocale) {
  // Where that locale is missing the call fails and the test still holds.
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  auto recipe = Recipe::parse(
      "schema: 1\ndefault: {activations: {percentile: 99.25}}", "r.yaml");
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(llvm::cantFail(std::move(recipe))
                .getScheme("MatMul", "")
                .activations->percentile,
            99.25);
}

TEST(Recipe, Errors) {
  struct {
    const char *text, *error;
  } cases[] = {
      {"", "r.yaml: the recipe is empty"},
      {"default: {}", "r.yaml: the recipe lacks 'schema: 1'"},
      {"schema: 2",
       "r.yaml:1:9: schema is not 1, the only one this version reads"},
      {"schema: 1\ndefualt: {}",
       "r.yaml:2:1: unknown key 'defualt'; did you mean 'default'?"},
      {"schema: 1\nx: 1",
       "r.yaml:2:1: unknown key 'x'; known here: schema, default, "
       "smoothquant, equalize, bias_correction, rules"},
      {"schema: 1\nschema: 1", "r.yaml:2:1: key 'schema' appears twice"},
      {"schema: 1\ndefault: {weights: {codec: int4}}",
       "r.yaml:2:28: found 'int4', supported: int8, uint8"},
      {"schema: 1\ndefault: {weights: {codec: uint8}}",
       "r.yaml:2:28: weights are symmetric: found 'uint8', supported: int8"},
      {"schema: 1\ndefault: {weights: {method: gptq}}",
       "r.yaml:2:29: found 'gptq', supported: rtn, mse"},
      {"schema: 1\ndefault: {activations: {percentile: \"99,9\"}}",
       "r.yaml:2:37: '99,9' is not a number"},
      {"schema: 1\ndefault: {activations: {percentile: 5}}",
       "r.yaml:2:37: percentile must be above 50 and at most 100"},
      {"schema: 1\ndefault: [1]",
       "r.yaml:2:11: expected a mapping with the keys weights, activations"},
      {"schema: 1\nrules: {}", "r.yaml:2:9: expected a list of rules"},
      {"schema: 1\nrules: [{weights: none}]",
       "r.yaml:2:10: a rule needs the key 'match'"},
      {"schema: 1\nrules: [{match: {op: Conv}}]",
       "r.yaml:2:10: a rule needs one of weights, activations, smoothquant, "
       "equalize, bias_correction"},
      {"schema: 1\nrules: [{match: {op: Conv}, weights: none}]\ndefault: {}",
       "r.yaml:3:11: 'default' must come before 'rules'"},
      {"schema: 1\nrules: [{match: {op: Conv}, weights: none}]\nequalize: true",
       "r.yaml:3:11: 'equalize' must come before 'rules'"},
      {"schema: 1\nsmoothquant: {alpha: 2}",
       "r.yaml:2:22: alpha must be from 0 to 1, or 'auto'"},
      {"schema: 1\nsmoothquant: {power_of_two: yes}",
       "r.yaml:2:29: found 'yes', supported: false, true"},
      {"schema: 1\nbias_correction: 1",
       "r.yaml:2:18: found '1', supported: false, true"},
      {"schema: 1\ndefault: &a {}",
       "r.yaml:2:14: anchors and aliases are not supported in recipes"},
      {"schema: 1\ndefault: !!python/object {}",
       "r.yaml:2:27: tag '!!python/object' is not supported in recipes"},
  };
  for (const auto &entry : cases)
    EXPECT_EQ(parseError(entry.text), entry.error) << entry.text;
}

TEST(Recipe, BrokenYAMLIsAnError) {
  for (const char *text :
       {"schema: 1\ndefault: {", "schema: 1\n\tdefault: x", "]", "a: b: c",
        "schema: 1\nrules: [{match: {name: \"[\"}, weights: none}]",
        "schema: 1\ndefault: *a", "\xff\xfe"})
    EXPECT_NE(parseError(text), "") << text;
}

TEST(Recipe, UnknownNameSuggestsTheNearest) {
  EXPECT_NE(llvm::toString(Recipe::load("w8a9").takeError())
                .find("did you mean 'w8a8'?"),
            std::string::npos);
}
