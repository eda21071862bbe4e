/*===- model.c - Creating and running a model ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * A handle owns what a run needs (workspace, per-worker scratch, threads) and
 * keeps it between runs, so a run allocates nothing once shapes have settled.
 *
\*===------------------------------------------------------------------------===*/

#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  /* Work below this many scalar operations is not worth waking a thread. */
  MIN_PARALLEL_WORK = 65536,
  CHUNKS_PER_THREAD = 8
};

const char *quantc_runtime_version(void) { return "0.1.0"; }

static int64_t alignUp(int64_t bytes) { return (bytes + 63) / 64 * 64; }

static char *allocate(size_t bytes) {
  /* 64 bytes more: kernels may read, never write, past a buffer's end. */
  return aligned_alloc(64, (size_t)alignUp((int64_t)bytes + 64));
}

static quantc_status chooseISA(quantc_model *model, const char *wanted) {
  const quantc_descriptor *descriptor = model->descriptor;
  if (!wanted)
    wanted = getenv("QUANTC_ISA");
  if (wanted && (!*wanted || !strcmp(wanted, "native")))
    wanted = NULL;
  char have[256] = "";
  for (int i = 0; i < descriptor->num_isas; ++i) {
    const char *name = descriptor->isas[i].name;
    if (strlen(have) + strlen(name) + 2 < sizeof(have))
      strcat(strcat(have, i ? ", " : ""), name);
    if (wanted ? strcmp(name, wanted) != 0 : !quantc_cpu_has(name))
      continue;
    if (!quantc_cpu_has(name))
      return quantc_fail(QUANTC_UNSUPPORTED, "this CPU does not have %s", name);
    model->isa = &descriptor->isas[i];
    return QUANTC_OK;
  }
  if (wanted)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "the model has no code for ISA '%s'; it has: %s", wanted,
                       have);
  return quantc_fail(QUANTC_UNSUPPORTED,
                     "this CPU has none of the model's instruction sets (%s); "
                     "compile it with one more, e.g. --target cpu:scalar",
                     have);
}

static quantc_status prepare(quantc_model *model) {
  const quantc_descriptor *descriptor = model->descriptor;
  for (int i = 0; i < descriptor->num_inputs; ++i)
    model->num_input_dims += descriptor->inputs[i].ndim;
  for (int i = 0; i < descriptor->num_outputs; ++i)
    model->num_output_dims += descriptor->outputs[i].ndim;
  for (int i = 0; i < descriptor->num_kernels; ++i) {
    int64_t bytes = alignUp(descriptor->kernels[i].scratch_bytes);
    if (bytes > model->scratch_bytes)
      model->scratch_bytes = bytes;
  }
  size_t dims = (size_t)(model->num_input_dims + model->num_output_dims);
  size_t tensors =
      (size_t)descriptor->num_inputs + (size_t)descriptor->num_outputs;
  model->dims = calloc(dims + 1, sizeof(int64_t));
  model->tensors = calloc(tensors + 1, sizeof(void *));
  model->observers = allocate(quantc_observer_bytes(descriptor));
  model->pool = quantc_pool_create(1);
  if (!model->dims || !model->tensors || !model->observers || !model->pool)
    return quantc_fail(QUANTC_OUT_OF_MEMORY, "out of memory");
  quantc_model_reset_observations(model);
  return QUANTC_OK;
}

quantc_status quantc_model_create(const quantc_descriptor *descriptor,
                                  const char *isa, quantc_model **model) {
  if (!model)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "model is NULL");
  *model = NULL;
  if (!descriptor)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "descriptor is NULL");
  if (descriptor->abi_version != QUANTC_ABI_VERSION)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "the model has ABI version %d, this runtime %d; compile "
                       "the model again",
                       (int)descriptor->abi_version, QUANTC_ABI_VERSION);
  quantc_model *self = calloc(1, sizeof(quantc_model));
  if (!self)
    return quantc_fail(QUANTC_OUT_OF_MEMORY, "out of memory");
  self->descriptor = descriptor;
  quantc_status status = chooseISA(self, isa);
  if (!status)
    status = prepare(self);
  if (status) {
    quantc_model_destroy(self);
    return status;
  }
  *model = self;
  return QUANTC_OK;
}

void quantc_model_destroy(quantc_model *model) {
  if (!model)
    return;
  quantc_pool_destroy(model->pool);
  free(model->dims);
  free(model->tensors);
  free(model->observers);
  free(model->own_workspace);
  free(model);
}

quantc_status quantc_model_set_threads(quantc_model *model, int threads) {
  if (!model)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "model is NULL");
  if (threads < 0 || threads > 4096)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "%d threads; 0 (one per core) to 4096 are possible",
                       threads);
  if (threads == 0)
    threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
  if (threads == quantc_pool_threads(model->pool))
    return QUANTC_OK;
  quantc_pool *pool = quantc_pool_create(threads);
  if (!pool)
    return quantc_fail(QUANTC_OUT_OF_MEMORY, "out of memory for %d threads",
                       threads);
  quantc_pool_destroy(model->pool);
  model->pool = pool;
  return QUANTC_OK;
}

int quantc_model_get_threads(const quantc_model *model) {
  return model ? quantc_pool_threads(model->pool) : 0;
}

quantc_status quantc_model_set_parallel_for(quantc_model *model,
                                            quantc_parallel_for parallel,
                                            void *user, int workers) {
  if (!model)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "model is NULL");
  if (parallel && workers < 1)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "%d workers", workers);
  model->parallel = parallel;
  model->parallel_user = user;
  model->parallel_workers = workers;
  return QUANTC_OK;
}

static int64_t workerCount(const quantc_model *model) {
  return model->parallel ? model->parallel_workers
                         : quantc_pool_threads(model->pool);
}

/* Scratch of all workers, then the intermediates. */
static quantc_status workspaceBytes(const quantc_model *model,
                                    int64_t intermediates, size_t *bytes) {
  if (intermediates > INT64_MAX / 2)
    return quantc_fail(QUANTC_OUT_OF_MEMORY,
                       "out of memory: these inputs need %lld bytes",
                       (long long)intermediates);
  *bytes = (size_t)(workerCount(model) * model->scratch_bytes +
                    alignUp(intermediates) + 64);
  return QUANTC_OK;
}

quantc_status quantc_model_output_shapes(quantc_model *model,
                                         const DLTensor *inputs,
                                         int64_t (*shapes)[QUANTC_MAX_RANK]) {
  int64_t bytes;
  if (!shapes)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "shapes is NULL");
  quantc_status status = quantc_check_inputs(model, inputs, 0);
  if (!status)
    status = quantc_compute_shapes(model, &bytes);
  if (status)
    return status;
  const int64_t *dims = model->dims + model->num_input_dims;
  for (int i = 0; i < model->descriptor->num_outputs; ++i)
    for (int d = 0; d < model->descriptor->outputs[i].ndim; ++d)
      shapes[i][d] = *dims++;
  return QUANTC_OK;
}

quantc_status quantc_model_workspace_size(quantc_model *model,
                                          const DLTensor *inputs,
                                          size_t *bytes) {
  int64_t intermediates;
  if (!bytes)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "bytes is NULL");
  quantc_status status = quantc_check_inputs(model, inputs, 0);
  if (!status)
    status = quantc_compute_shapes(model, &intermediates);
  return status ? status : workspaceBytes(model, intermediates, bytes);
}

quantc_status quantc_model_set_workspace(quantc_model *model, void *memory,
                                         size_t bytes) {
  if (!model)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "model is NULL");
  if ((uintptr_t)memory % 64)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "the workspace must be aligned to 64 bytes");
  model->caller_workspace = memory;
  model->caller_workspace_bytes = memory ? bytes : 0;
  return QUANTC_OK;
}

static quantc_status getWorkspace(quantc_model *model, size_t bytes,
                                  char **workspace) {
  if (model->caller_workspace) {
    if (model->caller_workspace_bytes < bytes)
      return quantc_fail(QUANTC_INVALID_ARGUMENT,
                         "the workspace has %zu bytes, these inputs need %zu",
                         model->caller_workspace_bytes, bytes);
    *workspace = model->caller_workspace;
    return QUANTC_OK;
  }
  if (model->own_workspace_bytes < bytes) {
    free(model->own_workspace);
    model->own_workspace_bytes = 0;
    model->own_workspace = allocate(bytes);
    if (!model->own_workspace)
      return quantc_fail(QUANTC_OUT_OF_MEMORY,
                         "out of memory: the workspace needs %zu bytes", bytes);
    model->own_workspace_bytes = bytes;
  }
  *workspace = model->own_workspace;
  return QUANTC_OK;
}

static void *dataOf(const DLTensor *tensor) {
  return (char *)tensor->data + tensor->byte_offset;
}

quantc_status quantc_model_run(quantc_model *model, const DLTensor *inputs,
                               DLTensor *outputs) {
  int64_t intermediates = 0;
  size_t bytes = 0;
  char *workspace = NULL;
  quantc_status status = quantc_check_inputs(model, inputs, 1);
  if (!status)
    status = quantc_compute_shapes(model, &intermediates);
  if (!status)
    status = quantc_check_outputs(model, outputs);
  if (!status)
    status = workspaceBytes(model, intermediates, &bytes);
  if (!status)
    status = getWorkspace(model, bytes, &workspace);
  if (status)
    return status;
  const quantc_descriptor *descriptor = model->descriptor;
  for (int i = 0; i < descriptor->num_inputs; ++i)
    model->tensors[i] = dataOf(&inputs[i]);
  for (int i = 0; i < descriptor->num_outputs; ++i)
    model->tensors[descriptor->num_inputs + i] = dataOf(&outputs[i]);
  quantc_run_context context = {model, workspace};
  uint64_t mode = quantc_set_float_mode();
  if (!model->parallel)
    quantc_pool_wake(model->pool);
  descriptor->run(&context, model->tensors, model->dims,
                  workspace + workerCount(model) * model->scratch_bytes);
  quantc_restore_float_mode(mode);
  return QUANTC_OK;
}

/*===-- Launching kernels -------------------------------------------------===*/

typedef struct {
  quantc_run_context *run;
  quantc_kernel_fn kernel;
  void *const *buffers;
  const int64_t *sizes;
  int64_t items, items_per_chunk;
} launch;

static void runRange(void *context, int64_t begin, int64_t end, int worker) {
  const launch *self = context;
  char *scratch =
      self->run->scratch + worker * self->run->model->scratch_bytes;
  self->kernel(self->buffers, self->sizes, begin, end, scratch);
}

/* The same on a thread of the caller's, whose float mode may be any. */
static void runRangeElsewhere(void *context, int64_t begin, int64_t end,
                              int worker) {
  uint64_t mode = quantc_set_float_mode();
  runRange(context, begin, end, worker);
  quantc_restore_float_mode(mode);
}

static void runChunk(void *context, int64_t chunk, int worker) {
  const launch *self = context;
  int64_t begin = chunk * self->items_per_chunk;
  int64_t end = begin + self->items_per_chunk;
  runRange(context, begin, end < self->items ? end : self->items, worker);
}

void quantc_launch(quantc_run_context *context, int32_t kernel,
                   void *const *buffers, const int64_t *sizes) {
  quantc_model *model = context->model;
  int64_t grid[2];
  model->descriptor->kernels[kernel].grid(sizes, grid);
  int64_t items = grid[0], cost = grid[1] > 0 ? grid[1] : 1;
  if (items <= 0)
    return;
  launch self = {context, model->isa->kernels[kernel], buffers, sizes, items,
                 items};
  int64_t workers = workerCount(model);
  int64_t grain = (MIN_PARALLEL_WORK + cost - 1) / cost;
  if (workers == 1 || items <= grain) {
    runRange(&self, 0, items, 0);
    return;
  }
  if (model->parallel) {
    model->parallel(model->parallel_user, items, grain, runRangeElsewhere,
                    &self);
    return;
  }
  int64_t chunks = workers * CHUNKS_PER_THREAD;
  self.items_per_chunk = (items + chunks - 1) / chunks;
  if (self.items_per_chunk < grain)
    self.items_per_chunk = grain;
  quantc_pool_run(model->pool,
                  (items + self.items_per_chunk - 1) / self.items_per_chunk,
                  runChunk, &self);
}
