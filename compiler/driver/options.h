/* SPDX-License-Identifier: MIT-0 */
/* Reading the command line. */
#ifndef NNC_DRIVER_OPTIONS_H
#define NNC_DRIVER_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/options.h"

/** Parses the command line. 0: go on; else the exit status + 1, after a message. */
int options_parse(Options *options, Arena *arena, int argc, char **argv);
/** Whether a model is given, and every option has an effect: as options_parse(). */
int options_check(const Options *options);
/** --help. */
void options_help(FILE *out);

/** What completion wants to know of an option. */
typedef struct OptionHelp {
    const char *name, *value, *help; /* value NULL: it takes none; "": perhaps; help may be NULL */
    bool taken;                      /* by the command */
} OptionHelp;
/** Of the row number `at` of the table; false behind the last. */
bool option_help(int at, CommandWord command, OptionHelp *help);
/** The command that a word is, and the word number `at` of those, NULL behind the last. */
CommandWord command_of(const char *word);
const char *command_at(int at);

#endif
