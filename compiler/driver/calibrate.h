/* SPDX-License-Identifier: MIT-0 */
/* --quantize: what calibration data say of a model. */
#ifndef NNC_DRIVER_CALIBRATE_H
#define NNC_DRIVER_CALIBRATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "plan/plan.h"

/** Plan.ranges of --ranges, or of a program that predicts the data of --calibrate, or else of fit(); and the weights.
 *  Does nothing without --quantize. False after a message. */
bool ranges_learn(const Options *options, Arena *arena, Plan *plan, Diags *diags);

#endif
