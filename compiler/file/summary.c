/* SPDX-License-Identifier: MIT-0 */
/* The model's table as it stands above the code: of many equal layers the first and the last. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "file/statements.h"
#include "file/summary.h"
#include "model/summary.h"
#include "emit/emit.h"

/* A line without its layer's number, and without the blanks that depend on it: | dense (Dense) | (None, 64) | 4,160
 * |. */
static const char *pattern_of(Emit *emit, const char *line) {
    const char *const end = strstr(line, " (");
    const char *number = end;
    while (number && number > line && isdigit((unsigned char)number[-1])) number--;
    if (!number || number == end || number[-1] != '_') number = end;
    char *const pattern = arena_strdup(emit->arena, line), *out = pattern;
    for (const char *at = line; *at; at++)
        if (!(number && at + 1 >= number && at < end && number != end) && (*at != ' ' || at[1] != ' ')) *out++ = *at;
    *out = '\0';
    return pattern;
}

const char *summary_text(Emit *emit) {
    Text table = {.arena = emit->arena}, out = {.arena = emit->arena};
    Statements lines = {0};
    summary_plain(emit->plan->model, &table);
    for (const char *line = text_chars(&table); *line;) {
        const size_t length = strcspn(line, "\n") + 1;
        const char *const text = arena_strndup(emit->arena, line, length);
        statements_add(emit, &lines, (Statement){.named = text}, pattern_of(emit, text));
        line += length;
    }
    statements_find_runs(emit, &lines);
    for (int i = 0; i < lines.count; i++) {
        const Statement *const line = &lines.at[i];
        text_puts(&out, line->named);
        if (!line->period) continue;
        for (int j = 1; j < line->period; j++) text_puts(&out, line[j].named);
        text_printf(&out, "  ... %d more like that ...\n", line->repeats - 2);
        for (int j = 0; j < line->period; j++) text_puts(&out, line[(line->repeats - 1) * line->period + j].named);
        i += line->repeats * line->period - 1;
    }
    return text_chars(&out);
}
