/*===- model.h - A model handle, inside the runtime ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
\*===------------------------------------------------------------------------===*/

#ifndef QUANTC_MODEL_H
#define QUANTC_MODEL_H

#include "pool.h"
#include "quantc/descriptor.h"

struct quantc_model {
  const quantc_descriptor *descriptor;
  const quantc_isa_table *isa;
  quantc_pool *pool;
  quantc_parallel_for parallel; /* the caller's, or NULL */
  void *parallel_user;
  int parallel_workers;
  int64_t scratch_bytes; /* of one worker, a multiple of 64 */
  int64_t num_input_dims, num_output_dims;
  int64_t *dims; /* [num_input_dims + num_output_dims], filled by each run */
  void **tensors; /* [num_inputs + num_outputs] */
  char *own_workspace;
  size_t own_workspace_bytes;
  char *caller_workspace;
  size_t caller_workspace_bytes;
  char *observers; /* states one after the other, observe.c */
};

struct quantc_run_context {
  quantc_model *model;
  char *scratch; /* [workers][scratch_bytes] */
};

/* Stores the message of an error for this thread and returns `status`. */
quantc_status quantc_fail(quantc_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

int quantc_cpu_has(const char *isa);

/* "float32 [batch, 16]"; cut off where the buffer ends. */
void quantc_describe(const quantc_tensor_info *info, char *buffer, size_t size);

/* Checks the inputs and fills model->dims; input data pointers are looked at
 * only where `with_data`. */
quantc_status quantc_check_inputs(quantc_model *model, const DLTensor *inputs,
                                  int with_data);
quantc_status quantc_check_outputs(quantc_model *model,
                                   const DLTensor *outputs);
/* Fills the output part of model->dims and the bytes of intermediates. */
quantc_status quantc_compute_shapes(quantc_model *model, int64_t *bytes);

/* Bytes of the states of all observers. */
size_t quantc_observer_bytes(const quantc_descriptor *descriptor);

#endif /* QUANTC_MODEL_H */
