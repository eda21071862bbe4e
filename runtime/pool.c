/*===- pool.c - The thread pool ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * The ticket holds the region's generation in its upper half and the next chunk
 * in its lower half. A worker that slept through a region finds another
 * generation in the ticket and its compare-and-swap fails: a stale job is read,
 * perhaps, but never run. Jobs alternate between two slots so that the slot of
 * the running region is never written.
 *
\*===------------------------------------------------------------------------===*/

#include "pool.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* About 100 us of pauses before a worker sleeps. */
enum { SPIN_COUNT = 4000 };

typedef struct {
  _Atomic(quantc_chunk_fn) body;
  _Atomic(void *) context;
  _Atomic int64_t chunks;
} job;

typedef struct {
  quantc_pool *pool;
  int number;
  pthread_t thread;
} worker;

struct quantc_pool {
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic int64_t done;
  _Alignas(64) _Atomic uint32_t generation;
  _Alignas(64) _Atomic int sleepers;
  _Atomic int stop;
  job jobs[2];
  int threads;
  worker workers[];
};

static void pauseThread(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void futexWait(_Atomic uint32_t *address, uint32_t value) {
  syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futexWakeAll(_Atomic uint32_t *address) {
  syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

uint64_t quantc_set_float_mode(void) {
#if defined(__x86_64__)
  uint64_t before = _mm_getcsr();
  _mm_setcsr(0x1F80);
  return before;
#elif defined(__aarch64__)
  uint64_t before, zero = 0;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(zero));
  return before;
#else
  return 0;
#endif
}

void quantc_restore_float_mode(uint64_t mode) {
#if defined(__x86_64__)
  _mm_setcsr((unsigned)mode);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
#endif
}

/* Takes chunks of region `generation` until none is left. */
static void help(quantc_pool *pool, uint32_t generation, int number) {
  job *slot = &pool->jobs[generation & 1];
  for (;;) {
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    if ((uint32_t)(ticket >> 32) != generation)
      return;
    quantc_chunk_fn body =
        atomic_load_explicit(&slot->body, memory_order_relaxed);
    void *context = atomic_load_explicit(&slot->context, memory_order_relaxed);
    int64_t chunks = atomic_load_explicit(&slot->chunks, memory_order_relaxed);
    int64_t chunk = (int64_t)(uint32_t)ticket;
    if (chunk >= chunks)
      return;
    if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket,
                                               ticket + 1, memory_order_acq_rel,
                                               memory_order_acquire))
      continue;
    body(context, chunk, number);
    atomic_fetch_add_explicit(&pool->done, 1, memory_order_release);
  }
}

static uint32_t waitForWork(quantc_pool *pool, uint32_t seen) {
  for (;;) {
    for (int spin = 0; spin < SPIN_COUNT; ++spin) {
      uint32_t now =
          atomic_load_explicit(&pool->generation, memory_order_acquire);
      if (now != seen)
        return now;
      pauseThread();
    }
    atomic_fetch_add(&pool->sleepers, 1);
    if (atomic_load(&pool->generation) == seen)
      futexWait(&pool->generation, seen);
    atomic_fetch_sub(&pool->sleepers, 1);
  }
}

static void *workerMain(void *argument) {
  worker *self = argument;
  quantc_set_float_mode();
  uint32_t seen = 0;
  for (;;) {
    seen = waitForWork(self->pool, seen);
    if (atomic_load(&self->pool->stop))
      return NULL;
    help(self->pool, seen, self->number);
  }
}

/* Publishes a new generation; an empty one (no chunks) only wakes. */
static uint32_t publish(quantc_pool *pool, int64_t chunks, quantc_chunk_fn body,
                        void *context) {
  uint32_t generation =
      atomic_load_explicit(&pool->generation, memory_order_relaxed) + 1;
  job *slot = &pool->jobs[generation & 1];
  atomic_store_explicit(&slot->body, body, memory_order_relaxed);
  atomic_store_explicit(&slot->context, context, memory_order_relaxed);
  atomic_store_explicit(&slot->chunks, chunks, memory_order_relaxed);
  atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->ticket, (uint64_t)generation << 32,
                        memory_order_release);
  atomic_store(&pool->generation, generation);
  if (atomic_load(&pool->sleepers))
    futexWakeAll(&pool->generation);
  return generation;
}

quantc_pool *quantc_pool_create(int threads) {
  if (threads < 1)
    threads = 1;
  size_t bytes = sizeof(quantc_pool) + (size_t)threads * sizeof(worker);
  quantc_pool *pool = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!pool)
    return NULL;
  atomic_init(&pool->ticket, 0);
  atomic_init(&pool->done, 0);
  atomic_init(&pool->generation, 0);
  atomic_init(&pool->sleepers, 0);
  atomic_init(&pool->stop, 0);
  for (int i = 0; i < 2; ++i) {
    atomic_init(&pool->jobs[i].body, NULL);
    atomic_init(&pool->jobs[i].context, NULL);
    atomic_init(&pool->jobs[i].chunks, 0);
  }
  pool->threads = 1;
  for (int i = 1; i < threads; ++i) {
    worker *self = &pool->workers[i];
    self->pool = pool;
    self->number = i;
    if (pthread_create(&self->thread, NULL, workerMain, self))
      break;
    pool->threads = i + 1;
  }
  return pool;
}

void quantc_pool_destroy(quantc_pool *pool) {
  if (!pool)
    return;
  atomic_store(&pool->stop, 1);
  publish(pool, 0, NULL, NULL);
  for (int i = 1; i < pool->threads; ++i)
    pthread_join(pool->workers[i].thread, NULL);
  free(pool);
}

int quantc_pool_threads(const quantc_pool *pool) { return pool->threads; }

void quantc_pool_wake(quantc_pool *pool) {
  if (atomic_load(&pool->sleepers))
    publish(pool, 0, NULL, NULL);
}

void quantc_pool_run(quantc_pool *pool, int64_t chunks, quantc_chunk_fn body,
                     void *context) {
  if (pool->threads == 1 || chunks == 1) {
    for (int64_t chunk = 0; chunk < chunks; ++chunk)
      body(context, chunk, 0);
    return;
  }
  uint32_t generation = publish(pool, chunks, body, context);
  help(pool, generation, 0);
  while (atomic_load_explicit(&pool->done, memory_order_acquire) < chunks)
    pauseThread();
}
