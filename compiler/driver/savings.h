/* SPDX-License-Identifier: MIT-0 */
/* --max-ram: what is tried, cheapest first, until a model fits; and what is left where nothing helps. */
#ifndef NNC_DRIVER_SAVINGS_H
#define NNC_DRIVER_SAVINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "base/source.h"
#include "plan/plan.h"

enum { MOST_SAVINGS = 8 };

/** What has been tried. */
typedef struct Savings {
    int count;                        /* of the rows, those that were looked at */
    int trying;                       /* 1 more than the row that the plan shows the use of; 0: none */
    int64_t needed_before[MOST_SAVINGS]; /* of those that helped; 0: it did not */
    int64_t needed, structs;          /* bytes of the best plan, and without its stack */
    int64_t products;                 /* multiplications of the first */
    Options before;                   /* without the row that is tried */
} Savings;

/** Whether more RAM is needed than --max-ram allows. */
bool memory_exceeds(const Plan *plan, const Options *options);
/** Changes the options to what may need less than `plan`, and back if the last change has not. False: there is nothing
 *  more to try, and `plan` is the best. */
bool savings_try(Savings *savings, Options *options, const Plan *plan);
/** Tells, on standard error, what was done to make the plan fit; nothing where nothing was. */
void savings_report(const Savings *savings, const Options *options, const Plan *plan);
/** The error of a plan that does not fit, at `span`, with what its memory is made of. */
void memory_refuse(const Plan *plan, const Options *options, Span span, Diags *diags);

#endif
