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
