//===- TensorFile.cpp - Serialized tensors (.pb) --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/TensorFile.h"

#include "ModelFile.h"
#include "Tensors.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

Attribute quantc::readTensorProto(MLIRContext &context, StringRef path,
                                  std::string &name, ErrorCode &code) {
  Report report(&context, path);
  ExternalData external("", "", /*allowHardlinks=*/false, report);
  Attribute value;
  if (auto file = MappedFile::open(path, "P1", "tensor", report)) {
    StringRef bytes = file->getBytes();
    auto proto = std::make_shared<pb::TensorProto>();
    if (bytes.size() > maxProtoBytes ||
        !proto->ParseFromArray(bytes.data(), int(bytes.size())))
      (void)report.invalid("P5", "not a serialized tensor (truncated?)");
    else
      value = TensorImporter(proto, external, report)
                  .convert(*proto, "tensor " + quote(proto->name()));
    name = proto->name();
  }
  code = report.getCode();
  return value;
}
