/* SPDX-License-Identifier: MIT-0 */
/* Calls in their order, each as it stands alone and as one of many that differ in numbers only. */
#ifndef NNC_FILE_STATEMENTS_H
#define NNC_FILE_STATEMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/names.h"
#include "emit/emit.h"

typedef struct Statement {
    int key;             /* the same number of those that differ in numbers only: statements_add() */
    const char *named;   /* with the names of what it works on; NULL in a run */
    const char *pattern; /* with places in memory instead, each number in it as '\1'; of those that begin a run */
    LIST(int64_t) numbers;
    const char *layer;   /* whose it is, for comments; NULL: nobody's */
    int left_open;       /* brackets, behind it */
    int period, repeats; /* the first of a run: so many statements, so many times */
    bool in_run;
} Statement;

typedef struct Statements {
    Statement *at;
    int count, capacity;
    Names keys;
} Statements;

/** The place of a number in a pattern. */
#define PATTERN_NUMBER "\1"

/** One statement more, with a key: all that its pattern follows from, or the pattern itself. */
void statements_add(Emit *emit, Statements *all, Statement statement, const char *key);
/** Appends a number to a pattern. */
void statement_number(Emit *emit, Statement *statement, Text *pattern, int64_t number);
/** Finds statements that stand in loops over equal layers; the others stand alone. */
void statements_find_runs(Emit *emit, Statements *all);
/** --check-plan: statements of one key are printed alike. Requires the patterns of all in runs. */
void statements_check_runs(const Statements *all);
const char *statements_text(Emit *emit, const Statements *all);

#endif
