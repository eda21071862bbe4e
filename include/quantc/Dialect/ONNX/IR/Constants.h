//===- Constants.h - Tensor data known at compile time ----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Small values are DenseElementsAttr, everything above `maxInlineBytes` is a
// DenseResourceElementsAttr whose blob is owned memory or a mapped part of a
// file. `#onnx.file<"m.weights", offset, bytes>` stands for such a blob in text;
// it is resolved when the constant is read. Code that needs the bytes uses
// ConstantData and never asks which of the three it is.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_CONSTANTS_H
#define QUANTC_DIALECT_ONNX_IR_CONSTANTS_H

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <memory>
#include <optional>
#include <vector>

namespace quantc {

/// Constants up to this many bytes are written inline.
constexpr size_t maxInlineBytes = 256;

/// Bytes of one element in memory: booleans and 8-bit types take one, sub-byte
/// types are stored one to a byte (integers extended as their sign says).
unsigned getElementBytes(mlir::Type element);

/// Bytes a constant of this type takes in memory; none for a dynamic shape, for
/// elements that are neither integers nor floats, or on overflow.
std::optional<uint64_t> getConstantBytes(mlir::RankedTensorType type);

/// The elements of a constant, row-major, little-endian, `getElementBytes` each
/// (booleans as 0 or 1). A splat is expanded on construction.
class ConstantData {
public:
  /// Reads an `onnx.Constant`'s value; null when `value` is not one (or its file
  /// cannot be read, which is reported as an error).
  static std::optional<ConstantData> get(mlir::Value value);
  static std::optional<ConstantData> get(mlir::Attribute attr);

  mlir::RankedTensorType getType() const { return type; }
  llvm::ArrayRef<char> getBytes() const { return bytes; }
  int64_t getNumElements() const { return type.getNumElements(); }
  /// The elements as T; T must have the element's size.
  template <typename T> llvm::ArrayRef<T> as() const {
    assert(sizeof(T) == getElementBytes(type.getElementType()));
    return {reinterpret_cast<const T *>(bytes.data()),
            bytes.size() / sizeof(T)};
  }
  /// Element `i` converted to a double or integer, whatever the type.
  double getDouble(int64_t i) const;
  int64_t getInt(int64_t i) const;
  /// All elements of an integer constant.
  llvm::SmallVector<int64_t> getInts() const;

private:
  mlir::RankedTensorType type;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<std::vector<char>> owned; // an expanded splat, or i1 data
};

/// An attribute of `type` holding `bytes` (layout as ConstantData's): inline when
/// small, else a resource blob owning a copy.
mlir::Attribute makeConstant(mlir::RankedTensorType type,
                             llvm::ArrayRef<char> bytes);
/// The same without a copy: `owner` keeps `bytes` alive as long as the attribute.
mlir::Attribute makeConstantView(mlir::RankedTensorType type,
                                 llvm::ArrayRef<char> bytes,
                                 std::shared_ptr<void> owner);
template <typename T>
mlir::Attribute makeConstant(mlir::RankedTensorType type,
                             llvm::ArrayRef<T> elements) {
  return makeConstant(
      type, llvm::ArrayRef<char>(
                reinterpret_cast<const char *>(elements.data()),
                elements.size() * sizeof(T)));
}
/// A rank-1 int64 constant operation, or a scalar f32 one.
mlir::Value createInts(mlir::OpBuilder &builder, mlir::Location loc,
                       llvm::ArrayRef<int64_t> values);
mlir::Value createFloat(mlir::OpBuilder &builder, mlir::Location loc,
                        float value);
/// An onnx.Constant of `attr` (from makeConstant).
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Attribute attr);

} // namespace quantc

#endif // QUANTC_DIALECT_ONNX_IR_CONSTANTS_H
