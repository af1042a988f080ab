/* SPDX-License-Identifier: MIT-0 */
/* What must not be left behind, however nnc ends: by an error, out of memory, by a signal. */
#ifndef NNC_DRIVER_TEMPORARY_H
#define NNC_DRIVER_TEMPORARY_H

#include <sys/types.h>

/** From now on this file, or empty folder, is removed when nnc ends. */
void temporary_add(const char *path);
/** It has become a result, or is to be looked at. */
void temporary_keep(const char *path);
/** Removes it now. */
void temporary_remove(const char *path);
/** Until the next call, signals are handed on to this process instead of ending nnc; 0: to none. */
void signals_to(pid_t child);
/** The signal that was handed on, or 0. */
int signal_handed_on(void);

#endif
