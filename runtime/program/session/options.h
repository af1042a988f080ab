/* SPDX-License-Identifier: MIT-0 */
/* options.h - what the command line says. */
#ifndef NNC_OPTIONS_H_INCLUDED
#define NNC_OPTIONS_H_INCLUDED

#include "host/host.h"

/** What the command line says; NULL, 0, or what stands here: nothing. */
typedef struct nnc_options {
    const char *x, *y, *sample_weight, *validation_x, *validation_y, *data_dir;
    const char *weights, *save, *history, *report, *masks, *output, *checkpoint;
    double validation_split, tolerance; /* < 0: not given */
    int64_t mc_samples, epochs, batch_size, samples, checkpoint_every, threads, max_memory;
    uint64_t seed;
    int has_seed, resume, no_shuffle, json, confusion, help;
    int verbose; /* -1: not given */
} nnc_options;

#endif
