//===- Tensors.h - TensorProto to constant -----------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TENSORS_H
#define QUANTC_LIB_IMPORT_TENSORS_H

#include "ExternalData.h"
#include "Types.h"
#include "mlir/IR/Attributes.h"

namespace quantc::import {

/// Elements of less than a byte, packed from the lowest bit up, to one byte
/// each.
std::vector<char> unpackBits(llvm::StringRef raw, mlir::Type element,
                             uint64_t count);
/// The opposite; the last byte is filled with zero bits.
std::string packBits(llvm::ArrayRef<char> codes, mlir::Type element);

/// Converts the tensors of one model. Data that lie in the file as ConstantData
/// wants them are not copied: the attribute keeps the model or mapping alive.
class TensorImporter {
public:
  /// `owner` keeps the protos alive whose raw data constants view.
  TensorImporter(std::shared_ptr<void> owner, ExternalData &external,
                 Report &report)
      : owner(std::move(owner)), external(external), report(report) {}

  /// The tensor's data as an attribute (from makeConstant), or null after an
  /// error. `what` ("initializer 'w'") names it there.
  mlir::Attribute convert(const pb::TensorProto &tensor,
                          const llvm::Twine &what);
  /// The same for a sparse tensor, made dense.
  mlir::Attribute convert(const pb::SparseTensorProto &tensor,
                          const llvm::Twine &what);

private:
  struct Bytes {
    llvm::StringRef data;
    std::shared_ptr<void> owner;
  };
  mlir::RankedTensorType getType(const pb::TensorProto &tensor,
                                 const llvm::Twine &what);
  mlir::LogicalResult checkFields(const pb::TensorProto &tensor,
                                  mlir::RankedTensorType type,
                                  const llvm::Twine &what);
  mlir::Attribute convertTyped(const pb::TensorProto &tensor,
                               mlir::RankedTensorType type,
                               const llvm::Twine &what);
  mlir::Attribute convertInt32(const pb::TensorProto &tensor,
                               mlir::RankedTensorType type,
                               const llvm::Twine &what);
  mlir::Attribute convertRaw(mlir::RankedTensorType type, Bytes raw);

  std::shared_ptr<void> owner;
  ExternalData &external;
  Report &report;
};

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_TENSORS_H
