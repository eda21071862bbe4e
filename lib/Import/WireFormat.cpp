//===- WireFormat.cpp - Framing of a serialized model ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A walk over tags and lengths (protobuf's encoding guide). Only the messages
// on the way to weights and subgraphs are entered; protobuf itself judges the
// rest.
//
//===----------------------------------------------------------------------===//

#include "WireFormat.h"

#include "ModelFile.h"

#include <array>

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

namespace {
/// Messages that are entered; None for scalars, strings and other messages.
enum Kind : uint8_t {
  None,
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  Sparse,
  Function,
  ValueInfo,
  TypeInfo,
  NumKinds
};

struct Field {
  Kind parent;
  uint8_t number;
  const char *name;
  Kind kind;
};

constexpr Field fields[] = {
    {Model, 1, "ir_version", None},
    {Model, 7, "graph", Graph},
    {Model, 8, "opset_import", None},
    {Model, 14, "metadata_props", None},
    {Model, 25, "functions", Function},
    {Graph, 1, "node", Node},
    {Graph, 2, "name", None},
    {Graph, 5, "initializer", Tensor},
    {Graph, 11, "input", ValueInfo},
    {Graph, 12, "output", ValueInfo},
    {Graph, 13, "value_info", ValueInfo},
    {Graph, 15, "sparse_initializer", Sparse},
    {Node, 1, "input", None},
    {Node, 2, "output", None},
    {Node, 3, "name", None},
    {Node, 4, "op_type", None},
    {Node, 5, "attribute", Attribute},
    {Node, 7, "domain", None},
    {Attribute, 1, "name", None},
    {Attribute, 5, "t", Tensor},
    {Attribute, 6, "g", Graph},
    {Attribute, 10, "tensors", Tensor},
    {Attribute, 11, "graphs", Graph},
    {Attribute, 22, "sparse_tensor", Sparse},
    {Tensor, 1, "dims", None},
    {Tensor, 4, "float_data", None},
    {Tensor, 5, "int32_data", None},
    {Tensor, 6, "string_data", None},
    {Tensor, 7, "int64_data", None},
    {Tensor, 8, "name", None},
    {Tensor, 9, "raw_data", None},
    {Tensor, 10, "double_data", None},
    {Tensor, 11, "uint64_data", None},
    {Tensor, 13, "external_data", None},
    {Sparse, 1, "values", Tensor},
    {Sparse, 2, "indices", Tensor},
    {Function, 1, "name", None},
    {Function, 7, "node", Node},
    {ValueInfo, 1, "name", None},
    {ValueInfo, 2, "type", TypeInfo},
    {TypeInfo, 4, "sequence_type", TypeInfo},
    {TypeInfo, 9, "optional_type", TypeInfo},
};

/// protobuf's own limit; an If or Loop takes three levels.
constexpr unsigned maxDepth = 100;

class Scanner {
public:
  Scanner(StringRef bytes, Report &report) : bytes(bytes), report(report) {
    for (const Field &field : fields)
      table[field.parent][field.number] = &field;
  }

  LogicalResult scan(Kind kind, size_t end, const Twine &path, unsigned depth);

private:
  bool readVarint(size_t end, uint64_t &value);
  LogicalResult scanField(Kind kind, size_t end, const Twine &path,
                          unsigned depth, std::array<unsigned, 32> &counts);
  LogicalResult truncated(const Twine &path) {
    return report.invalid("P5", "truncated or corrupt protobuf: it ends inside "
                                "field " +
                                    path + " at byte " + Twine(position) +
                                    " of " + Twine(bytes.size()));
  }

  StringRef bytes;
  Report &report;
  size_t position = 0;
  std::array<std::array<const Field *, 32>, NumKinds> table = {};
};
} // namespace

bool Scanner::readVarint(size_t end, uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 70 && position < end; shift += 7) {
    uint8_t byte = bytes[position++];
    value |= uint64_t(byte & 127) << std::min(shift, 63u);
    if (byte < 128)
      return true;
  }
  return false;
}

LogicalResult Scanner::scanField(Kind kind, size_t end, const Twine &path,
                                 unsigned depth,
                                 std::array<unsigned, 32> &counts) {
  size_t start = position;
  uint64_t tag = 0, value = 0;
  if (!readVarint(end, tag))
    return truncated(path);
  uint64_t number = tag >> 3;
  const Field *field = number < 32 ? table[kind][number] : nullptr;
  std::string name =
      field ? std::string(field->name) : "#" + std::to_string(number);
  if (field && field->kind != None)
    name += "[" + std::to_string(counts[number]++) + "]";

  switch (tag & 7) {
  case 0:
    return readVarint(end, value) ? success() : truncated(path + "." + name);
  case 1:
  case 5: {
    size_t size = (tag & 7) == 1 ? 8 : 4;
    if (end - position < size)
      return truncated(path + "." + name);
    position += size;
    return success(number != 0);
  }
  case 2: {
    if (!readVarint(end, value))
      return truncated(path + "." + name);
    if (value > maxProtoBytes)
      return report.invalid("P9", "corrupt protobuf: field " + path + "." +
                                      name + " claims " + Twine(value) +
                                      " bytes at byte " + Twine(position));
    if (value > end - position)
      return truncated(path + "." + name);
    if (field && field->kind != None)
      return scan(field->kind, position + value, path + "." + name, depth + 1);
    position += value;
    return success();
  }
  default:
    return report.invalid("P7", "not an ONNX model: trailing or invalid bytes "
                                "at offset " +
                                    Twine(start) + " (in " + path + ")");
  }
}

LogicalResult Scanner::scan(Kind kind, size_t end, const Twine &path,
                            unsigned depth) {
  if (depth > maxDepth)
    return report.error(ErrorCode::Limit, "P10",
                        "messages are nested deeper than " + Twine(maxDepth) +
                            " levels (about 32 subgraphs) at byte " +
                            Twine(position));
  std::array<unsigned, 32> counts = {};
  while (position < end)
    if (failed(scanField(kind, end, path, depth, counts)))
      return failure();
  return success();
}

LogicalResult import::checkWireFormat(StringRef bytes, Report &report) {
  Scanner scanner(bytes, report);
  if (succeeded(scanner.scan(Model, bytes.size(), "model", 0)))
    return success();
  return report.invalid("P5", "truncated or corrupt protobuf");
}
