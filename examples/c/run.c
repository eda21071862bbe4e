/* Runs any compiled model from C, every input filled with ones.
 *
 *     quantc compile model.onnx --recipe w8a8-dynamic -o model.a
 *     cc -std=c11 -I runtime/include examples/c/run.c model.a -lm -o run
 *     ./run
 *
 * Dynamic dimensions are taken as 1. Prints each output's name, shape and first
 * values. A program with several models calls quantc_NAME_descriptor() of each
 * NAME.h instead of quantc_model_descriptor().
 */
#include "quantc/runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t shape_t[QUANTC_MAX_RANK];

/* A compact tensor of `shape` in memory of its own, all zero. */
static DLTensor make_tensor(const quantc_tensor_info *info, int64_t *shape) {
  size_t bytes = (info->dtype.bits + 7u) / 8u;
  for (int d = 0; d < info->ndim; ++d)
    bytes *= (size_t)shape[d];
  DLTensor tensor = {calloc(bytes + 1, 1), {kDLCPU, 0}, info->ndim, info->dtype,
                     shape,                NULL,        0};
  return tensor;
}

static size_t count_elements(const DLTensor *tensor) {
  size_t count = 1;
  for (int d = 0; d < tensor->ndim; ++d)
    count *= (size_t)tensor->shape[d];
  return count;
}

static void fill_with_ones(const DLTensor *tensor) {
  size_t bytes = (tensor->dtype.bits + 7u) / 8u;
  for (size_t i = 0; i < count_elements(tensor); ++i) {
    char *element = (char *)tensor->data + i * bytes;
    const float one = 1;
    if (tensor->dtype.code == kDLFloat && tensor->dtype.bits == 32)
      memcpy(element, &one, sizeof(one));
    else
      *element = 1; /* integers, little-endian */
  }
}

static void print_tensor(const char *name, const DLTensor *tensor) {
  printf("%s [", name);
  for (int d = 0; d < tensor->ndim; ++d)
    printf("%s%" PRId64, d ? ", " : "", tensor->shape[d]);
  printf("]:");
  if (tensor->dtype.code == kDLFloat && tensor->dtype.bits == 32)
    for (size_t i = 0; i < count_elements(tensor) && i < 5; ++i)
      printf(" %.9g", (double)((const float *)tensor->data)[i]);
  printf("\n");
}

static int fail(void) {
  fprintf(stderr, "error: %s\n", quantc_last_error());
  return 1;
}

int main(void) {
  quantc_model *model;
  if (quantc_model_create(quantc_model_descriptor(), NULL, &model))
    return fail();
  int num_inputs = quantc_model_num_inputs(model);
  int num_outputs = quantc_model_num_outputs(model);
  DLTensor *inputs = calloc((size_t)num_inputs + 1, sizeof(DLTensor));
  DLTensor *outputs = calloc((size_t)num_outputs + 1, sizeof(DLTensor));
  shape_t *input_shapes = calloc((size_t)num_inputs + 1, sizeof(shape_t));
  shape_t *output_shapes = calloc((size_t)num_outputs + 1, sizeof(shape_t));
  for (int i = 0; i < num_inputs; ++i) {
    const quantc_tensor_info *info = quantc_model_input(model, i);
    for (int d = 0; d < info->ndim; ++d)
      input_shapes[i][d] = info->dims[d] < 0 ? 1 : info->dims[d];
    inputs[i] = make_tensor(info, input_shapes[i]);
    fill_with_ones(&inputs[i]);
  }
  if (quantc_model_output_shapes(model, inputs, output_shapes))
    return fail();
  for (int i = 0; i < num_outputs; ++i)
    outputs[i] = make_tensor(quantc_model_output(model, i), output_shapes[i]);
  if (quantc_model_run(model, inputs, outputs))
    return fail();
  for (int i = 0; i < num_outputs; ++i)
    print_tensor(quantc_model_output(model, i)->name, &outputs[i]);

  for (int i = 0; i < num_inputs; ++i)
    free(inputs[i].data);
  for (int i = 0; i < num_outputs; ++i)
    free(outputs[i].data);
  free(inputs);
  free(outputs);
  free(input_shapes);
  free(output_shapes);
  quantc_model_destroy(model);
  return 0;
}
