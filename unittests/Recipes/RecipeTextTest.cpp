//===- RecipeTextTest.cpp - Recipes written as text -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Recipes/RecipeText.h"
#include "quantc/Recipes/Recipe.h"
#include "gtest/gtest.h"

using namespace quantc;

static const NodeRule keepA{"MatMul", "a", "weights: none, activations: none",
                            "0.1 points"};

static std::string append(llvm::StringRef text, llvm::ArrayRef<NodeRule> rules) {
  llvm::Expected<std::string> result = appendRules(text, "r.yaml", rules);
  return result ? *result : "error: " + llvm::toString(result.takeError());
}

TEST(RecipeText, ShippedRecipesTakeRules) {
  for (const ShippedRecipe &shipped : getShippedRecipes()) {
    llvm::Expected<std::string> text = readRecipeText(shipped.name);
    ASSERT_TRUE(bool(text));
    llvm::Expected<Recipe> before = Recipe::parse(*text, shipped.name);
    llvm::Expected<Recipe> after =
        Recipe::parse(append(*text, {keepA}), shipped.name);
    ASSERT_TRUE(before && after) << shipped.name.str();
    EXPECT_EQ(after->getRules().size(), before->getRules().size() + 1);
    EXPECT_FALSE(after->getScheme("MatMul", "a").weights);
    EXPECT_EQ(bool(after->getScheme("MatMul", "b").weights),
              bool(before->getScheme("MatMul", "b").weights));
  }
}

TEST(RecipeText, RulesFollowThoseThatAreThere) {
  const std::string own = "schema: 1\nrules: # mine\n"
                          "- {match: {op: Conv}, weights: none}\n# the end\n";
  EXPECT_EQ(append(own, {keepA}),
            own + "- {match: {op: MatMul, name: 'a'}, weights: none, "
                  "activations: none} # 0.1 points\n");
}

TEST(RecipeText, NamesMatchThemselvesOnly) {
  for (const char *name : {"it's", "a[0]", "a*b", "x?{1,2}", "back\\slash", "",
                           "# no comment", "/m/encoder/layer.0/MatMul"}) {
    NodeRule rule = keepA;
    rule.node = name;
    llvm::Expected<Recipe> recipe =
        Recipe::parse(append("schema: 1\n", {rule}), "r.yaml");
    ASSERT_TRUE(bool(recipe)) << name << llvm::toString(recipe.takeError());
    EXPECT_TRUE(recipe->getRules()[0].matches("MatMul", name)) << name;
    EXPECT_FALSE(recipe->getRules()[0].matches("MatMul", "a0")) << name;
    EXPECT_FALSE(recipe->getRules()[0].matches("MatMul", "axb")) << name;
  }
}

TEST(RecipeText, FlowListsAreRefused) {
  EXPECT_NE(append("schema: 1\nrules: [{match: {op: Conv}, weights: none}]\n",
                   {keepA})
                .find("'rules:'"),
            std::string::npos);
}

TEST(RecipeText, NoRulesNoChange) {
  EXPECT_EQ(append("schema: 1\n", {}), "schema: 1\n");
}
