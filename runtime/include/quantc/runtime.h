/*===- runtime.h - Running a compiled model ---------------------------------===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * The C interface (C11) of every model that quantc compiles. A model's own
 * generated header declares its `quantc_descriptor`; a shared object exports
 * it through `quantc_model_descriptor`. Nothing here aborts, prints or exits. A model handle is
 * used by one thread at a time; handles of one descriptor share the weights.
 *
\*===------------------------------------------------------------------------===*/

#ifndef QUANTC_RUNTIME_H
#define QUANTC_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The runtime is built with hidden symbols; these are what an artifact shows. */
#pragma GCC visibility push(default)

#define QUANTC_ABI_VERSION 1
#define QUANTC_MAX_RANK 16

/* DLPack's structs (v1.x layout), so that tensors of any framework pass as they
 * are; define QUANTC_NO_DLPACK after including dlpack.h yourself. */
#ifndef QUANTC_NO_DLPACK
typedef struct {
  int32_t device_type; /* kDLCPU = 1 */
  int32_t device_id;
} DLDevice;
enum { kDLCPU = 1 };
enum { kDLInt = 0, kDLUInt = 1, kDLFloat = 2, kDLBfloat = 4, kDLBool = 6 };
typedef struct {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
} DLDataType;
typedef struct {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape;
  int64_t *strides; /* in elements; NULL: row-major, compact */
  uint64_t byte_offset;
} DLTensor;
#endif

typedef enum {
  QUANTC_OK = 0,
  QUANTC_INVALID_ARGUMENT = 1, /* wrong name, type, shape, stride, null */
  QUANTC_UNSUPPORTED = 3,      /* this CPU lacks every ISA in the artifact */
  QUANTC_IO_ERROR = 4,
  QUANTC_OUT_OF_MEMORY = 5,
  QUANTC_INTERNAL = 70
} quantc_status;

/* What an artifact is made of; opaque to users, see descriptor.h. */
typedef struct quantc_descriptor quantc_descriptor;
typedef struct quantc_model quantc_model;

/* The model of this shared object or executable. */
const quantc_descriptor *quantc_model_descriptor(void);

/* Text of the last error of this thread ("" after none). */
const char *quantc_last_error(void);
/* "0.1.0". */
const char *quantc_runtime_version(void);

/* A model ready to run. `isa` forces one of the artifact's ISAs ("scalar",
 * "avx2", "avx512vnni", ...); NULL takes QUANTC_ISA from the environment, else
 * the best one of this CPU. On error *model is NULL. */
quantc_status quantc_model_create(const quantc_descriptor *descriptor,
                                  const char *isa, quantc_model **model);
void quantc_model_destroy(quantc_model *model);

/* Threads used by quantc's own pool (1: none; 0: one per core). Results do not
 * depend on it. If threads cannot be started fewer are used. */
quantc_status quantc_model_set_threads(quantc_model *model, int threads);
int quantc_model_get_threads(const quantc_model *model);

/* Runs `body(context, begin, end, worker)` over pieces of [0, items), any order,
 * any thread, and returns when all are done; 0 <= worker < workers. */
typedef void (*quantc_range_fn)(void *context, int64_t begin, int64_t end,
                                int worker);
typedef void (*quantc_parallel_for)(void *user, int64_t items, int64_t grain,
                                    quantc_range_fn body, void *context);
/* Replaces the pool by the caller's own; NULL restores it. */
quantc_status quantc_model_set_parallel_for(quantc_model *model,
                                            quantc_parallel_for parallel,
                                            void *user, int workers);

typedef struct {
  const char *name;             /* the ONNX name */
  DLDataType dtype;
  int32_t ndim;
  const int64_t *dims;          /* -1 where dynamic */
  const char *const *dim_names; /* "" where unnamed */
} quantc_tensor_info;

int quantc_model_num_inputs(const quantc_model *model);
int quantc_model_num_outputs(const quantc_model *model);
const quantc_tensor_info *quantc_model_input(const quantc_model *model, int i);
const quantc_tensor_info *quantc_model_output(const quantc_model *model, int i);
/* Target triple, ISA in use, recipe, model hash and the like: "target", "isa",
 * "isas", "recipe", "model_sha256", "weights_sha256", "quantc_version"; NULL if
 * the key is unknown. */
const char *quantc_model_property(const quantc_model *model, const char *key);

/* Shapes of all outputs for given inputs (only dtype, ndim and shape are read).
 * shapes: [num_outputs][QUANTC_MAX_RANK]. */
quantc_status quantc_model_output_shapes(quantc_model *model,
                                         const DLTensor *inputs,
                                         int64_t (*shapes)[QUANTC_MAX_RANK]);
/* Bytes of workspace a run with these inputs needs (alignment 64). */
quantc_status quantc_model_workspace_size(quantc_model *model,
                                          const DLTensor *inputs,
                                          size_t *bytes);
/* Uses the caller's memory (64-byte aligned) instead of the model's own; NULL
 * returns to the model's own, which grows as needed and is kept. */
quantc_status quantc_model_set_workspace(quantc_model *model, void *memory,
                                         size_t bytes);

/* Runs the model. inputs and outputs in the model's order, on the CPU, compact
 * row-major; outputs' data are written in place and must have the shapes of
 * quantc_model_output_shapes. */
quantc_status quantc_model_run(quantc_model *model, const DLTensor *inputs,
                               DLTensor *outputs);

/* What a model compiled with observers has seen of a tensor. */
enum { QUANTC_OBSERVER_BUCKETS = 65536, QUANTC_CHANNEL_BUCKETS = 512 };
typedef struct {
  const char *tensor;
  /* Over all runs since the last reset: values by the upper 16 bits of the float. */
  const uint64_t *counts; /* [QUANTC_OBSERVER_BUCKETS] */
  /* The same per channel by coarser buckets (quantc/Calibration/TensorStatistics.h),
   * modulo 2^32; NULL where they are left out. */
  const uint32_t *channel_counts; /* [channels][QUANTC_CHANNEL_BUCKETS] */
  float minimum, maximum; /* +inf and -inf where there was no value */
  /* Of the last run: the number of values, and of NaN and infinite ones among
   * them; the least and the greatest value; per channel also the sum of the values
   * and of their squares. */
  uint64_t values, nonfinite;
  float run_minimum, run_maximum;
  int64_t channels;
  const float *channel_minimum, *channel_maximum;
  const double *channel_sum, *channel_square;
} quantc_observation;
int quantc_model_num_observations(const quantc_model *model);
quantc_status quantc_model_observation(const quantc_model *model, int i,
                                       quantc_observation *observation);
void quantc_model_reset_observations(quantc_model *model);
/* While take_back, runs are subtracted from the counts instead of added: running
 * the same inputs again leaves them as if they had never been seen. */
void quantc_model_take_back(quantc_model *model, int take_back);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif /* QUANTC_RUNTIME_H */
