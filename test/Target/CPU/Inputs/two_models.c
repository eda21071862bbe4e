/* Two models of link-two-models.mlir in one program. */
#include "first.h"
#include "second.h"
#include <stdio.h>

static float run(const quantc_descriptor *descriptor) {
  quantc_model *model;
  float x[2] = {10, 20}, y[2] = {0, 0};
  int64_t shape[1] = {2};
  DLTensor input = {x, {kDLCPU, 0}, 1, {kDLFloat, 32, 1}, shape, NULL, 0};
  DLTensor output = {y, {kDLCPU, 0}, 1, {kDLFloat, 32, 1}, shape, NULL, 0};
  if (quantc_model_create(descriptor, NULL, &model))
    return -1;
  if (quantc_model_run(model, &input, &output))
    y[0] = -1;
  quantc_model_destroy(model);
  return y[0];
}

int main(void) {
  printf("first: %g second: %g\n", run(first_descriptor()),
         run(second_descriptor()));
  return 0;
}
