/* SPDX-License-Identifier: MIT-0 */
/* --emit=svg. */
#ifndef NNC_PLAN_DRAW_H
#define NNC_PLAN_DRAW_H

#include "base/arena.h"
#include "plan/plan.h"

/** The network as a picture, SVG 1.1, for a page in light or dark: a box for each layer, the wider the more values come
 *  out of it, with what comes out, its parameters and their memory; below, the memory of all. `plan` has been
 *  optimized. */
void plan_draw(const Plan *plan, Text *out);

#endif
