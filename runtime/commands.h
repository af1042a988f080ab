/* SPDX-License-Identifier: MIT-0 */
/* commands.h - the commands of the program, and what its command line says. */
#ifndef NNC_COMMANDS_H_INCLUDED
#define NNC_COMMANDS_H_INCLUDED

#include "training.h"

/* Commands (train.c, evaluate.c, gradcheck.c, bench.c, program.c): each returns the exit status -------------------- */

/** What the command line says; NULL, 0, or what stands here: nothing. */
struct nnc_options {
    const char *x, *y, *sample_weight, *validation_x, *validation_y, *data_dir;
    const char *weights, *save, *history, *report, *masks, *output, *checkpoint;
    double validation_split, tolerance; /* < 0: not given */
    int64_t mc_samples, epochs, batch_size, samples, checkpoint_every, threads;
    uint64_t seed;
    int has_seed, resume, no_shuffle, json, confusion, help;
    int verbose; /* -1: not given */
};

NNC_API int nnc_command_fit(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_evaluate(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_predict(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_grad(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_gradcheck(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_bench(nnc_host *host, const nnc_model *model, const nnc_options *options);

/** The data of fit(), replaced by the command line's files. */
NNC_API nnc_data_request nnc_fit_request(const nnc_model *model, const nnc_options *options);
/** The rows of a batch: what the command line says, else the model file, else 0, the compiled batch. */
NNC_API int64_t nnc_choose_batch(const nnc_model *model, const nnc_options *options, int from_file);
/** Evaluates samples [first, end) in inference mode; the progress moves on with each batch unless it is NULL. 1 when a
 *  signal asked to stop. A loss that is not finite is no error here: it is for training to go on with. */
NNC_API int nnc_evaluate_range(nnc_session *session, const nnc_dataset *data, size_t first, size_t end,
                               nnc_totals *totals, nnc_progress *progress);

#endif
