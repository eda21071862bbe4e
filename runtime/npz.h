/*===- npz.h - Reading and writing numpy arrays ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * What the stand-alone executable needs of .npy and .npz: uncompressed members
 * as numpy.savez writes them.
 *
\*===------------------------------------------------------------------------===*/

#ifndef QUANTC_NPZ_H
#define QUANTC_NPZ_H

#include "quantc/runtime.h"

#include <stdio.h>

typedef struct {
  char name[256]; /* the member without ".npy" */
  DLDataType dtype;
  int ndim;
  int64_t shape[QUANTC_MAX_RANK];
  void *data; /* aligned to 64, owned */
} quantc_array;

/* All arrays of an .npz, or the one of an .npy file (name: ""). Returns the
 * number of arrays, or a negated quantc_status with a message in
 * quantc_last_error. */
int quantc_read_arrays(const char *path, quantc_array **arrays);
void quantc_free_arrays(quantc_array *arrays, int count);
/* Writes an .npz beside its final name first, so that it is complete or absent.
 * A device or pipe is written to as it is. 0, or -1 with a message. */
int quantc_write_npz(const char *path, const quantc_array *arrays, int count);

#endif /* QUANTC_NPZ_H */
