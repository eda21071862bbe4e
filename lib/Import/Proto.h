//===- Proto.h - ONNX's own schema -------------------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The classes protoc makes of the onnx package's onnx-ml.proto. Their namespace
// has the dialect's name, hence the alias.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_PROTO_H
#define QUANTC_LIB_IMPORT_PROTO_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "onnx-ml.pb.h"
#pragma GCC diagnostic pop

namespace quantc::import {
namespace pb = ::onnx;
} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_PROTO_H
