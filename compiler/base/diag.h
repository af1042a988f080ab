/* SPDX-License-Identifier: MIT-0 */
/* Errors and warnings: collected, sorted by place, printed with the source line, a caret and a suggestion. */
#ifndef NNC_BASE_DIAG_H
#define NNC_BASE_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/source.h"

typedef enum DiagId {
#define DIAG(id, severity, format, explanation) D_##id,
#include "base/diags.def"
#undef DIAG
    DIAG_COUNT
} DiagId;

#define DIAG(id, severity, format, explanation) static const char format_of_D_##id[] __attribute__((unused)) = format;
#include "base/diags.def"
#undef DIAG

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING } Severity;
typedef enum DiagFormat { DIAG_TEXT, DIAG_JSON } DiagFormat;

typedef struct Diags Diags;

Diags *diags_new(Arena *arena, const Source *source);

/** diag(diags, D_…, span, …) reports the diagnostic at `span`; the arguments fill its format, which the C compiler
 *  checks. Compilation goes on: the caller recovers. */
#define diag(diags, id, ...) diag_report(diags, id, format_of_##id, __VA_ARGS__)
void diag_report(Diags *diags, DiagId id, const char *format, Span span, ...) __attribute__((format(printf, 3, 5)));
/** Adds to the diagnostic just reported: a note that points at a cause (or, with NO_SPAN, only says something). */
void diag_note(Diags *diags, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
/** Adds a replacement for the span, shown on a line of its own below the caret. NULL: nothing. */
void diag_suggest(Diags *diags, const char *replacement);
/** The same for a word that was probably meant; the message asks "did you mean '…'?" as well. NULL: nothing. */
void diag_did_you_mean(Diags *diags, const char *word);

int diags_errors(const Diags *diags);
/** There are as many errors as are ever shown: who looks for more of them can stop. */
bool diags_full(const Diags *diags);
/** The message of the first error reported, for errors in texts that are no file (-D); NULL when there is none. */
const char *diags_first_error(const Diags *diags);
/** Switches for -Wno-ID, -WID, -Werror, -Werror=ID ("no-ID", "error", …). False when there is no such warning. */
bool diags_option(Diags *diags, const char *text);
/** Prints all, sorted by position and without exact repeats, the first `limit` errors only (0: all). */
void diags_print(const Diags *diags, FILE *out, DiagFormat format, bool color, int limit);
/** Prints them to standard error as nnc does: in colour on a terminal without NO_COLOR, the first 20 errors. */
void diags_show(const Diags *diags, bool json);
/** Prints what --explain ID says; false when there is no such ID. */
bool diags_explain(const char *id, FILE *out);

#endif
