/*===- observe.c - What a calibrating model remembers of its tensors -------===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * One pass over a tensor fills the state of its observer. Counts add up over runs;
 * sums, and extremes of channels, are those of the last run, so that whoever reads
 * them after every run can add them up without depending on the order of runs.
 *
\*===------------------------------------------------------------------------===*/

#include "model.h"

#include <math.h>
#include <string.h>

enum {
  NUM_BUCKETS = QUANTC_OBSERVER_BUCKETS,
  CHANNEL_BUCKETS = QUANTC_CHANNEL_BUCKETS,
  SIGN_BUCKET = CHANNEL_BUCKETS / 2,
  /* Exponent and three bits of mantissa of 2^-16, the first channel bucket. */
  FIRST_MAGNITUDE = (127 - 16) * 8
};

/* At the state of an observer; the channels' arrays follow. */
typedef struct {
  int64_t channels;
  int64_t channel_histograms;
  int64_t weight; /* added to counts: 1, or -1 to take a run back */
  uint64_t values, nonfinite;
  float minimum, maximum; /* of the run */
  float least, most;      /* of all runs since the reset */
  uint64_t counts[NUM_BUCKETS];
} observerState;

typedef struct {
  float *minimum, *maximum;
  double *sum, *square;
  uint32_t *counts;
} channelState;

static size_t alignUp(size_t bytes) { return (bytes + 63) / 64 * 64; }

static size_t arrayBytes(const quantc_observer_info *info, size_t element) {
  return alignUp((size_t)info->channels * element);
}

static size_t stateBytes(const quantc_observer_info *info) {
  size_t bytes = alignUp(sizeof(observerState)) +
                 2 * arrayBytes(info, sizeof(float)) +
                 2 * arrayBytes(info, sizeof(double));
  if (info->channel_histograms)
    bytes += arrayBytes(info, CHANNEL_BUCKETS * sizeof(uint32_t));
  return bytes;
}

static channelState channelsOf(observerState *state) {
  const quantc_observer_info info = {NULL, state->channels,
                                     state->channel_histograms};
  char *at = (char *)state + alignUp(sizeof(observerState));
  channelState channels = {0};
  channels.sum = (double *)at;
  at += arrayBytes(&info, sizeof(double));
  channels.square = (double *)at;
  at += arrayBytes(&info, sizeof(double));
  channels.minimum = (float *)at;
  at += arrayBytes(&info, sizeof(float));
  channels.maximum = (float *)at;
  at += arrayBytes(&info, sizeof(float));
  channels.counts = state->channel_histograms ? (uint32_t *)at : NULL;
  return channels;
}

/*===-- Counting ----------------------------------------------------------===*/

/* Counts n values one after the other and extends the run's range. */
static void countValues(observerState *state, const float *x, int64_t n) {
  uint64_t weight = (uint64_t)state->weight, nonfinite = 0;
  float least = state->minimum, most = state->maximum;
  for (int64_t i = 0; i < n; ++i) {
    uint32_t bits;
    memcpy(&bits, &x[i], sizeof(bits));
    state->counts[bits >> 16] += weight;
    nonfinite += (bits & 0x7F800000) == 0x7F800000;
    least = x[i] < least ? x[i] : least;
    most = x[i] > most ? x[i] : most;
  }
  state->values += (uint64_t)n;
  state->nonfinite += nonfinite;
  state->minimum = least;
  state->maximum = most;
  state->least = least < state->least ? least : state->least;
  state->most = most > state->most ? most : state->most;
}

static uint32_t channelBucket(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  int32_t magnitude = (int32_t)((bits & 0x7FFFFFFF) >> 20) - FIRST_MAGNITUDE;
  magnitude = magnitude < 0 ? 0 : magnitude;
  magnitude = magnitude < SIGN_BUCKET ? magnitude : SIGN_BUCKET - 1;
  return (bits >> 31) * SIGN_BUCKET + (uint32_t)magnitude;
}

/* One value of every channel, side by side. */
static void addRow(const observerState *state, const channelState *channels,
                   const float *x) {
  int64_t n = state->channels;
  float *restrict least = channels->minimum, *restrict most = channels->maximum;
  double *restrict sum = channels->sum, *restrict square = channels->square;
  for (int64_t c = 0; c < n; ++c) {
    least[c] = x[c] < least[c] ? x[c] : least[c];
    most[c] = x[c] > most[c] ? x[c] : most[c];
    double value = x[c];
    sum[c] += value;
    square[c] += value * value;
  }
  if (channels->counts)
    for (int64_t c = 0; c < n; ++c)
      channels->counts[c * CHANNEL_BUCKETS + channelBucket(x[c])] +=
          (uint32_t)state->weight;
}

/* n values of channel c. */
static void addChannel(const observerState *state, const channelState *channels,
                       int64_t c, const float *x, int64_t n) {
  float least = channels->minimum[c], most = channels->maximum[c];
  double sum = 0, square = 0;
  for (int64_t i = 0; i < n; ++i) {
    least = x[i] < least ? x[i] : least;
    most = x[i] > most ? x[i] : most;
    double value = x[i];
    sum += value;
    square += value * value;
  }
  channels->minimum[c] = least;
  channels->maximum[c] = most;
  channels->sum[c] += sum;
  channels->square[c] += square;
  if (channels->counts)
    for (int64_t i = 0; i < n; ++i)
      channels->counts[c * CHANNEL_BUCKETS + channelBucket(x[i])] +=
          (uint32_t)state->weight;
}

/* Forgets the last run's extremes and sums. */
static void beginRun(observerState *state) {
  state->values = state->nonfinite = 0;
  state->minimum = INFINITY;
  state->maximum = -INFINITY;
  channelState channels = channelsOf(state);
  for (int64_t c = 0; c < state->channels; ++c) {
    channels.minimum[c] = INFINITY;
    channels.maximum[c] = -INFINITY;
    channels.sum[c] = channels.square[c] = 0;
  }
}

static int isKept(const void *mask, int64_t bytes, int64_t row) {
  switch (bytes) {
  case 1:
    return ((const int8_t *)mask)[row] != 0;
  case 4:
    return ((const int32_t *)mask)[row] != 0;
  default:
    return ((const int64_t *)mask)[row] != 0;
  }
}

void quantc_observe(void *memory, const float *x, int64_t outer, int64_t inner,
                    const void *mask, int64_t mask_bytes, int64_t mask_rows) {
  observerState *state = memory;
  channelState channels = channelsOf(state);
  int64_t width = state->channels ? state->channels * inner : inner;
  int64_t rows = mask_rows > 0 ? mask_rows : 1;
  int64_t group = outer / rows; /* positions that one entry of the mask is of */
  beginRun(state);
  for (int64_t row = 0; row < rows; ++row) {
    if (mask_rows > 0 && !isKept(mask, mask_bytes, row))
      continue;
    const float *values = x + row * group * width;
    countValues(state, values, group * width);
    if (!state->channels)
      continue;
    for (int64_t i = 0; i < group; ++i, values += width) {
      if (inner == 1)
        addRow(state, &channels, values);
      else
        for (int64_t c = 0; c < state->channels; ++c)
          addChannel(state, &channels, c, values + c * inner, inner);
    }
  }
}

/*===-- States of a model -------------------------------------------------===*/

static observerState *stateOf(const quantc_model *model, int i) {
  size_t offset = 0;
  for (int before = 0; before < i; ++before)
    offset += stateBytes(&model->descriptor->observers[before]);
  return (observerState *)(model->observers + offset);
}

size_t quantc_observer_bytes(const quantc_descriptor *descriptor) {
  size_t bytes = 0;
  for (int i = 0; i < descriptor->num_observers; ++i)
    bytes += stateBytes(&descriptor->observers[i]);
  return bytes;
}

void *quantc_observer_state(quantc_run_context *context, int32_t observer) {
  return stateOf(context->model, observer);
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
  observerState *state = stateOf(model, i);
  channelState channels = channelsOf(state);
  observation->tensor = model->descriptor->observers[i].name;
  observation->counts = state->counts;
  observation->values = state->values;
  observation->nonfinite = state->nonfinite;
  observation->minimum = state->least;
  observation->maximum = state->most;
  observation->run_minimum = state->minimum;
  observation->run_maximum = state->maximum;
  observation->channels = state->channels;
  observation->channel_minimum = channels.minimum;
  observation->channel_maximum = channels.maximum;
  observation->channel_sum = channels.sum;
  observation->channel_square = channels.square;
  observation->channel_counts = channels.counts;
  return QUANTC_OK;
}

void quantc_model_reset_observations(quantc_model *model) {
  char *at = model ? model->observers : NULL;
  for (int i = 0; i < quantc_model_num_observations(model); ++i) {
    const quantc_observer_info *info = &model->descriptor->observers[i];
    observerState *state = (observerState *)at;
    memset(at, 0, stateBytes(info));
    state->channels = info->channels;
    state->channel_histograms = info->channel_histograms;
    state->weight = 1;
    state->least = INFINITY;
    state->most = -INFINITY;
    beginRun(state);
    at += stateBytes(info);
  }
}

void quantc_model_take_back(quantc_model *model, int take_back) {
  for (int i = 0; i < quantc_model_num_observations(model); ++i)
    stateOf(model, i)->weight = take_back ? -1 : 1;
}
