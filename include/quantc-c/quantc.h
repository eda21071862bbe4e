/*===- quantc.h - The C interface of the compiler ---------------------------===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * Loading, quantizing, compiling and evaluating models from C, and from Python
 * through ctypes. Every call that returns an int returns 0 or the exit code the
 * command line would end with (1 wrong input, 3 unsupported, 4 reading or
 * writing, 5 a limit, 6 the linker, 70 a bug); quantc_context_message then holds
 * the text. A context and everything made in it is used by one thread at a time.
 *
\*===------------------------------------------------------------------------===*/

#ifndef QUANTC_C_QUANTC_H
#define QUANTC_C_QUANTC_H

#include "quantc/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct quantc_context quantc_context;
typedef struct quantc_module quantc_module;

quantc_context *quantc_context_create(void);
void quantc_context_destroy(quantc_context *context);
/* Errors, warnings and remarks of the last call, one a line. */
const char *quantc_context_message(const quantc_context *context);

/* Reads a .onnx or .mlir file. On failure *module is NULL. */
int quantc_module_load(quantc_context *context, const char *path,
                       quantc_module **module);
quantc_module *quantc_module_clone(const quantc_module *module);
void quantc_module_destroy(quantc_module *module);
/* Writes MLIR text, and large constants to a .weights file beside it; ONNX with
 * the default options where the name ends in .onnx. */
int quantc_module_save(quantc_module *module, const char *path);
/* Writes ONNX. `format` is "qdq" or "integer", `opset` 0 for the default,
 * `external_data` not 0 for weights in PATH.data. */
int quantc_module_export_onnx(quantc_module *module, const char *path,
                              const char *format, int opset,
                              int external_data);
/* Runs a pipeline as `quant-opt --pass-pipeline` takes it. */
int quantc_module_run_pipeline(quantc_module *module, const char *pipeline);

/* Of the function @main; 0 where text has none. */
int quantc_module_num_inputs(const quantc_module *module);
int quantc_module_num_outputs(const quantc_module *module);
/* ONNX names, owned by the module. */
const char *quantc_module_input_name(const quantc_module *module, int i);
const char *quantc_module_output_name(const quantc_module *module, int i);

/* Gives the inputs of the next calibration run: fills `inputs` (in the model's
 * order; the data must live until the next call) and returns 1, or returns 0 at
 * the end, or -1 to give up. */
typedef int (*quantc_next_run)(void *user, DLTensor *inputs);
/* How to calibrate; zeros and NULLs are the defaults. */
typedef struct {
  const char *recipe;  /* narrows what is observed; NULL: one table for all */
  const char *mask;    /* input that marks positions to leave out by zeros; NULL:
                        * an attention mask, if there is one; "none" */
  int skip_nonfinite;  /* leave runs with NaN or infinities out, not fail */
  int resume;          /* go on from `output`.checkpoint, if there is one */
  int64_t cross_entropy; /* over how many runs ranges are searched by the loss of
                          * the outputs, for calibrator cross_entropy; 0: none */
  double checkpoint_seconds; /* between checkpoints; 0: 30, < 0: every run */
  /* Called with 0 before the first run, and after every run with the number done
   * so far; may be NULL. */
  void (*progress)(void *user, int64_t done);
} quantc_calibrate_options;
/* Records statistics over all runs and writes the table to `output`. */
int quantc_module_calibrate(quantc_module *module,
                            const quantc_calibrate_options *options,
                            quantc_next_run next, void *user,
                            const char *output);
/* Quantizes in place; calibration is a table's path, or NULL. */
int quantc_module_quantize(quantc_module *module, const char *recipe,
                           const char *calibration);
/* Compiles to `output` (.so, .a, .o, or an executable). target as --target. */
int quantc_module_compile(quantc_module *module, const char *target,
                          const char *output);

/* Runs the reference evaluator; f64 selects double precision. Each output is
 * handed to `take`, whose tensor lives for the call only. */
typedef void (*quantc_take_output)(void *user, int i, const DLTensor *tensor);
int quantc_module_evaluate(quantc_module *module, const DLTensor *inputs,
                           int f64, quantc_take_output take, void *user);

/* Two models on the same data (quantc compare). */
typedef struct quantc_comparison quantc_comparison;
typedef struct {
  const char *reference, *candidate; /* .onnx, .mlir or a compiled model */
  int layers;   /* compare every layer both have, by name */
  int evaluate; /* run .onnx and .mlir by the reference evaluator */
  int threads;  /* of compiled models; 0: one per core */
} quantc_compare_options;
/* On failure *comparison is NULL. */
int quantc_comparison_open(quantc_context *context,
                           const quantc_compare_options *options,
                           quantc_comparison **comparison);
void quantc_comparison_destroy(quantc_comparison *comparison);
/* Runs both models on inputs given by name. `take`, unless NULL, gets each output
 * of both; the tensors live for the call only. */
typedef void (*quantc_take_pair)(void *user, const char *name,
                                 const DLTensor *reference,
                                 const DLTensor *candidate);
int quantc_comparison_add(quantc_comparison *comparison, int num_inputs,
                          const char *const *names, const DLTensor *inputs,
                          quantc_take_pair take, void *user);
/* The figures so far as `quantc compare --json` writes them, until the next call. */
const char *quantc_comparison_json(quantc_comparison *comparison);
/* Writes the report; `command` is what it says made it. */
int quantc_comparison_write_html(quantc_comparison *comparison,
                                 const char *command, const char *path);

/* Inputs that are read again and again: `read` fills the inputs of run `i` (in the
 * model's order; the data must live until the next call) and returns 0, or -1 to give
 * up. It is called on the calling thread, for all runs, before anything is run. */
typedef struct quantc_runs {
  int64_t size;
  int (*read)(void *user, int64_t i, DLTensor *inputs);
  void *user;
} quantc_runs;

/* Where the error of `quantized` comes from, per operation and cause, over `runs`:
 * quantized was made from `module` by quantc_module_quantize, and perhaps edited
 * since. recipe and calibration (or NULL) are those it was made with: the float model
 * is rescaled as they say (SmoothQuant, equalization). Both modules are of one
 * context. *json is what `--sensitivity` writes; it lives until the context's next call
 * that gives JSON. */
int quantc_module_attribute(quantc_module *module, quantc_module *quantized,
                            const char *recipe, const char *calibration,
                            const quantc_runs *runs, const char **json);

/* What quantc_module_quantize_to is to reach. */
typedef struct quantc_target {
  double max_drop;      /* points that may be lost; negative: no such limit */
  uint64_t target_size; /* bytes the constants may have; 0: no such limit */
  /* Scores an artifact compiled for this machine, higher is better, and returns 0, or
   * -1 to give up. Points are its differences to the float model's score. NULL: 100 *
   * mean cosine of the outputs' rows to the float model's. Called on the calling
   * thread. */
  int (*metric)(void *user, const char *artifact, double *score);
  void *user;
} quantc_target;

/* Quantizes in place with the fewest operations in float that reach `target`, measured
 * over `runs`. *json tells what was found (quantc/Accuracy/MixedPrecision.h) and lives
 * as that of quantc_module_attribute. */
int quantc_module_quantize_to(quantc_module *module, const char *recipe,
                              const char *calibration, const quantc_runs *runs,
                              const quantc_target *target, const char **json);

#ifdef __cplusplus
}
#endif
#endif /* QUANTC_C_QUANTC_H */
