/*===- app.c - A compiled model as a program ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * The main function of `quantc compile -o app`: reads arrays, runs the model
 * once, writes its outputs.
 *
\*===------------------------------------------------------------------------===*/

#include "model.h"
#include "npz.h"

#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

typedef struct {
  const char *output;
  const char *isa;
  int threads;
  quantc_array *arrays; /* everything read */
  int count;
} options;

static void printUsage(FILE *stream, const char *program) {
  fprintf(stream,
          "usage: %s [--data IN.npz] [--input NAME=FILE.npy]... -o OUT.npz\n"
          "          [--threads N] [--isa ISA]\n"
          "example: %s --data inputs.npz -o outputs.npz\n",
          program, program);
}

static int usage(const char *program) {
  printUsage(stderr, program);
  return EXIT_USAGE;
}

static void printTensor(const char *kind, const quantc_tensor_info *info) {
  char text[256];
  quantc_describe(info, text, sizeof(text));
  printf("  %s %s: %s\n", kind, info->name, text);
}

/* -h: how it is called, and what the model takes and returns. */
static int help(const char *program) {
  const quantc_descriptor *model = quantc_model_descriptor();
  printUsage(stdout, program);
  for (int i = 0; i < model->num_inputs; ++i)
    printTensor("input", &model->inputs[i]);
  for (int i = 0; i < model->num_outputs; ++i)
    printTensor("output", &model->outputs[i]);
  return 0;
}

static int fail(quantc_status status) {
  fprintf(stderr, "error: %s\n", quantc_last_error());
  return (int)status;
}

/* Adds the arrays of a file; `name` renames a single one. 0 or a status. */
static int readInto(options *self, const char *path, const char *name) {
  quantc_array *more;
  int count = quantc_read_arrays(path, &more);
  if (count < 0)
    return -count;
  if (name && count == 1)
    snprintf(more->name, sizeof(more->name), "%s", name);
  quantc_array *all =
      realloc(self->arrays, sizeof(quantc_array) * (size_t)(self->count + count + 1));
  if (!all)
    return (int)quantc_fail(QUANTC_OUT_OF_MEMORY, "out of memory");
  memcpy(all + self->count, more, sizeof(quantc_array) * (size_t)count);
  free(more);
  self->arrays = all;
  self->count += count;
  return 0;
}

/* A whole number that fits an int; anything else is -1, which the runtime
 * refuses. */
static int parseThreads(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  return *text && !*end && value >= 0 && value <= INT32_MAX ? (int)value : -1;
}

static int parse(int argc, char **argv, options *self) {
  for (int i = 1; i < argc; ++i) {
    const char *flag = argv[i], *value = i + 1 < argc ? argv[++i] : NULL;
    if (!value) {
      fprintf(stderr, "error: %s is unknown or lacks its value\n", flag);
      return usage(argv[0]);
    }
    quantc_status status;
    if (!strcmp(flag, "--data")) {
      status = (quantc_status)readInto(self, value, NULL);
      if (status)
        return fail(status);
    } else if (!strcmp(flag, "--input")) {
      char name[256];
      const char *equal = strchr(value, '=');
      if (!equal || equal - value >= (long)sizeof(name))
        return usage(argv[0]);
      memcpy(name, value, (size_t)(equal - value));
      name[equal - value] = 0;
      status = (quantc_status)readInto(self, equal + 1, name);
      if (status)
        return fail(status);
    } else if (!strcmp(flag, "-o")) {
      self->output = value;
    } else if (!strcmp(flag, "--threads")) {
      self->threads = parseThreads(value);
    } else if (!strcmp(flag, "--isa")) {
      self->isa = value;
    } else {
      fprintf(stderr, "error: unknown option %s\n", flag);
      return usage(argv[0]);
    }
  }
  return self->output ? 0 : usage(argv[0]);
}

static DLTensor tensorOf(quantc_array *array) {
  DLTensor tensor = {array->data,  {kDLCPU, 0},  array->ndim, array->dtype,
                     array->shape, NULL,         0};
  return tensor;
}

static int gatherInputs(quantc_model *model, const options *self,
                        DLTensor *inputs) {
  for (int i = 0; i < quantc_model_num_inputs(model); ++i) {
    const char *name = quantc_model_input(model, i)->name;
    int at = self->count - 1;
    while (at >= 0 && strcmp(self->arrays[at].name, name))
      --at;
    if (at < 0) {
      quantc_fail(QUANTC_INVALID_ARGUMENT,
                  "input '%s' is missing; -h lists the model's inputs", name);
      return -1;
    }
    inputs[i] = tensorOf(&self->arrays[at]);
  }
  return 0;
}

static quantc_status makeOutputs(quantc_model *model, const DLTensor *inputs,
                                 quantc_array *outputs) {
  int count = quantc_model_num_outputs(model);
  int64_t(*shapes)[QUANTC_MAX_RANK] = calloc((size_t)count + 1, sizeof(*shapes));
  quantc_status status = quantc_model_output_shapes(model, inputs, shapes);
  for (int i = 0; !status && i < count; ++i) {
    const quantc_tensor_info *info = quantc_model_output(model, i);
    quantc_array *array = &outputs[i];
    size_t bytes = (info->dtype.bits + 7u) / 8u;
    snprintf(array->name, sizeof(array->name), "%s", info->name);
    array->dtype = info->dtype;
    array->ndim = info->ndim;
    memcpy(array->shape, shapes[i], sizeof(array->shape));
    for (int d = 0; d < info->ndim; ++d)
      bytes *= (size_t)shapes[i][d];
    array->data = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!array->data)
      status = quantc_fail(QUANTC_OUT_OF_MEMORY, "out of memory");
  }
  free(shapes);
  return status;
}

static int run(const options *self) {
  quantc_model *model;
  quantc_status status = quantc_model_create(quantc_model_descriptor(), self->isa, &model);
  if (status)
    return fail(status);
  int numInputs = quantc_model_num_inputs(model);
  int numOutputs = quantc_model_num_outputs(model);
  DLTensor *inputs = calloc((size_t)numInputs + 1, sizeof(DLTensor));
  DLTensor *results = calloc((size_t)numOutputs + 1, sizeof(DLTensor));
  quantc_array *outputs = calloc((size_t)numOutputs + 1, sizeof(quantc_array));
  status = quantc_model_set_threads(model, self->threads);
  if (!status && gatherInputs(model, self, inputs))
    status = QUANTC_INVALID_ARGUMENT;
  if (!status)
    status = makeOutputs(model, inputs, outputs);
  for (int i = 0; i < numOutputs; ++i)
    results[i] = tensorOf(&outputs[i]);
  if (!status)
    status = quantc_model_run(model, inputs, results);
  if (!status && quantc_write_npz(self->output, outputs, numOutputs))
    status = QUANTC_IO_ERROR;
  int code = status ? fail(status) : 0;
  quantc_free_arrays(outputs, numOutputs);
  free(inputs);
  free(results);
  quantc_model_destroy(model);
  return code;
}

int main(int argc, char **argv) {
  options self = {.threads = 1};
  if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")))
    return help(argv[0]);
  int code = parse(argc, argv, &self);
  if (!code)
    code = run(&self);
  quantc_free_arrays(self.arrays, self.count);
  return code;
}
