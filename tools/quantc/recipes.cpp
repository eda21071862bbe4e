//===- recipes.cpp - quantc recipes ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Recipes/Recipe.h"

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand
    command("recipes", "List the shipped recipes, or print one as YAML\n"
                       "  example: quantc recipes w8a8 > mine.yaml");
static cl::opt<std::string> name(cl::Positional, cl::desc("[NAME]"),
                                 cl::sub(command));

static ErrorCode run(mlir::MLIRContext &context) {
  std::vector<StringRef> names;
  for (const ShippedRecipe &recipe : getShippedRecipes()) {
    names.push_back(recipe.name);
    // A recipe's first line is a comment that says what it is.
    StringRef summary = recipe.text.split('\n').first.ltrim("# ");
    if (name.empty())
      outs() << left_justify(recipe.name, 20) << ' ' << summary << '\n';
    else if (recipe.name == name)
      return outs() << recipe.text, ErrorCode::None;
  }
  if (name.empty())
    return ErrorCode::None;
  std::string nearest = findNearest(name, names);
  return usageError(context,
                    "no recipe '" + name + "'" +
                        (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

Command tool::getRecipesCommand() { return {&command, run}; }
