//===- Simulation.cpp - Quantization by run-time parameters ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Plain onnx operations, which fuse into one map per value. The same operands as
// quantc-quantize's are replaced, because both follow the plan.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Simulation.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Quantization/Plan.h"
#include "quantc/Quantization/TensorNames.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

namespace {
/// Adds inputs and rewires operands.
class Simulator {
public:
  explicit Simulator(func::FuncOp function)
      : function(function), builder(function.getContext()),
        names(getTensorNames(function)) {}

  std::vector<SimulatedRange> run(QuantizationPlan &plan);

private:
  Value addInput(StringRef name, Type element);
  Value simulate(Value value, const CodecSpec &codec, Value scale,
                 Value zeroPoint);

  func::FuncOp function;
  OpBuilder builder;
  DenseMap<Value, std::string> names;
  Value enabled;
};
} // namespace

Value Simulator::addInput(StringRef name, Type element) {
  unsigned number = function.getNumArguments();
  auto attributes = builder.getDictionaryAttr(
      builder.getNamedAttr("onnx.name", builder.getStringAttr(name)));
  LogicalResult added =
      function.insertArgument(number, RankedTensorType::get({}, element),
                              attributes, function.getLoc());
  assert(succeeded(added) && "an argument can always be appended");
  (void)added;
  return function.getArgument(number);
}

Value Simulator::simulate(Value value, const CodecSpec &codec, Value scale,
                          Value zeroPoint) {
  builder.setInsertionPointAfterValue(value);
  Location loc = value.getLoc();
  Type type = value.getType();
  int lowest = codec.isSigned ? -(1 << (codec.width - 1)) : 0;
  int highest = (1 << (codec.width - codec.isSigned)) - 1;
  Value lo = createFloat(builder, loc, float(lowest));
  Value hi = createFloat(builder, loc, float(highest));
  Value codes = DivOp::create(builder, loc, type, value, scale);
  codes = RoundOp::create(builder, loc, type, codes);
  codes = AddOp::create(builder, loc, type, codes, zeroPoint);
  codes = ClipOp::create(builder, loc, type, codes, lo, hi);
  codes = SubOp::create(builder, loc, type, codes, zeroPoint);
  Value simulated = MulOp::create(builder, loc, type, codes, scale);
  return WhereOp::create(builder, loc, type, enabled, simulated, value);
}

std::vector<SimulatedRange> Simulator::run(QuantizationPlan &plan) {
  std::vector<SimulatedRange> ranges;
  if (plan.ranges.empty())
    return ranges;
  enabled = addInput(simulationInputName, builder.getI1Type());
  DenseMap<void *, size_t> numbers; // of groups
  DenseMap<Value, Value> simulated;
  for (auto &[value, scheme] : plan.ranges) {
    void *key = value.getAsOpaquePointer();
    auto leader = plan.groups.findLeader(key);
    if (leader != plan.groups.member_end())
      key = *leader;
    auto [number, isNew] = numbers.try_emplace(key, ranges.size());
    if (isNew) {
      std::string suffix = "." + std::to_string(ranges.size());
      ranges.push_back({{},
                        scheme.codec,
                        "quantc.scale" + suffix,
                        "quantc.zero_point" + suffix});
      addInput(ranges.back().scaleInput, builder.getF32Type());
      addInput(ranges.back().zeroPointInput, builder.getF32Type());
    }
    SimulatedRange &range = ranges[number->second];
    range.tensors.push_back(names.lookup(value));
    // Inputs: the model's own, whether to simulate, then pairs.
    unsigned first = function.getNumArguments() -
                     2 * unsigned(ranges.size() - number->second);
    simulated[value] =
        simulate(value, range.codec, function.getArgument(first),
                 function.getArgument(first + 1));
  }
  for (ActivationUse &use : plan.activations)
    if (Value replacement = simulated.lookup(use.operand->get()))
      if (use.scheme.granularity == Granularity::Tensor)
        use.operand->set(replacement);
  return ranges;
}

std::vector<SimulatedRange>
quantc::simulateActivations(func::FuncOp function, const Recipe &recipe) {
  QuantizationPlan plan = planQuantization(function, recipe);
  return Simulator(function).run(plan);
}
