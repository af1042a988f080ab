/* SPDX-License-Identifier: MIT-0 */
/* nnc fmt. */
#ifndef NNC_FORMAT_COMMAND_H
#define NNC_FORMAT_COMMAND_H

#include "base/arena.h"
#include "base/options.h"

/** Lays out the files of the command line where they are, or names those that it would change. The exit status: 1 after
 *  an error in a model or where --check names one, 2 where a file cannot be read or written. */
int format_command(const Options *options, Arena *arena);

#endif
