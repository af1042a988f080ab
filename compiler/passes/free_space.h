/* SPDX-License-Identifier: MIT-0 */
/* What is free of an arena while a program runs. */
#ifndef NNC_PASSES_FREE_SPACE_H
#define NNC_PASSES_FREE_SPACE_H

#include <stdint.h>

#include "base/arena.h"

typedef struct FreeSpace FreeSpace;

/** All is free at the times 0 … times-1. */
FreeSpace *free_space_new(Arena *arena, int times);
/** Places from begin to end, without the last. */
typedef struct PlaceRange {
    int64_t begin, end;
} PlaceRange;

enum { AVOIDED = 4 };

/** Takes the lowest place of this size, from `lowest` on, that is free at all times from first to last and begins in
 *  none of these ranges. */
int64_t free_space_take(FreeSpace *space, int first, int last, int64_t size, int64_t lowest,
                        const PlaceRange avoided[AVOIDED]);

#endif
