/* SPDX-License-Identifier: MIT-0 */
/* Learning rates and the numbers of optimizers. */
#ifndef NNC_FILE_RATES_H
#define NNC_FILE_RATES_H

#include "emit/emit.h"
#include "emit/template.h"

/** The text of a scalar of the update, with its numbers. */
const char *scalar_text(Emit *emit, const char *text);
/** Functions of the schedules that callbacks have, for the program. */
const char *epoch_rates(Emit *emit, const Hole *holes);

/** What the learning rate and the numbers of optimizers need besides the programs: functions, and calls of them in
 *  train_init and after every step. */
typedef struct RatesText {
    const char *functions, *begin, *next, *end;
} RatesText;

RatesText rates_text(Emit *emit, const Hole *holes);

#endif
