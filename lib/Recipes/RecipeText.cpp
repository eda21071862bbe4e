//===- RecipeText.cpp - Recipes written as text ---------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Rules are added to the text rather than to a Recipe that is printed again: a
// person reads the result, and finds what was written before.
//
//===----------------------------------------------------------------------===//

#include "quantc/Recipes/RecipeText.h"
#include "quantc/Recipes/Recipe.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace quantc;

Expected<std::string> quantc::readRecipeText(StringRef nameOrFile) {
  for (const ShippedRecipe &recipe : getShippedRecipes())
    if (recipe.name == nameOrFile)
      return recipe.text.str();
  // For its message where there is no such file.
  Expected<Recipe> recipe = Recipe::load(nameOrFile);
  if (!recipe)
    return recipe.takeError();
  auto file = MemoryBuffer::getFile(nameOrFile, /*IsText=*/true);
  if (!file)
    return createStringError(file.getError(), nameOrFile + ": " +
                                                  file.getError().message());
  return (*file)->getBuffer().str();
}

/// A glob that matches `name` alone, as a YAML scalar.
static std::string quoteName(StringRef name) {
  std::string text = "'";
  for (char c : name) {
    if (StringRef("\\*?[]{}").contains(c))
      text += '\\';
    text += c;
    if (c == '\'')
      text += '\'';
  }
  return text + "'";
}

static std::string makeRule(const NodeRule &rule) {
  std::string text = "- {match: {op: " + rule.op +
                     ", name: " + quoteName(rule.node) + "}, " + rule.change +
                     "}";
  return rule.comment.empty() ? text : text + " # " + rule.comment;
}

Expected<std::string> quantc::appendRules(StringRef text, StringRef name,
                                          ArrayRef<NodeRule> added) {
  SmallVector<StringRef> lines;
  text.rtrim('\n').split(lines, '\n');
  auto rules = llvm::find_if(lines, [](StringRef line) {
    return line.split('#').first.rtrim() == "rules:";
  });
  // The reader wants rules last, so that everything to the end is theirs.
  std::string indent = "  ";
  auto first = std::find_if(rules, lines.end(), [](StringRef line) {
    return line.ltrim().starts_with("-");
  });
  if (first != lines.end())
    indent = first->take_while([](char c) { return c == ' '; }).str();
  std::string result = join(lines, "\n") + "\n";
  if (rules == lines.end() && !added.empty())
    result += "rules:\n";
  for (const NodeRule &rule : added)
    result += indent + makeRule(rule) + "\n";

  Expected<Recipe> before = Recipe::parse(text, name);
  if (!before)
    return before.takeError();
  Expected<Recipe> after = Recipe::parse(result, name);
  if (after && after->getRules().size() ==
                   before->getRules().size() + added.size())
    return result;
  consumeError(after.takeError());
  return createStringError("recipe '" + name.str() +
                           "': rules can only be added to a list with one '- ' "
                           "a line under 'rules:'");
}
