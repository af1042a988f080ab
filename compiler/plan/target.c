/* SPDX-License-Identifier: MIT-0 */
#include "plan/target.h"

const Target target_desktop = {
    .name = "desktop",
    .lanes = 16,
    .alignment = 16,
    .panel_columns = 64,
    .shallow_depth = 4,
    .sums_at_once = 12,
    .first_cache = 4096,
    .second_cache_share = 32768,
    .beyond_second_cache = 262144,
    .third_cache_share = 1048576,
    .packed_rows_in_loop = 4,
    .packed_rows = 64,
    .deep_columns = 64,
    .deep_times = 4,
    .deep_rows = 64,
};
