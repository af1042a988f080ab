/* SPDX-License-Identifier: MIT-0 */
/* The ranges of values that calibration has seen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/ranges.h"

enum { LONGEST_LINE = 4096 };

static bool read_line(Arena *arena, char *line, ValueRanges *ranges) {
    char *const space = strchr(line, ' '), *low_end, *high_end;
    if (!space || space == line) return false;
    const double low = strtod(space, &low_end), high = strtod(low_end, &high_end);
    if (low_end == space || high_end == low_end || high_end[strspn(high_end, " \r\n")]) return false;
    ValueRange *const range = NEW(arena, ValueRange);
    *range = (ValueRange){low, high};
    *names_slot(&ranges->by_name, arena_strndup(arena, line, (size_t)(space - line))) = range;
    return true;
}

ValueRanges *ranges_read(Arena *arena, const char *path, const char **error) {
    char line[LONGEST_LINE];
    FILE *const file = fopen(path, "r");
    if (!file) return *error = strerror(errno), NULL;
    ValueRanges *const ranges = NEW(arena, ValueRanges);
    ranges->by_name.arena = arena;
    for (int number = 1; fgets(line, sizeof line, file); number++)
        if (!read_line(arena, line, ranges)) {
            *error = arena_printf(arena, "line %d is no name with a least and a greatest value", number);
            fclose(file);
            return NULL;
        }
    fclose(file);
    return ranges;
}

const ValueRange *range_named(const ValueRanges *ranges, const char *name) {
    return names_find(&ranges->by_name, name);
}
