/* SPDX-License-Identifier: MIT-0 */
/* bits.h - the commands of a model's program as sets, for the rows of options.def. */
#ifndef NNC_COMMAND_BITS_H
#define NNC_COMMAND_BITS_H

enum {
#define COMMAND(word, bit, function, meaning) NNC_AT_##bit,
#include "commands/options.def"
};
enum {
#define COMMAND(word, bit, function, meaning) NNC_##bit = 1 << NNC_AT_##bit,
#include "commands/options.def"
    NNC_LABELS = NNC_FIT | NNC_EVALUATE | NNC_GRAD, /* what reads targets; samples; draws random numbers */
    NNC_DATA = NNC_LABELS | NNC_PREDICT | NNC_CALIBRATE,
    NNC_SEEDED = NNC_FIT | NNC_PREDICT | NNC_GRAD | NNC_GRADCHECK | NNC_BENCH
};

#endif
