/* SPDX-License-Identifier: MIT-0 */
/* What diag_list.c collects, for those who show it: diag_print.c, the language server. */
#ifndef NNC_BASE_DIAG_LIST_H
#define NNC_BASE_DIAG_LIST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"

typedef struct DiagRow {
    const char *id; /* with _ */
    Severity severity;
    const char *explanation;
} DiagRow;

extern const DiagRow diag_rows[DIAG_COUNT];

typedef struct DiagNote {
    Span span;
    const char *message;
} DiagNote;

typedef struct Diag {
    DiagId id;
    Span span;
    bool error;
    const char *message;
    const char *suggestion; /* or NULL */
    LIST(DiagNote) notes;
    int order; /* of reporting */
} Diag;

typedef enum Switch { SWITCH_UNSET, SWITCH_ON, SWITCH_OFF } Switch;

struct Diags {
    Arena *arena;
    const Source *source;
    LIST(Diag *) list;
    Diag *last; /* to which notes and suggestions go; NULL: the last one was dropped */
    int errors, warnings;
    bool all_errors; /* -Werror */
    struct {
        bool off;
        Switch error; /* -Werror=ID, -Wno-error=ID */
    } switches[DIAG_COUNT];
};

/** By place, then by order of reporting, without repeats. */
Diag **diags_sorted(const Diags *diags, int *count);
/** As people write it, "unknown-name". */
const char *diag_id_text(Arena *arena, DiagId id);
bool diag_id_find(const char *text, DiagId *id);

#endif
