/* SPDX-License-Identifier: MIT-0 */
/* --selftest: what the model predicts is found out by predicting it. */
#ifndef NNC_DRIVER_SELFTEST_H
#define NNC_DRIVER_SELFTEST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/options.h"
#include "plan/plan.h"

/** Compiles and runs the model's C with a main() that prints the outputs of a prediction, a line for each, and keeps
 *  them in options->selftest_outputs. False after a message. */
bool selftest_learn(Options *options, Arena *arena, const Plan *plan);

#endif
