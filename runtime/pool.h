/*===- pool.h - The thread pool ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * A region of numbered chunks is done when every chunk is done: workers take
 * chunks by compare-and-swap on one ticket, so nobody ever waits for a thread
 * that the system put to sleep before it took a chunk.
 *
\*===------------------------------------------------------------------------===*/

#ifndef QUANTC_POOL_H
#define QUANTC_POOL_H

#include <stdint.h>

typedef struct quantc_pool quantc_pool;
typedef void (*quantc_chunk_fn)(void *context, int64_t chunk, int worker);

/* A pool of `threads` workers, the calling thread being number 0. Starts fewer
 * when the system refuses more; NULL only without memory. */
quantc_pool *quantc_pool_create(int threads);
void quantc_pool_destroy(quantc_pool *pool);
int quantc_pool_threads(const quantc_pool *pool);
/* Wakes sleeping workers ahead of work that is about to come. */
void quantc_pool_wake(quantc_pool *pool);
/* Runs body for chunks 0 .. chunks - 1 (at most 2^31) and returns when all ran. */
void quantc_pool_run(quantc_pool *pool, int64_t chunks, quantc_chunk_fn body,
                     void *context);

/* IEEE defaults (no flushing of subnormals, round to nearest) for this thread;
 * returns what was set before, to be given back to quantc_restore_float_mode. */
uint64_t quantc_set_float_mode(void);
void quantc_restore_float_mode(uint64_t mode);

#endif /* QUANTC_POOL_H */
