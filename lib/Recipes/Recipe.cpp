//===- Recipe.cpp - Which operation is quantized how ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Lookup: shipped recipes, files, and the scheme of one operation. Reading YAML
// is RecipeReader.cpp.
//
//===----------------------------------------------------------------------===//

#include "quantc/Recipes/Recipe.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace quantc;

static const ShippedRecipe shippedRecipes[] = {
#include "ShippedRecipes.inc"
};

ArrayRef<ShippedRecipe> quantc::getShippedRecipes() { return shippedRecipes; }

std::string quantc::findNearest(StringRef word,
                                ArrayRef<StringRef> candidates) {
  StringRef best;
  unsigned limit = std::max<size_t>(word.size() / 3, 2);
  for (StringRef candidate : candidates) {
    unsigned distance = word.edit_distance(candidate, true, limit);
    if (distance <= limit && (best.empty() || distance < limit)) {
      best = candidate;
      limit = distance;
    }
  }
  return best.str();
}

/// The shipped recipes' names in a sentence, after the nearest to `name`.
static std::string describeShipped(StringRef name) {
  SmallVector<StringRef> names;
  for (const ShippedRecipe &recipe : shippedRecipes)
    names.push_back(recipe.name);
  std::string nearest = findNearest(name, names);
  std::string text;
  if (!nearest.empty())
    text += "did you mean '" + nearest + "'? ";
  return text + "Shipped recipes: " + join(names, ", ");
}

Expected<Recipe> Recipe::load(StringRef nameOrFile) {
  for (const ShippedRecipe &recipe : shippedRecipes)
    if (recipe.name == nameOrFile)
      return parse(recipe.text, recipe.name);
  auto file = MemoryBuffer::getFile(nameOrFile, /*IsText=*/true);
  if (!file)
    return createStringError(
        file.getError(), "recipe '" + nameOrFile.str() +
                             "' is neither a shipped recipe nor a readable "
                             "file (" +
                             file.getError().message() + "); " +
                             describeShipped(nameOrFile));
  return parse((*file)->getBuffer(), nameOrFile);
}

static bool matchesGlob(StringRef pattern, StringRef text) {
  // The reader has checked that patterns are valid.
  return cantFail(GlobPattern::create(pattern)).match(text);
}

bool RecipeRule::matches(StringRef opName, StringRef node) const {
  return matchesGlob(op, opName) && matchesGlob(name, node);
}

Scheme Recipe::getScheme(StringRef op, StringRef node) const {
  Scheme scheme = defaults;
  for (const RecipeRule &rule : rules) {
    if (!rule.matches(op, node))
      continue;
    if (rule.setsWeights)
      scheme.weights = rule.scheme.weights;
    if (rule.setsActivations)
      scheme.activations = rule.scheme.activations;
    if (rule.setsSmooth)
      scheme.smooth = rule.scheme.smooth;
    if (rule.setsEqualize)
      scheme.equalize = rule.scheme.equalize;
    if (rule.setsCorrectBias)
      scheme.correctBias = rule.scheme.correctBias;
  }
  return scheme;
}

bool Recipe::anyScheme(function_ref<bool(const Scheme &)> predicate) const {
  return predicate(defaults) || any_of(rules, [&](const RecipeRule &rule) {
           return predicate(rule.scheme);
         });
}
