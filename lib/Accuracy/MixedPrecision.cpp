//===- MixedPrecision.cpp - Least precision that reaches a target ---------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Changes to the recipe stand in one list, the cheapest kind first and in it the most
// useful one first. The drop falls as more of them are made, so the least number that
// suffices is bracketed: from a first guess (as if damages added up) in growing steps
// to a number that fails and one that passes, then halfway.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/MixedPrecision.h"
#include "Candidates.h"
#include "MatchedOps.h"
#include "quantc/Accuracy/Measure.h"
#include "quantc/Accuracy/Sensitivity.h"
#include "quantc/Driver/Driver.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace quantc;

/// Runs that attribution and damages are measured on; candidates are measured on
/// all.
static constexpr int64_t maxAttributionRuns = 128, maxDamageRuns = 32;

namespace {
/// What a recipe can change: the operations of one operator and node name.
struct Node {
  SmallVector<unsigned, 1> ops; // positions in the attribution
  double damage = 0;
  double rangeShare = 0;   // of its noise that comes from the input's range
  int64_t extraBytes = 0;  // that its weights have more in float
  bool canMeasure = false; // its range may be one per token
};

struct Change {
  unsigned node = 0;
  bool toFloat = false; // else to ranges per token
  double gain = 0;      // points, if damages add up
};

class Search {
public:
  Search(ModuleOp module, const MixedPrecisionOptions &options,
         MixedPrecision &result)
      : module(module), options(options), result(result),
        candidates(module, options) {}

  ErrorCode run();

private:
  void announce(const Twine &step) {
    if (options.progress)
      options.progress(step);
  }
  ErrorCode fail(const Twine &message) {
    emitError(UnknownLoc::get(module.getContext())) << message;
    return ErrorCode::InvalidInput;
  }
  ErrorCode analyze();
  void collectNodes(ModuleOp reference, ModuleOp quantized);
  void describe(const MatchedOp &match, const OpError &op, Node &node);

  NodeRule makeRule(const Change &change) const;
  ErrorCode make(ArrayRef<Change> changes, Candidate &candidate);
  std::vector<Change> listChanges() const;
  unsigned guess(ArrayRef<Change> changes, double fullDrop) const;
  ErrorCode searchDrop(std::vector<Change> &made, Candidate &best);
  ErrorCode fillSize(std::vector<Change> &made, Candidate &best);
  void take(ArrayRef<Change> made, Candidate &best);

  ModuleOp module;
  const MixedPrecisionOptions &options;
  MixedPrecision &result;
  Candidates candidates;
  std::vector<Node> nodes;
};
} // namespace

//===----------------------------------------------------------------------===//
// What there is to choose from
//===----------------------------------------------------------------------===//

void Search::describe(const MatchedOp &match, const OpError &op, Node &node) {
  node.damage = op.damage.value_or(0);
  if (match.isTable()) {
    auto gather =
        match.quantizedOp->getOperand(0).getDefiningOp<onnx::GatherOp>();
    // Codes take a quarter; their scales are few.
    node.extraBytes += 3 * getConstantBytes(gather.getData());
    return;
  }
  for (auto [k, kind] : llvm::enumerate(match.operands))
    if (kind == OperandKind::Constant)
      node.extraBytes += getConstantBytes(match.floatOp->getOperand(k)) -
                         getConstantBytes(match.quantizedOp->getOperand(k));
  node.canMeasure = isa<onnx::MatMulOp, onnx::GemmOp>(match.floatOp) &&
                    op.isInteger && match.operands[0] == OperandKind::Static;
  double all = 0;
  for (double noise : op.causes)
    all += noise;
  double range = op.getCause(Cause::Clipping) + op.getCause(Cause::Rounding);
  node.rangeShare = all > 0 ? range / all : 0;
}

void Search::collectNodes(ModuleOp reference, ModuleOp quantized) {
  const std::vector<OpError> &ops = result.attribution.ops;
  std::vector<MatchedOp> matches =
      matchOps(reference.lookupSymbol<func::FuncOp>("main"),
               quantized.lookupSymbol<func::FuncOp>("main"));
  assert(matches.size() == ops.size() && "attribution matches the same way");
  llvm::MapVector<std::pair<StringRef, StringRef>, Node> byName;
  for (auto [i, match] : llvm::enumerate(matches)) {
    if (!ops[i].isQuantized)
      continue;
    Node &node = byName[{ops[i].op, ops[i].node}];
    node.ops.push_back(unsigned(i));
    describe(match, ops[i], node);
  }
  for (auto &[name, node] : byName)
    nodes.push_back(node);
}

ErrorCode Search::analyze() {
  announce("attributing the error");
  OwningOpRef<ModuleOp> reference = module.clone(), quantized = module.clone();
  ErrorCode code =
      makeReference(*reference, options.recipe, options.calibration);
  if (code == ErrorCode::None)
    code = quantizeModel(*quantized, options.recipe, options.calibration);
  if (code != ErrorCode::None)
    return code;
  FailureOr<Attribution> attribution =
      attributeError(*reference, *quantized,
                     options.runs.sample(maxAttributionRuns), options.threads,
                     code);
  if (failed(attribution))
    return code;
  result.attribution = std::move(*attribution);
  result.attribution.recipe = options.recipe;
  announce("measuring every operation's damage to the outputs");
  code = measureDamage(*reference, *quantized, options.runs.sample(maxDamageRuns),
                       options.threads, result.attribution);
  collectNodes(*reference, *quantized);
  return code;
}

/// All changes worth making for accuracy, in the order they are to be made.
std::vector<Change> Search::listChanges() const {
  std::vector<Change> changes;
  for (auto [i, node] : llvm::enumerate(nodes)) {
    double range = node.canMeasure ? node.damage * node.rangeShare : 0;
    if (range > 0)
      changes.push_back({unsigned(i), /*toFloat=*/false, range});
    changes.push_back({unsigned(i), /*toFloat=*/true, node.damage - range});
  }
  llvm::sort(changes, [](const Change &a, const Change &b) {
    return std::make_tuple(a.toFloat, -a.gain, a.node) <
           std::make_tuple(b.toFloat, -b.gain, b.node);
  });
  return changes;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

NodeRule Search::makeRule(const Change &change) const {
  const Node &node = nodes[change.node];
  const OpError &op = result.attribution.ops[node.ops[0]];
  return {op.op, op.node,
          change.toFloat ? "weights: none, activations: none"
                         : "activations: {granularity: token}",
          llvm::formatv("{0:f4} points", node.damage).str()};
}

ErrorCode Search::make(ArrayRef<Change> changes, Candidate &candidate) {
  llvm::MapVector<unsigned, NodeRule> rules; // a node's last change is the one
  unsigned floats = 0;
  for (const Change &change : changes) {
    rules[change.node] = makeRule(change);
    floats += change.toFloat;
  }
  announce("measuring with " + Twine(rules.size() - floats) +
           " operations on ranges per token, " + Twine(floats) + " in float");
  std::vector<NodeRule> list;
  for (auto &[node, rule] : rules)
    list.push_back(rule);
  return candidates.make(list, candidate);
}

/// How many changes it takes if damages add up, in proportion to what all of them
/// do together.
unsigned Search::guess(ArrayRef<Change> changes, double fullDrop) const {
  double total = 0;
  for (const Change &change : changes)
    total += change.gain;
  double left = total, allowed = total * *options.maxDrop / fullDrop;
  unsigned count = 0;
  while (count < changes.size() && left > allowed)
    left -= changes[count++].gain;
  return std::max(count, 1u);
}

ErrorCode Search::searchDrop(std::vector<Change> &made, Candidate &best) {
  std::vector<Change> changes = listChanges();
  auto all = unsigned(changes.size());
  unsigned fails = 0, passes = all + 1; // as far as is known
  unsigned count = guess(changes, best.drop), step = 1;
  while (passes - fails > 1) {
    Candidate candidate;
    ArrayRef<Change> tried = ArrayRef(changes).take_front(count);
    if (ErrorCode code = make(tried, candidate); code != ErrorCode::None)
      return code;
    if (candidate.drop <= *options.maxDrop) {
      passes = count;
      made = tried.vec();
      best = std::move(candidate);
    } else if (count == all) {
      return fail(llvm::formatv("with all {0} quantized operations in float the "
                                "drop is {1:f4} points, more than the {2:f4} asked "
                                "for",
                                nodes.size(), candidate.drop, *options.maxDrop)
                      .str());
    } else {
      fails = count;
    }
    if (passes > all)
      count = std::min(fails + step, all), step *= 2;
    else if (fails == 0)
      count = passes > step ? passes - step : 1, step *= 2;
    else
      count = (fails + passes) / 2;
  }
  return ErrorCode::None;
}

/// Keeps in float what does most damage per byte, as far as there is room.
ErrorCode Search::fillSize(std::vector<Change> &made, Candidate &best) {
  if (best.size > *options.targetSize)
    return fail("quantized throughout the model's constants have " +
                Twine(best.size) + " bytes, more than the " +
                Twine(*options.targetSize) + " asked for");
  std::vector<Change> changes;
  for (auto [i, node] : llvm::enumerate(nodes))
    if (node.extraBytes > 0)
      changes.push_back({unsigned(i), /*toFloat=*/true,
                         node.damage / double(node.extraBytes)});
  llvm::sort(changes, [](const Change &a, const Change &b) {
    return std::make_pair(-a.gain, a.node) < std::make_pair(-b.gain, b.node);
  });
  int64_t room = int64_t(*options.targetSize - best.size);
  for (const Change &change : changes)
    if (nodes[change.node].extraBytes <= room) {
      room -= nodes[change.node].extraBytes;
      made.push_back(change);
    }
  // Weights that several nodes share may make the model larger than the sum.
  for (; !made.empty(); made.pop_back()) {
    Candidate candidate;
    if (ErrorCode code = make(made, candidate); code != ErrorCode::None)
      return code;
    if (candidate.size <= *options.targetSize) {
      best = std::move(candidate);
      break;
    }
  }
  return ErrorCode::None;
}

/// Makes `best` the result, and the module.
void Search::take(ArrayRef<Change> made, Candidate &best) {
  auto isFloat = [&](unsigned node) {
    return llvm::any_of(made, [&](const Change &change) {
      return change.node == node && change.toFloat;
    });
  };
  for (const Change &change : made)
    if (change.toFloat || !isFloat(change.node))
      llvm::append_range(change.toFloat ? result.floats : result.tokens,
                         nodes[change.node].ops);
  int64_t all = 0, integer = 0;
  for (auto [i, op] : llvm::enumerate(result.attribution.ops)) {
    all += op.macs;
    bool kept = llvm::is_contained(result.floats, unsigned(i));
    integer += op.isInteger && !kept ? op.macs : 0;
  }
  result.integerShare = all ? double(integer) / double(all) : 0;
  result.recipe = std::move(best.recipe);
  result.drop = best.drop;
  result.size = best.size;
  module.getBodyRegion().takeBody(best.module->getBodyRegion());
  module->setAttrs((*best.module)->getAttrDictionary());
}

ErrorCode Search::run() {
  ErrorCode code = candidates.prepare();
  if (code == ErrorCode::None)
    code = analyze();
  Candidate best;
  if (code == ErrorCode::None)
    code = make({}, best);
  if (code != ErrorCode::None)
    return code;
  result.fullDrop = best.drop;
  result.fullSize = best.size;
  std::vector<Change> made;
  if (options.maxDrop && best.drop > *options.maxDrop)
    code = searchDrop(made, best);
  else if (options.targetSize)
    code = fillSize(made, best);
  if (code == ErrorCode::None)
    take(made, best);
  return code;
}

ErrorCode quantc::quantizeToTarget(ModuleOp module,
                                   const MixedPrecisionOptions &options,
                                   MixedPrecision &result) {
  result = MixedPrecision();
  return Search(module, options, result).run();
}

static llvm::json::Array listNodes(const Attribution &attribution,
                                   ArrayRef<unsigned> positions) {
  llvm::json::Array nodes;
  for (unsigned i : positions)
    nodes.push_back(llvm::json::Object{{"op", attribution.ops[i].op},
                                       {"node", attribution.ops[i].node}});
  return nodes;
}

llvm::json::Value quantc::toJSON(const MixedPrecision &result) {
  return llvm::json::Object{
      {"floats", listNodes(result.attribution, result.floats)},
      {"tokens", listNodes(result.attribution, result.tokens)},
      {"recipe", result.recipe},
      {"drop", result.drop},
      {"full_drop", result.fullDrop},
      {"size", result.size},
      {"full_size", result.fullSize},
      {"integer_share", result.integerShare},
      {"sensitivity", toJSON(result.attribution)}};
}
