// RUN: not quant-opt %s --convert-kernels-to-llvm=isas=sse2 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not quant-opt %s --convert-kernels-to-llvm=isas=avx2,dotprod 2>&1 | FileCheck %s --check-prefix=MIXED
// RUN: not quant-opt %s --convert-kernels-to-llvm 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: quant-opt %s --quantc-lower-kernel-body --verify-diagnostics

// UNKNOWN: error: unknown ISA 'sse2'; known are avx512vnni avx2 scalar dotprod neon
// MIXED: error: ISAs avx2 and dotprod are of two architectures; an artifact has one
// NONE: error: no ISA to generate code for; pass isas=

llvm.func @k(%x: f32) -> f32 {
  // expected-error @below {{kernel holds math.exp, which has no exact instruction}}
  %0 = math.exp %x : f32
  llvm.return %0 : f32
}
