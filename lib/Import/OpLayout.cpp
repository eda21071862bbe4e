//===- OpLayout.cpp - Operand and result layout of the onnx dialect ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX gives operands by position with holes, MLIR by segments. The table is
// read off the operation classes ODS generates, so a new operation needs no
// line here.
//
//===----------------------------------------------------------------------===//

#include "Node.h"

#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;
using namespace quantc::onnx;

template <typename Op> static OpLayout makeLayout() {
  OpLayout layout;
  if constexpr (Op::template hasTrait<OpTrait::AttrSizedOperandSegments>())
    layout.operandSegments =
        typename Op::Properties().operandSegmentSizes.size();
  if constexpr (Op::template hasTrait<OpTrait::AttrSizedResultSegments>())
    layout.resultSegments = typename Op::Properties().resultSegmentSizes.size();
  if constexpr (Op::template hasTrait<OpTrait::NResults<2>::Impl>())
    layout.minResults = 2;
  else if constexpr (Op::template hasTrait<OpTrait::NResults<3>::Impl>())
    layout.minResults = 3;
  else if constexpr (Op::template hasTrait<OpTrait::VariadicResults>())
    layout.minResults = 0;
  return layout;
}

template <typename... Ops> static llvm::StringMap<OpLayout> makeTable() {
  llvm::StringMap<OpLayout> table;
  ((table[Ops::getOperationName().split('.').second] = makeLayout<Ops>()), ...);
  table.erase("Yield"); // no ONNX operator
  return table;
}

const OpLayout *import::getLayout(StringRef type) {
  static const llvm::StringMap<OpLayout> table = makeTable<
#define GET_OP_LIST
#include "quantc/Dialect/ONNX/IR/ONNXOps.cpp.inc"
      >();
  auto it = table.find(type);
  return it == table.end() ? nullptr : &it->second;
}
