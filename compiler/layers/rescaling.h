/* SPDX-License-Identifier: MIT-0 */
/* Values of mean 0 and deviation 1. */
#ifndef NNC_LAYERS_RESCALING_H
#define NNC_LAYERS_RESCALING_H

#include "plan/plan.h"

/** (x - mean) / deviation */
extern const Formula standardized, restored;

#endif
