//===- Recipe.h - Which operation is quantized how ---------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A recipe is a YAML file: a default scheme for weights and activations, and
// rules that change it for operations chosen by type and node name. Shipped
// recipes are the files of share/recipes, compiled into the library.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_RECIPES_RECIPE_H
#define QUANTC_RECIPES_RECIPE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace quantc {

/// How many values share a scale: the whole tensor; one output channel of a
/// product (one row of an embedding table); one token (row) of an activation,
/// measured while the model runs.
enum class Granularity { Tensor, Channel, Token };

/// How a range is chosen from an activation's statistics
/// (Calibration/Calibrators.h).
enum class Calibrator {
  MinMax,
  Percentile,
  MSE,
  Entropy,
  MovingAverage,
  CrossEntropy
};

/// Integer codes of a recipe: `int8`, `uint8`.
struct CodecSpec {
  unsigned width = 8;
  bool isSigned = true;
};

struct WeightScheme {
  CodecSpec codec;
  Granularity granularity = Granularity::Channel;
  /// Name of a weight method (Quantization/Weights.h).
  std::string method = "rtn";
};

struct ActivationScheme {
  CodecSpec codec{8, false};
  Granularity granularity = Granularity::Tensor;
  Calibrator calibrator = Calibrator::MinMax;
  /// Percent of the values inside the range; used by Calibrator::Percentile.
  double percentile = 99.99;
};

/// SmoothQuant: how much of an activation's range moves into the weights that
/// meet it (Quantization/Smoothing.h).
struct SmoothScheme {
  /// In [0, 1]: 0 leaves the weights' rows equal, 1 the activation's channels;
  /// none: searched for every layer.
  std::optional<double> alpha;
  /// Factors are rounded to powers of two: no float result changes.
  bool powerOfTwo = false;
};

/// What happens to one operation; an absent part stays in floating point.
struct Scheme {
  std::optional<WeightScheme> weights;
  std::optional<ActivationScheme> activations;
  std::optional<SmoothScheme> smooth;
  /// Cross-layer equalization of a convolution with the one before it.
  bool equalize = false;
  /// The expected shift of the outputs by the weights' rounding is taken out of
  /// the bias.
  bool correctBias = false;
};

/// Changes the scheme of operations whose type and node name match both globs.
struct RecipeRule {
  std::string op = "*";
  std::string name = "*";
  bool setsWeights = false;
  bool setsActivations = false;
  bool setsSmooth = false;
  bool setsEqualize = false;
  bool setsCorrectBias = false;
  Scheme scheme;

  /// Whether the rule changes anything.
  bool setsAnything() const {
    return setsWeights || setsActivations || setsSmooth || setsEqualize ||
           setsCorrectBias;
  }

  /// `op` is the ONNX operator ("MatMul"), `node` its node's name.
  bool matches(llvm::StringRef op, llvm::StringRef node) const;
};

class Recipe {
public:
  /// Loads a shipped recipe by name, or a file. An unknown name is an error that
  /// suggests the nearest.
  static llvm::Expected<Recipe> load(llvm::StringRef nameOrFile);
  /// Parses YAML text; `name` is used in error messages, which have the form
  /// `name:line:column: text`. Unknown and repeated keys, aliases and tags are
  /// errors; numbers are read independently of the locale.
  static llvm::Expected<Recipe> parse(llvm::StringRef text,
                                      llvm::StringRef name);

  /// The scheme of an operation: the default, changed by every matching rule in
  /// order, so that later rules win.
  Scheme getScheme(llvm::StringRef op, llvm::StringRef node) const;
  /// Whether the default or any rule has a scheme that `predicate` accepts.
  bool anyScheme(llvm::function_ref<bool(const Scheme &)> predicate) const;

  llvm::StringRef getName() const { return name; }
  llvm::ArrayRef<RecipeRule> getRules() const { return rules; }

private:
  friend class RecipeReader;
  std::string name;
  Scheme defaults;
  std::vector<RecipeRule> rules;
};

struct ShippedRecipe {
  llvm::StringRef name;
  llvm::StringRef text;
};
/// The recipes of share/recipes, in the order of their names.
llvm::ArrayRef<ShippedRecipe> getShippedRecipes();

/// The candidate nearest to `word`, or an empty string when none is close.
std::string findNearest(llvm::StringRef word,
                        llvm::ArrayRef<llvm::StringRef> candidates);

} // namespace quantc

#endif // QUANTC_RECIPES_RECIPE_H
