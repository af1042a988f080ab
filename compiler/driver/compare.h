/* SPDX-License-Identifier: MIT-0 */
/* nnc report: several runs beside each other. */
#ifndef NNC_DRIVER_COMPARE_H
#define NNC_DRIVER_COMPARE_H

#include "base/arena.h"
#include "base/options.h"

/** Reads the histories that the command line names (.csv of fit --history) and writes a page about them. Returns the
 *  exit status. */
int compare_command(const Options *options, Arena *arena);

#endif
