//===- ISA.cpp - Instruction sets as data ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A new instruction set is a row of the table, plus whatever its `dot` needs in
// the micro-kernel generator. The runtime's detection (runtime/) has the same
// names; what `cpu` and `features` allow must not exceed what it checks.
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/CPU/Kernels.h"

using namespace quantc;

static constexpr llvm::StringLiteral x86("x86_64-unknown-linux-gnu");
static constexpr llvm::StringLiteral arm("aarch64-unknown-linux-gnu");

llvm::ArrayRef<ISA> ISA::all() {
  // name, triple, cpu, features, lanes, registers, fma, dot
  static const ISA table[] = {
      {"avx512vnni", x86, "x86-64",
       "+avx2,+fma,+f16c,+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512vnni", 16, 32,
       true, Dot::VPDPBUSD512},
      {"avx2", x86, "x86-64", "+avx2,+fma,+f16c", 8, 16, true, Dot::VPMADDUBSW},
      {"scalar", x86, "x86-64", "", 4, 16, false, Dot::Scalar},
      {"dotprod", arm, "generic", "+v8.2a,+dotprod", 4, 32, true, Dot::SDOT},
      {"neon", arm, "generic", "+neon", 4, 32, true, Dot::Scalar},
  };
  return table;
}

const ISA *ISA::lookup(llvm::StringRef name) {
  for (const ISA &isa : all())
    if (isa.name == name)
      return &isa;
  return nullptr;
}
