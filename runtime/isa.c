/*===- isa.c - Which instruction sets this CPU has ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * Read from the CPU itself: what it offers and, on x86, which registers the
 * system saves.
 *
\*===------------------------------------------------------------------------===*/

#include "model.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t readXCR0(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

int quantc_cpu_has(const char *isa) {
  if (!strcmp(isa, "scalar"))
    return 1;
  unsigned a, b, c, d, a7, b7, c7, d7;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) ||
      !__get_cpuid_count(7, 0, &a7, &b7, &c7, &d7))
    return 0;
  uint64_t saved = readXCR0();
  int avx2 = (saved & 6) == 6 && (c & bit_FMA) && (c & bit_F16C) &&
             (b7 & bit_AVX2);
  if (!strcmp(isa, "avx2"))
    return avx2;
  unsigned need = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  int avx512 = avx2 && (saved & 0xE6) == 0xE6 && (b7 & need) == need;
  if (!strcmp(isa, "avx512vnni"))
    return avx512 && (c7 & bit_AVX512VNNI);
  return 0;
}

#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>

int quantc_cpu_has(const char *isa) {
  unsigned long caps = getauxval(AT_HWCAP);
  if (!strcmp(isa, "scalar") || !strcmp(isa, "neon"))
    return 1;
  if (!strcmp(isa, "dotprod"))
    return (caps & HWCAP_ASIMDDP) != 0;
  return 0;
}

#else

int quantc_cpu_has(const char *isa) { return !strcmp(isa, "scalar"); }

#endif
