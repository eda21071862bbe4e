//===- Lift.cpp - Older operator versions to the newest ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

Lift import::getLift(StringRef domain, StringRef type) {
  using Table = llvm::StringMap<Lift>;
  auto makeTable = [](std::initializer_list<ArrayRef<NamedLift>> families) {
    Table table;
    for (ArrayRef<NamedLift> family : families)
      for (const NamedLift &entry : family)
        table[entry.type] = entry.lift;
    return table;
  };
  static const Table onnxLifts = makeTable(
      {getTensorLifts(), getMathLifts(), getNNLifts(), getQuantizeLifts()});
  static const Table microsoftLifts =
      makeTable({getMicrosoftLifts(), getQOperatorLifts()});
  if (domain.empty())
    return onnxLifts.lookup(type);
  return domain == "com.microsoft" ? microsoftLifts.lookup(type) : nullptr;
}

void import::attributeToInput(NodeBuilder &builder, Node &node, StringRef name,
                              unsigned index) {
  auto values = dyn_cast_or_null<DenseI64ArrayAttr>(node.take(name));
  if (!values)
    return;
  if (node.operands.size() <= index)
    node.operands.resize(index + 1);
  node.operands[index] = builder.ints(node, values);
}

int64_t import::takeInt(Node &node, StringRef name, int64_t otherwise) {
  auto value = dyn_cast_or_null<IntegerAttr>(node.take(name));
  return value ? value.getInt() : otherwise;
}
