/*===- query.c - What a model says of itself ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * Asked of NULL, a model has no inputs, outputs, properties or observations.
 *
\*===------------------------------------------------------------------------===*/

#include "model.h"

#include <math.h>
#include <string.h>

int quantc_model_num_inputs(const quantc_model *model) {
  return model ? model->descriptor->num_inputs : 0;
}

int quantc_model_num_outputs(const quantc_model *model) {
  return model ? model->descriptor->num_outputs : 0;
}

const quantc_tensor_info *quantc_model_input(const quantc_model *model, int i) {
  return i >= 0 && i < quantc_model_num_inputs(model)
             ? &model->descriptor->inputs[i]
             : NULL;
}

const quantc_tensor_info *quantc_model_output(const quantc_model *model,
                                              int i) {
  return i >= 0 && i < quantc_model_num_outputs(model)
             ? &model->descriptor->outputs[i]
             : NULL;
}

const char *quantc_model_property(const quantc_model *model, const char *key) {
  if (!model || !key)
    return NULL;
  if (!strcmp(key, "isa"))
    return model->isa->name;
  const quantc_descriptor *descriptor = model->descriptor;
  for (int i = 0; i < descriptor->num_properties; ++i)
    if (!strcmp(descriptor->properties[2 * i], key))
      return descriptor->properties[2 * i + 1];
  return NULL;
}

static char *observerState(const quantc_model *model, int i) {
  return model->observers + (size_t)i * (size_t)QUANTC_OBSERVER_BYTES;
}

int quantc_model_num_observations(const quantc_model *model) {
  return model ? model->descriptor->num_observers : 0;
}

quantc_status quantc_model_observation(const quantc_model *model, int i,
                                       quantc_observation *observation) {
  int count = quantc_model_num_observations(model);
  if (i < 0 || i >= count || !observation)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "observation %d of %d does not exist", i, count);
  char *state = observerState(model, i);
  const float *range = (const float *)(state + 65536 * sizeof(uint64_t));
  observation->tensor = model->descriptor->observers[i];
  observation->counts = (const uint64_t *)state;
  observation->minimum = range[0];
  observation->maximum = range[1];
  return QUANTC_OK;
}

void quantc_model_reset_observations(quantc_model *model) {
  for (int i = 0; i < quantc_model_num_observations(model); ++i) {
    char *state = observerState(model, i);
    memset(state, 0, (size_t)QUANTC_OBSERVER_BYTES);
    float *range = (float *)(state + 65536 * sizeof(uint64_t));
    range[0] = INFINITY;
    range[1] = -INFINITY;
  }
}
