/* SPDX-License-Identifier: MIT-0 */
/* Calls in their order, each as it stands alone and as one of many that differ in numbers only. */
#ifndef NNC_FILE_STATEMENTS_H
#define NNC_FILE_STATEMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "emit/emit.h"

typedef struct Statement {
    const char *named;   /* with the names of what it works on */
    const char *pattern; /* with places in memory instead, each number in it as '\1' */
    LIST(int64_t) numbers;
    const char *layer;   /* whose it is, for comments; NULL: nobody's */
    int period, repeats; /* the first of a run: so many statements, so many times */
    bool in_run;
} Statement;

typedef LIST(Statement) Statements;

/** Appends a number to a pattern. */
void statement_number(Emit *emit, Statement *statement, Text *pattern, int64_t number);
/** Finds statements that stand in loops over equal layers; the others stand alone. */
void statements_find_runs(Emit *emit, Statements *all);
const char *statements_text(Emit *emit, const Statements *all);

#endif
