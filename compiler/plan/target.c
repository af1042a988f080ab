/* SPDX-License-Identifier: MIT-0 */
#include "plan/target.h"

#include <stddef.h>
#include <string.h>

const Target target_desktop = {
    .name = "desktop",
    .constants = "",
    .lanes = 16,
    .alignment = 16,
    .panel_columns = 64,
    .shallow_depth = 4,
    .sums_at_once = 12,
    .blocks = true,
    .first_cache = 4096,
    .second_cache_share = 32768,
    .beyond_second_cache = 262144,
    .third_cache_share = 1048576,
    .packed_rows_in_loop = 4,
    .packed_rows = 64,
    .deep_columns = 64,
    .deep_times = 4,
    .deep_rows = 64,
    .round_work = 200000,
};

/* Any core without vectors. */
#define SMALL \
    .lanes = 1, \
    .alignment = 1, \
    .panel_columns = 64, \
    .shallow_depth = INT64_MAX, \
    .sums_at_once = 4, \
    .first_cache = INT64_MAX, \
    .second_cache_share = INT64_MAX, \
    .beyond_second_cache = INT64_MAX, \
    .third_cache_share = INT64_MAX, \
    .packed_rows_in_loop = INT64_MAX, \
    .packed_rows = INT64_MAX, \
    .deep_columns = INT64_MAX, \
    .deep_times = INT64_MAX, \
    .deep_rows = INT64_MAX, \
    .line_code = 16

const Target target_small = {.name = "small", .constants = "", SMALL};
const Target target_avr = {.name = "avr", .constants = "__flash", SMALL};

const Target *target_named(const char *name) {
    static const Target *const targets[] = {&target_desktop, &target_small, &target_avr};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (!strcmp(targets[i]->name, name)) return targets[i];
    return NULL;
}
