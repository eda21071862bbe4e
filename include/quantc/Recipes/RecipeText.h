//===- RecipeText.h - Recipes written as text --------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_RECIPES_RECIPETEXT_H
#define QUANTC_RECIPES_RECIPETEXT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace quantc {

/// The YAML of a shipped recipe, or of a file.
llvm::Expected<std::string> readRecipeText(llvm::StringRef nameOrFile);

/// A rule for the nodes of one operator and name.
struct NodeRule {
  std::string op, node;
  std::string change;  ///< "weights: none, activations: none", say
  std::string comment; ///< at the end of the rule's line, or ""
};

/// The recipe `text` (called `name` in errors) with `rules` after its own, everything
/// else as it is, comments included. A recipe whose own rules are not a block list
/// ("- ...", one a line) is an error.
llvm::Expected<std::string> appendRules(llvm::StringRef text,
                                        llvm::StringRef name,
                                        llvm::ArrayRef<NodeRule> rules);

} // namespace quantc

#endif // QUANTC_RECIPES_RECIPETEXT_H
