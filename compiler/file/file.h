/* SPDX-License-Identifier: MIT-0 */
/* The whole file. */
#ifndef NNC_FILE_FILE_H
#define NNC_FILE_FILE_H

#include "base/arena.h"
#include "plan/plan.h"

/** MODEL.c: everything. header_name: what to include instead of repeating the declarations; NULL: repeat them. *header
 *  becomes MODEL.h, as emit_model_h() gives it. */
const char *emit_model_c(Arena *arena, const Plan *plan, const char *header_name, const char **header);

#endif
