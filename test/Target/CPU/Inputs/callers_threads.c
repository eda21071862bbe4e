/* A caller's threads and a caller's workspace, on the model of
 * callers-threads.mlir. The "threads" flush subnormal numbers to zero, as a
 * caller's own may: results must not. */
#include "m.h"
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1 << 20, WORKERS = 3, FLUSH = 0x8040 };

static int pieces;

static void runPieces(void *user, int64_t items, int64_t grain,
                      quantc_range_fn body, void *context) {
  unsigned before = _mm_getcsr();
  (void)user;
  for (int64_t begin = 0; begin < items; begin += grain, ++pieces) {
    int64_t end = begin + grain < items ? begin + grain : items;
    _mm_setcsr(before | FLUSH);
    body(context, begin, end, pieces % WORKERS);
    if (_mm_getcsr() != (before | FLUSH))
      printf("the thread's float mode was changed\n");
  }
  _mm_setcsr(before);
}

int main(void) {
  quantc_model *model;
  int64_t shape[1] = {COUNT};
  float *x = malloc(COUNT * 4), *y = malloc(COUNT * 4), *z = malloc(COUNT * 4);
  DLTensor input = {x, {kDLCPU, 0}, 1, {kDLFloat, 32, 1}, shape, NULL, 0};
  DLTensor output = {y, {kDLCPU, 0}, 1, {kDLFloat, 32, 1}, shape, NULL, 0};
  for (int i = 0; i < COUNT; ++i)
    x[i] = i * 0x1p-140f;
  if (quantc_model_create(quantc_model_descriptor(), NULL, &model) ||
      quantc_model_run(model, &input, &output))
    return printf("%s\n", quantc_last_error());

  memcpy(z, y, COUNT * 4);
  memset(y, 0, COUNT * 4);
  quantc_model_set_parallel_for(model, runPieces, NULL, WORKERS);
  if (quantc_model_run(model, &input, &output))
    return printf("%s\n", quantc_last_error());
  printf("own threads: %s, %s\n", pieces > 1 ? "several pieces" : "one piece",
         memcmp(y, z, COUNT * 4) ? "other bits" : "equal");

  size_t bytes = 0;
  quantc_model_workspace_size(model, &input, &bytes);
  char *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
  memset(memory, 0x5a, (bytes + 127) / 64 * 64);
  memset(y, 0, COUNT * 4);
  quantc_model_set_workspace(model, memory, bytes);
  if (quantc_model_run(model, &input, &output))
    return printf("%s\n", quantc_last_error());
  printf("own workspace: %s, end %s\n",
         memcmp(y, z, COUNT * 4) ? "other bits" : "equal",
         memory[bytes] == 0x5a ? "intact" : "overwritten");
  quantc_model_set_workspace(model, memory, bytes - 64);
  if (quantc_model_run(model, &input, &output))
    printf("%s\n", quantc_last_error());
  quantc_model_destroy(model);
  return 0;
}
