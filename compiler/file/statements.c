/* SPDX-License-Identifier: MIT-0 */
/* Calls in their order. Where many layers in a row are equal, their calls are one loop over the layers: what differs
 * are places in memory and numbers of random streams. They are computed where they are regular, else listed. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/key.h"
#include "base/names.h"
#include "file/statements.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"

enum {
    FEWEST_REPEATS = 16, /* fewer layers are named one by one */
    MOST_PERIODS = 32    /* tried where a run may begin */
};

void statements_add(Emit *emit, Statements *all, Statement statement, const char *key) {
    all->keys.arena = emit->arena;
    statement.key = key_number(&all->keys, key);
    list_push(emit->arena, all, statement);
}

void statement_number(Emit *emit, Statement *statement, Text *pattern, int64_t number) {
    text_puts(pattern, PATTERN_NUMBER);
    list_push(emit->arena, &statement->numbers, number);
}

/* How often the statements from `first` on stand there again after `period`. */
static int repeats_of(const Statements *all, int first, int period) {
    int same = 0;
    while (first + period + same < all->count &&
           all->at[first + same].key == all->at[first + period + same].key)
        same++;
    return 1 + same / period;
}

/* Whether a period closes all brackets that it opens, and no other. */
static bool is_closed(const Statements *all, int first, int period) {
    int open = 0;
    for (int i = first; i < first + period && open >= 0; i++) open += all->at[i].left_open;
    return open == 0;
}

void statements_find_runs(Emit *emit, Statements *all) {
    int *const next = NEW_ARRAY(emit->arena, int, all->count + 1); /* the next of the same key; 0: none */
    int *const later = NEW_ARRAY(emit->arena, int, all->count + 1); /* by key: the first behind the present one */
    for (int i = all->count - 1; i >= 0; i--) {
        next[i] = later[all->at[i].key];
        later[all->at[i].key] = i;
    }
    for (int i = 0; i < all->count; i++) {
        int tries = MOST_PERIODS;
        for (int j = next[i]; j && tries-- > 0; j = next[j]) {
            const int period = j - i, repeats = repeats_of(all, i, period);
            if (repeats < FEWEST_REPEATS || !is_closed(all, i, period)) continue;
            all->at[i].period = period;
            all->at[i].repeats = repeats;
            for (int k = i; k < i + repeats * period; k++) all->at[k].in_run = true;
            i += repeats * period - 1;
            break;
        }
    }
}

static int places_in(const char *pattern) {
    int places = 0;
    for (; *pattern; pattern++) places += *pattern == *PATTERN_NUMBER;
    return places;
}

void statements_check_runs(const Statements *all) {
    const Statement *first = NULL;
    for (int i = 0; i < all->count; i++) {
        const Statement *const statement = &all->at[i];
        if (statement->period) first = statement;
        if (!statement->in_run) continue;
        const Statement *const like = &first[(statement - first) % first->period];
        if (strcmp(statement->pattern, like->pattern) != 0 || places_in(like->pattern) != statement->numbers.count)
            internal_error("calls are not printed alike:\n%s%s", statement->pattern, like->pattern);
    }
}

/* A run, and the columns of its table: which numbers of which statements. */
typedef struct Run {
    const Statement *first;
    LIST(int) statements, numbers;
} Run;

static int64_t number_at(const Run *run, int repeat, int statement, int number) {
    return run->first[repeat * run->first->period + statement].numbers.at[number];
}

/* A number as a C expression of `layer`, or as a column of the table. */
static const char *expression_of(Emit *emit, Run *run, int statement, int number) {
    const int64_t first = number_at(run, 0, statement, number), step = number_at(run, 1, statement, number) - first;
    bool regular = true;
    for (int i = 1; i < run->first->repeats && regular; i++)
        regular = number_at(run, i, statement, number) == first + i * step;
    if (regular && step == 0) return integer(emit, first);
    if (regular && step < 0) return formatted(emit, "%" PRId64 " - %s", first, times(emit, "layer", -step));
    if (regular)
        return first ? formatted(emit, "%" PRId64 " + %s", first, times(emit, "layer", step))
                     : times(emit, "layer", step);
    int column = 0;
    for (; column < run->statements.count; column++) { /* several calls work on the same place */
        bool same = true;
        for (int i = 0; i < run->first->repeats && same; i++)
            same = number_at(run, i, statement, number) ==
                   number_at(run, i, run->statements.at[column], run->numbers.at[column]);
        if (same) break;
    }
    if (column == run->statements.count) {
        list_push(emit->arena, &run->statements, statement);
        list_push(emit->arena, &run->numbers, number);
    }
    return formatted(emit, "at[layer][%d]", column);
}

static const char *layer_at(const Run *run, int repeat) {
    for (int i = 0; i < run->first->period; i++) {
        const char *const layer = run->first[repeat * run->first->period + i].layer;
        if (layer) return layer;
    }
    return NULL;
}

static const char *table_text(Emit *emit, const Run *run) {
    Text text = {.arena = emit->arena};
    int64_t largest = 0;
    if (!run->statements.count) return "";
    for (int i = 0; i < run->first->repeats; i++) {
        text_puts(&text, "    {");
        for (int j = 0; j < run->statements.count; j++) {
            const int64_t number = number_at(run, i, run->statements.at[j], run->numbers.at[j]);
            if (number > largest) largest = number;
            text_printf(&text, "%s%" PRId64, j ? ", " : "", number);
        }
        const char *const layer = layer_at(run, i);
        text_printf(&text, layer ? "}, /* %s */\n" : "},\n", layer ? c_name(emit->arena, layer) : "");
    }
    return formatted(emit, "static const %s at[%d][%d] = { /* in the arena */\n%s};\n",
                     largest > UINT32_MAX ? "uint64_t" : "uint32_t", run->first->repeats, run->statements.count,
                     text_chars(&text));
}

static const char *run_text(Emit *emit, const Statement *first) {
    Run run = {.first = first};
    Text body = {.arena = emit->arena};
    for (int i = 0; i < first->period; i++) {
        int number = 0;
        for (const char *at = first[i].pattern; *at; at++)
            if (*at == *PATTERN_NUMBER) text_puts(&body, expression_of(emit, &run, i, number++));
            else text_append(&body, at, 1);
    }
    const char *const begin = layer_at(&run, 0), *const end = layer_at(&run, first->repeats - 1);
    const char *const layers = begin && end ? formatted(emit, "/* %s to %s, whose weights lie side by side: */\n",
                                                        c_name(emit->arena, begin), c_name(emit->arena, end))
                                            : "";
    return formatted(emit, "%sfor (size_t layer = 0; layer < %d; layer++) {\n%s}\n", layers, first->repeats,
                     indented(emit, formatted(emit, "%s%s", table_text(emit, &run), text_chars(&body))));
}

/* Each line within 120 columns, four of which are the indentation of a function's body. */
static const char *wrap_lines(Emit *emit, const char *text) {
    Text out = {.arena = emit->arena};
    for (const char *line = text; *line;) {
        const size_t length = strcspn(line, "\n"), indent = strspn(line, " ");
        const char *const whole = arena_strndup(emit->arena, line, length);
        text_printf(&out, "%s\n", length > 116 ? wrap_from(emit, whole, 116, indent + 4) : whole);
        line += length + (line[length] == '\n');
    }
    return text_chars(&out);
}

const char *statements_text(Emit *emit, const Statements *all) {
    Text out = {.arena = emit->arena};
    for (int i = 0; i < all->count; i++) {
        const Statement *const statement = &all->at[i];
        text_puts(&out, statement->period ? run_text(emit, statement) : statement->named);
        if (statement->period) i += statement->period * statement->repeats - 1;
    }
    return wrap_lines(emit, text_chars(&out));
}
