//===- AssemblyFormat.h - Directives for optional operands -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// `custom<Operands>`, `custom<OperandTypes>` and `custom<ResultTypes>` of the
// assembly formats: lists in which an absent operand or result is written `none`,
// and left out at the end. ODS hands over each entry in one of three forms
// (single, optional, variadic), hence the overloads.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_ONNX_IR_ASSEMBLYFORMAT_H
#define QUANTC_LIB_DIALECT_ONNX_IR_ASSEMBLYFORMAT_H

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/STLExtras.h"
#include <optional>

namespace quantc {

/// Reads a comma-separated list entry by entry; every entry after the last one
/// present is absent.
class ListParser {
public:
  explicit ListParser(mlir::OpAsmParser &parser) : parser(parser) {}

  /// Whether there is another entry: true for the first.
  bool next() {
    ended = ended || (!first && failed(parser.parseOptionalComma()));
    first = false;
    return !ended;
  }

private:
  mlir::OpAsmParser &parser;
  bool first = true;
  bool ended = false;
};

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

using UnresolvedOperand = mlir::OpAsmParser::UnresolvedOperand;

inline mlir::ParseResult parseEntry(mlir::OpAsmParser &parser, ListParser &list,
                                    UnresolvedOperand &operand) {
  if (!list.next())
    return parser.emitError(parser.getCurrentLocation(),
                            "expected another operand");
  return parser.parseOperand(operand);
}
inline mlir::ParseResult parseEntry(mlir::OpAsmParser &parser, ListParser &list,
                                    std::optional<UnresolvedOperand> &operand) {
  if (!list.next() || succeeded(parser.parseOptionalKeyword("none")))
    return mlir::success();
  operand.emplace();
  mlir::OptionalParseResult parsed = parser.parseOptionalOperand(*operand);
  if (parsed.has_value())
    return *parsed;
  operand.reset();
  return mlir::success();
}
inline mlir::ParseResult
parseEntry(mlir::OpAsmParser &parser, ListParser &list,
           llvm::SmallVectorImpl<UnresolvedOperand> &operands) {
  while (list.next())
    if (parser.parseOperand(operands.emplace_back()))
      return mlir::failure();
  return mlir::success();
}

template <typename... Entries>
mlir::ParseResult parseOperands(mlir::OpAsmParser &parser,
                                Entries &...entries) {
  ListParser list(parser);
  return mlir::failure((failed(parseEntry(parser, list, entries)) || ...));
}

inline void appendValues(llvm::SmallVectorImpl<mlir::Value> &values,
                         mlir::Value value) {
  values.push_back(value);
}
inline void appendValues(llvm::SmallVectorImpl<mlir::Value> &values,
                         mlir::OperandRange range) {
  llvm::append_range(values, range);
}

template <typename... Entries>
void printOperands(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   Entries... entries) {
  llvm::SmallVector<mlir::Value> values;
  (appendValues(values, entries), ...);
  while (!values.empty() && !values.back())
    values.pop_back();
  llvm::interleaveComma(values, printer, [&](mlir::Value value) {
    if (value)
      printer << value;
    else
      printer << "none";
  });
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// An absent entry has the builtin type `none`; a single one that is absent is
/// found when operands are resolved.
inline mlir::ParseResult parseTypeEntry(mlir::OpAsmParser &parser,
                                        ListParser &list, mlir::Type &type) {
  if (!list.next())
    return mlir::success();
  if (parser.parseType(type))
    return mlir::failure();
  if (mlir::isa<mlir::NoneType>(type))
    type = mlir::Type();
  return mlir::success();
}
inline mlir::ParseResult
parseTypeEntry(mlir::OpAsmParser &parser, ListParser &list,
               llvm::SmallVectorImpl<mlir::Type> &types) {
  while (list.next())
    if (parser.parseType(types.emplace_back()))
      return mlir::failure();
  return mlir::success();
}

/// `( types )`.
template <typename... Entries>
mlir::ParseResult parseOperandTypes(mlir::OpAsmParser &parser,
                                    Entries &...entries) {
  if (parser.parseLParen())
    return mlir::failure();
  if (succeeded(parser.parseOptionalRParen()))
    return mlir::success();
  ListParser list(parser);
  if ((failed(parseTypeEntry(parser, list, entries)) || ...))
    return mlir::failure();
  return parser.parseRParen();
}

/// A type, or several in parentheses.
template <typename Entry, typename... Entries>
mlir::ParseResult parseResultTypes(mlir::OpAsmParser &parser, Entry &entry,
                                   Entries &...entries) {
  if (succeeded(parser.parseOptionalLParen())) {
    if (succeeded(parser.parseOptionalRParen()))
      return mlir::success();
    ListParser list(parser);
    if (failed(parseTypeEntry(parser, list, entry)) ||
        (failed(parseTypeEntry(parser, list, entries)) || ...))
      return mlir::failure();
    return parser.parseRParen();
  }
  if constexpr (std::is_same_v<Entry, mlir::Type>)
    return parser.parseType(entry);
  else
    return parser.parseType(entry.emplace_back());
}

inline void appendTypes(llvm::SmallVectorImpl<mlir::Type> &types,
                        mlir::Type type) {
  types.push_back(type);
}
template <typename Range>
std::enable_if_t<!std::is_convertible_v<Range, mlir::Type>>
appendTypes(llvm::SmallVectorImpl<mlir::Type> &types, Range range) {
  llvm::append_range(types, range);
}

inline void printTypes(mlir::OpAsmPrinter &printer,
                       llvm::ArrayRef<mlir::Type> types) {
  llvm::interleaveComma(types, printer, [&](mlir::Type type) {
    if (type)
      printer << type;
    else
      printer << "none";
  });
}

template <typename... Entries>
llvm::SmallVector<mlir::Type> collectTypes(Entries... entries) {
  llvm::SmallVector<mlir::Type> types;
  (appendTypes(types, entries), ...);
  while (!types.empty() && !types.back())
    types.pop_back();
  return types;
}

template <typename... Entries>
void printOperandTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                       Entries... entries) {
  printer << '(';
  printTypes(printer, collectTypes(entries...));
  printer << ')';
}

template <typename... Entries>
void printResultTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      Entries... entries) {
  llvm::SmallVector<mlir::Type> types = collectTypes(entries...);
  if (types.size() == 1 && types.front()) {
    printer << types.front();
    return;
  }
  printer << '(';
  printTypes(printer, types);
  printer << ')';
}

} // namespace quantc

#endif // QUANTC_LIB_DIALECT_ONNX_IR_ASSEMBLYFORMAT_H
