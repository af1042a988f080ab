/* SPDX-License-Identifier: MIT-0 */
/* What is known when C is made, decided there instead of by the preprocessor. */
#ifndef NNC_FILE_DECIDE_H
#define NNC_FILE_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

typedef struct Facts {
    bool small; /* made for a target without vectors, row by row */
    bool wide;  /* reals are doubles */
    bool flash;  /* constants have addresses of their own, as on AVR */
} Facts;

/** Lines of the runtime without the conditions that these facts decide, and without what they leave out. For other
 *  targets than small ones that is #ifdef NNC_SMALL alone: there a file may be compiled for any vectors. */
const char *decided_text(Arena *arena, const char *text, size_t length, const Facts *facts);

#endif
