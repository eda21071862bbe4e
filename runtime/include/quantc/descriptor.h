/*===- descriptor.h - What the compiler and the runtime agree on -----------===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * The compiler emits one `quantc_descriptor` per model. Kernels are the only
 * code that exists once per ISA; the driver code (`shapes`, `run`) exists once
 * and reaches kernels by number through `quantc_launch`.
 *
\*===------------------------------------------------------------------------===*/

#ifndef QUANTC_DESCRIPTOR_H
#define QUANTC_DESCRIPTOR_H

#include "quantc/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Work items [begin, end) of one kernel. buffers: operands, then results, 64-byte
 * aligned unless they are the caller's own tensors. sizes: the dimensions of the
 * operands, then of the results, one after the other. scratch: this worker's
 * own `scratch_bytes`, 64-byte aligned. */
typedef void (*quantc_kernel_fn)(void *const *buffers, const int64_t *sizes,
                                 int64_t begin, int64_t end, void *scratch);
/* out[0]: number of work items; out[1]: scalar operations per item, roughly. */
typedef void (*quantc_grid_fn)(const int64_t *sizes, int64_t *out);

typedef struct {
  const char *name;
  quantc_grid_fn grid;
  int64_t scratch_bytes;
} quantc_kernel_info;

typedef struct {
  const char *name;                 /* "avx2" */
  const quantc_kernel_fn *kernels;  /* [num_kernels] */
} quantc_isa_table;

/* An observed tensor. */
typedef struct {
  const char *name;
  int64_t channels; /* that are told apart, 0 for none */
  int64_t channel_histograms; /* whether each has a histogram of its own */
} quantc_observer_info;

typedef struct quantc_run_context quantc_run_context;

struct quantc_descriptor {
  int32_t abi_version;
  int32_t num_inputs, num_outputs;
  const quantc_tensor_info *inputs, *outputs;
  int32_t num_kernels;
  const quantc_kernel_info *kernels;
  int32_t num_isas; /* best first */
  const quantc_isa_table *isas;
  /* Dimensions of all inputs, one after the other, to those of all outputs, and
   * the bytes of workspace for intermediates. Nonzero: the number (from 1) of
   * the output or check that cannot hold, e.g. a negative extent. */
  int32_t (*shapes)(const int64_t *input_dims, int64_t *output_dims,
                    int64_t *workspace_bytes);
  /* Calls quantc_launch for every step. tensors: inputs, then outputs. */
  void (*run)(quantc_run_context *context, void *const *tensors,
              const int64_t *input_dims, char *workspace);
  int32_t num_observers;
  const quantc_observer_info *observers;
  int32_t num_properties;
  const char *const *properties; /* key, value, key, value, ... */
};

/* Runs kernel `kernel` over its grid on the pool. */
void quantc_launch(quantc_run_context *context, int32_t kernel,
                   void *const *buffers, const int64_t *sizes);
/* State of observer `observer` of this handle; the observe kernel gets it as its
 * result buffer. */
void *quantc_observer_state(quantc_run_context *context, int32_t observer);
/* Records x, seen as [outer, channels, inner], in an observer's state; without
 * channels as [outer, inner]. mask_rows > 0: position o of `outer` counts only if
 * element o / (outer / mask_rows) of `mask` (integers of mask_bytes 1, 4 or 8) is
 * not zero; mask_rows divides outer. Allocates nothing. */
void quantc_observe(void *state, const float *x, int64_t outer, int64_t inner,
                    const void *mask, int64_t mask_bytes, int64_t mask_rows);

/* Correctly specified scalar functions shared by the reference evaluator and
 * compiled kernels: our own double-precision algorithms, rounded once to float,
 * so the bits do not depend on the platform's libm. */
float quantc_sin(float x);
float quantc_cos(float x);
float quantc_tan(float x);
float quantc_asin(float x);
float quantc_acos(float x);
float quantc_atan(float x);
float quantc_sinh(float x);
float quantc_cosh(float x);
float quantc_asinh(float x);
float quantc_acosh(float x);
float quantc_atanh(float x);
float quantc_log(float x);
float quantc_log1p(float x);
float quantc_pow(float x, float y);

#ifdef __cplusplus
}
#endif
#endif /* QUANTC_DESCRIPTOR_H */
