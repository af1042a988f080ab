/* SPDX-License-Identifier: MIT-0 */
/* Errors and warnings: collected, sorted by place, printed with the source line, a caret and a suggestion. */
#ifndef NNC_DIAG_H
#define NNC_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "source.h"

typedef enum DiagId {
#define DIAG(id, severity, format, explanation) D_##id,
#include "diags.def"
#undef DIAG
    DIAG_COUNT
} DiagId;

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING } Severity;
typedef enum DiagFormat { DIAG_TEXT, DIAG_JSON } DiagFormat;

typedef struct Diags Diags;

Diags *diags_new(Arena *arena, const Source *source);

/** Reports `id` at `span`; the arguments fill the format of diags.def. Compilation goes on: the caller recovers. */
void diag(Diags *diags, DiagId id, Span span, ...);
/** Adds to the diagnostic just reported: a note that points at a cause, or a replacement for its span. */
void diag_note(Diags *diags, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_suggest(Diags *diags, const char *replacement);

int diags_errors(const Diags *diags);
/** Switches for -Wno-ID, -WID, -Werror, -Werror=ID ("no-ID", "error", …). False when there is no such warning. */
bool diags_option(Diags *diags, const char *text);
/** Prints all, sorted by position and without exact repeats, the first `limit` errors only. */
void diags_print(const Diags *diags, FILE *out, DiagFormat format, bool color, int limit);
/** Prints what --explain ID says; false when there is no such ID. */
bool diags_explain(const char *id, FILE *out);

/** The nearest of `names` (count of them) to `word` by Damerau-Levenshtein distance, at most max(1, length/3) away;
 *  NULL when none is near or two are equally near. */
const char *nearest_name(const char *word, const char *const *names, int count);

#endif
