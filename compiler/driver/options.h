/* SPDX-License-Identifier: MIT-0 */
/* Reading the command line. */
#ifndef NNC_DRIVER_OPTIONS_H
#define NNC_DRIVER_OPTIONS_H

#include <stdio.h>

#include "base/arena.h"
#include "base/options.h"

/** Parses the command line. 0: go on; else the exit status + 1, after a message. */
int options_parse(Options *options, Arena *arena, int argc, char **argv);
/** Whether a model is given, and every option has an effect: as options_parse(). */
int options_check(const Options *options);
/** --help. */
void options_help(FILE *out);

#endif
