//===- targets.cpp - quantc targets ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Target/CPU/Kernels.h"

#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::SubCommand command("targets",
                              "List what this build compiles for and what this "
                              "machine can run\n  example: quantc targets");

extern "C" int quantc_cpu_has(const char *isa);

static ErrorCode run(mlir::MLIRContext &) {
  std::string triple = sys::getDefaultTargetTriple();
  StringRef host = StringRef(triple).split('-').first;
  outs() << "host: " << triple << ", "
         << sys::getHostCPUName() << "\n";
  for (const ISA &isa : ISA::all()) {
    StringRef arch = isa.triple.split('-').first;
    bool runs = arch == host && quantc_cpu_has(isa.name.str().c_str());
    outs() << "cpu:" << left_justify(isa.name, 14) << left_justify(arch, 10)
           << (runs ? "runs here" : "compiles") << '\n';
  }
  return ErrorCode::None;
}

Command tool::getTargetsCommand() { return {&command, run}; }
