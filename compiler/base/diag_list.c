/* SPDX-License-Identifier: MIT-0 */
/* Diagnostics: collecting and sorting them. diag_print.c shows them. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/diag_list.h"
#include "base/source.h"

/* Of errors and of warnings. Beyond this only the count goes on: a hostile file must not fill the memory with
 * messages. */
enum { STORED_LIMIT = 500 };

const DiagRow diag_rows[DIAG_COUNT] = {
#define DIAG(id, severity, format, explanation) {#id, SEVERITY_##severity, explanation},
#include "base/diags.def"
#undef DIAG
};

Diags *diags_new(Arena *arena, const Source *source) {
    Diags *diags = NEW(arena, Diags);
    diags->arena = arena;
    diags->source = source;
    return diags;
}

static bool is_error(const Diags *diags, DiagId id) {
    return diag_rows[id].severity == SEVERITY_ERROR ||
           (diags->switches[id].error != SWITCH_UNSET ? diags->switches[id].error == SWITCH_ON : diags->all_errors);
}

void diag_report(Diags *diags, DiagId id, const char *format, Span span, ...) {
    diags->last = NULL;
    if (diag_rows[id].severity == SEVERITY_WARNING && diags->switches[id].off) {
        return;
    }
    bool error = is_error(diags, id);
    int *count = error ? &diags->errors : &diags->warnings;
    *count += *count < INT32_MAX;
    if (*count > STORED_LIMIT) {
        return;
    }
    va_list args;
    va_start(args, span);
    const char *message = arena_vprintf(diags->arena, format, args);
    va_end(args);
    Diag *entry = NEW(diags->arena, Diag);
    *entry = (Diag){.id = id, .span = span, .error = error, .message = message, .order = diags->list.count};
    list_push(diags->arena, &diags->list, entry);
    diags->last = entry;
}

void diag_note(Diags *diags, Span span, const char *format, ...) {
    if (diags->last == NULL) {
        return;
    }
    va_list args;
    va_start(args, format);
    DiagNote note = {span, arena_vprintf(diags->arena, format, args)};
    va_end(args);
    list_push(diags->arena, &diags->last->notes, note);
}

void diag_suggest(Diags *diags, const char *replacement) {
    if (diags->last != NULL && replacement != NULL) {
        diags->last->suggestion = replacement;
    }
}

void diag_did_you_mean(Diags *diags, const char *word) {
    if (diags->last != NULL && word != NULL) {
        const char *quote = strchr(word, '\'') == NULL ? "'" : "";
        diags->last->message =
            arena_printf(diags->arena, "%s; did you mean %s%s%s?", diags->last->message, quote, word, quote);
        diags->last->suggestion = word;
    }
}

int diags_errors(const Diags *diags) {
    return diags->errors;
}

bool diags_full(const Diags *diags) {
    return diags->errors >= STORED_LIMIT;
}

const char *diags_first_error(const Diags *diags) {
    for (int i = 0; i < diags->list.count; i++) {
        if (diags->list.at[i]->error) {
            return diags->list.at[i]->message;
        }
    }
    return NULL;
}

static bool same_id(const char *row, const char *id) {
    for (; *row != '\0'; row++, id++) {
        if ((*row == '_' ? '-' : *row) != *id) {
            return false;
        }
    }
    return *id == '\0';
}

bool diag_id_find(const char *text, DiagId *id) {
    for (int i = 0; i < DIAG_COUNT; i++) {
        if (same_id(diag_rows[i].id, text)) {
            *id = (DiagId)i;
            return true;
        }
    }
    return false;
}

bool diags_option(Diags *diags, const char *text) {
    bool on = strncmp(text, "no-", 3) != 0;
    if (!on) {
        text += 3;
    }
    if (strcmp(text, "error") == 0) {
        diags->all_errors = on;
        return true;
    }
    bool error = strncmp(text, "error=", 6) == 0;
    if (error) {
        text += 6;
    }
    DiagId id;
    if (!diag_id_find(text, &id) || diag_rows[id].severity != SEVERITY_WARNING) {
        return false;
    }
    if (error) {
        diags->switches[id].error = on ? SWITCH_ON : SWITCH_OFF;
    } else {
        diags->switches[id].off = !on;
    }
    return true;
}

static int by_place(const void *left, const void *right) {
    const Diag *a = *(Diag *const *)left, *b = *(Diag *const *)right;
    if (a->span.lo != b->span.lo) {
        return a->span.lo < b->span.lo ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool is_repeat(const Diag *a, const Diag *b) {
    return a->id == b->id && a->span.lo == b->span.lo && strcmp(a->message, b->message) == 0;
}

Diag **diags_sorted(const Diags *diags, int *count) {
    Diag **sorted = NEW_ARRAY(diags->arena, Diag *, diags->list.count);
    if (diags->list.count > 0) {
        memcpy(sorted, diags->list.at, (size_t)diags->list.count * sizeof *sorted);
        qsort(sorted, (size_t)diags->list.count, sizeof *sorted, by_place);
    }
    int kept = 0;
    for (int i = 0; i < diags->list.count; i++) {
        bool repeat = false;
        for (int j = kept - 1; j >= 0 && sorted[j]->span.lo == sorted[i]->span.lo && !repeat; j--) {
            repeat = is_repeat(sorted[j], sorted[i]);
        }
        if (!repeat) {
            sorted[kept++] = sorted[i];
        }
    }
    *count = kept;
    return sorted;
}

const char *diag_id_text(Arena *arena, DiagId id) {
    char *const text = arena_strdup(arena, diag_rows[id].id);
    for (char *at = text; *at; at++)
        if (*at == '_') *at = '-';
    return text;
}
