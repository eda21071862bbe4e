//===- Orders.h - Orders of summation that decide bits -----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Shared by the reference evaluator and the code generator; docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_ORDERS_H
#define QUANTC_SUPPORT_ORDERS_H

#include <cstdint>

namespace quantc {

/// A float matrix product sums this many products of k by fma from +0, then adds
/// that to the sum of the blocks before. One chain over a long k would lose
/// accuracy with its length.
constexpr int64_t productBlock = 256;

} // namespace quantc

#endif // QUANTC_SUPPORT_ORDERS_H
