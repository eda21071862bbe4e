/*===- check.c - Checks of what a caller passes in ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * Nothing of a caller's tensor is used before it was checked here; messages name
 * the tensor, what was found and what the model wants.
 *
\*===------------------------------------------------------------------------===*/

#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char lastError[512];

const char *quantc_last_error(void) { return lastError; }

quantc_status quantc_fail(quantc_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(lastError, sizeof(lastError), format, arguments);
  va_end(arguments);
  return status;
}

static const char *typeName(DLDataType type, char *buffer, size_t size) {
  static const char *const names[] = {"int", "uint", "float", "?", "bfloat",
                                      "complex", "bool"};
  const char *name = type.code < 7 ? names[type.code] : "?";
  if (type.code == kDLBool)
    return "bool";
  snprintf(buffer, size, "%s%d", name, type.bits);
  return buffer;
}

/* "[2, 128]"; -1 prints as the dimension's name or "?". */
static void printShape(char *buffer, size_t size, const int64_t *shape,
                       int ndim, const char *const *names) {
  size_t used = (size_t)snprintf(buffer, size, "[");
  for (int d = 0; d < ndim && used < size; ++d) {
    const char *comma = d ? ", " : "";
    if (shape[d] < 0 && names)
      used += (size_t)snprintf(buffer + used, size - used, "%s%s", comma,
                               names[d][0] ? names[d] : "?");
    else
      used += (size_t)snprintf(buffer + used, size - used, "%s%lld", comma,
                               (long long)shape[d]);
  }
  if (used < size)
    snprintf(buffer + used, size - used, "]");
}

void quantc_describe(const quantc_tensor_info *info, char *buffer, size_t size) {
  char type[32];
  size_t used = (size_t)snprintf(buffer, size, "%s ",
                                 typeName(info->dtype, type, sizeof(type)));
  if (used < size)
    printShape(buffer + used, size - used, info->dims, info->ndim,
               info->dim_names);
}

static int isCompact(const DLTensor *tensor) {
  if (!tensor->strides)
    return 1;
  int64_t stride = 1;
  for (int d = tensor->ndim - 1; d >= 0; --d) {
    if (tensor->shape[d] != 1 && tensor->strides[d] != stride)
      return 0;
    stride *= tensor->shape[d];
  }
  return 1;
}

static quantc_status checkLayout(const char *kind,
                                 const quantc_tensor_info *info,
                                 const DLTensor *tensor, int with_data) {
  char found[32], wanted[32];
  if (tensor->dtype.code != info->dtype.code ||
      tensor->dtype.bits != info->dtype.bits || tensor->dtype.lanes != 1)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "%s '%s' has type %s, the model wants %s", kind,
                       info->name,
                       typeName(tensor->dtype, found, sizeof(found)),
                       typeName(info->dtype, wanted, sizeof(wanted)));
  if (tensor->ndim != info->ndim)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "%s '%s' has %d dimensions, the model wants %d", kind,
                       info->name, (int)tensor->ndim, (int)info->ndim);
  if (tensor->ndim && !tensor->shape)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "%s '%s' has no shape", kind,
                       info->name);
  if (!with_data)
    return QUANTC_OK;
  if (tensor->device.device_type != kDLCPU)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "%s '%s' is on device type %d; this model runs on the "
                       "CPU and takes host memory",
                       kind, info->name, (int)tensor->device.device_type);
  if (!isCompact(tensor))
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "%s '%s' is strided; pass a compact row-major copy",
                       kind, info->name);
  int64_t elements = 1;
  for (int d = 0; d < tensor->ndim; ++d)
    if (__builtin_mul_overflow(elements, tensor->shape[d], &elements))
      return quantc_fail(QUANTC_INVALID_ARGUMENT,
                         "%s '%s' has more than 2^63 elements", kind,
                         info->name);
  if (elements && !tensor->data)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "%s '%s' has no data", kind,
                       info->name);
  unsigned bytes = (tensor->dtype.bits + 7u) / 8u;
  if (((uintptr_t)tensor->data + tensor->byte_offset) % bytes)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "data of %s '%s' is not aligned to its %u-byte elements",
                       kind, info->name, bytes);
  return QUANTC_OK;
}

/* Dimensions of one name have one value; looks back over the inputs before. */
static quantc_status checkNamedDim(quantc_model *model, int input, int dim,
                                   int64_t value) {
  const quantc_tensor_info *infos = model->descriptor->inputs;
  const char *name = infos[input].dim_names[dim];
  if (!name[0])
    return QUANTC_OK;
  int64_t at = 0;
  for (int i = 0; i <= input; ++i)
    for (int d = 0; d < infos[i].ndim; ++d, ++at) {
      if (i == input && d == dim)
        return QUANTC_OK;
      if (!strcmp(infos[i].dim_names[d], name) && model->dims[at] != value)
        return quantc_fail(
            QUANTC_INVALID_ARGUMENT,
            "dimension %d ('%s') of input '%s' is %lld, but '%s' has %lld there",
            dim, name, infos[input].name, (long long)value, infos[i].name,
            (long long)model->dims[at]);
    }
  return QUANTC_OK;
}

quantc_status quantc_check_inputs(quantc_model *model, const DLTensor *inputs,
                                  int with_data) {
  if (!model)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "model is NULL");
  const quantc_descriptor *descriptor = model->descriptor;
  if (descriptor->num_inputs && !inputs)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "inputs is NULL");
  int64_t at = 0;
  for (int i = 0; i < descriptor->num_inputs; ++i) {
    const quantc_tensor_info *info = &descriptor->inputs[i];
    quantc_status status = checkLayout("input", info, &inputs[i], with_data);
    if (status)
      return status;
    for (int d = 0; d < info->ndim; ++d, ++at) {
      int64_t value = inputs[i].shape[d];
      if (value < 0 || value > INT32_MAX ||
          (info->dims[d] >= 0 && info->dims[d] != value)) {
        char found[160], wanted[160];
        printShape(found, sizeof(found), inputs[i].shape, info->ndim, NULL);
        printShape(wanted, sizeof(wanted), info->dims, info->ndim,
                   info->dim_names);
        return quantc_fail(QUANTC_INVALID_ARGUMENT,
                           "input '%s' has shape %s, the model wants %s",
                           info->name, found, wanted);
      }
      model->dims[at] = value;
      status = checkNamedDim(model, i, d, value);
      if (status)
        return status;
    }
  }
  return QUANTC_OK;
}

quantc_status quantc_check_outputs(quantc_model *model,
                                   const DLTensor *outputs) {
  const quantc_descriptor *descriptor = model->descriptor;
  if (descriptor->num_outputs && !outputs)
    return quantc_fail(QUANTC_INVALID_ARGUMENT, "outputs is NULL");
  const int64_t *dims = model->dims + model->num_input_dims;
  for (int i = 0; i < descriptor->num_outputs; ++i) {
    const quantc_tensor_info *info = &descriptor->outputs[i];
    quantc_status status = checkLayout("output", info, &outputs[i], 1);
    if (status)
      return status;
    if (info->ndim &&
        memcmp(outputs[i].shape, dims, sizeof(int64_t) * (size_t)info->ndim)) {
      char found[160], wanted[160];
      printShape(found, sizeof(found), outputs[i].shape, info->ndim, NULL);
      printShape(wanted, sizeof(wanted), dims, info->ndim, NULL);
      return quantc_fail(QUANTC_INVALID_ARGUMENT,
                         "output '%s' has shape %s, these inputs give %s",
                         info->name, found, wanted);
    }
    dims += info->ndim;
  }
  return QUANTC_OK;
}

quantc_status quantc_compute_shapes(quantc_model *model, int64_t *bytes) {
  const quantc_descriptor *descriptor = model->descriptor;
  int64_t *output = model->dims + model->num_input_dims;
  int32_t bad = descriptor->shapes(model->dims, output, bytes);
  for (int64_t i = 0; !bad && i < model->num_output_dims; ++i)
    if (output[i] < 0)
      bad = 1;
  if (bad || *bytes < 0)
    return quantc_fail(QUANTC_INVALID_ARGUMENT,
                       "the model cannot run on inputs of these shapes: an "
                       "extent inside it would be negative or uneven");
  return QUANTC_OK;
}
