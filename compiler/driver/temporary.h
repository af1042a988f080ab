/* SPDX-License-Identifier: MIT-0 */
/* What must not be left behind, however nnc ends: by an error, out of memory, by a signal. */
#ifndef NNC_DRIVER_TEMPORARY_H
#define NNC_DRIVER_TEMPORARY_H

#include <sys/types.h>

#include "base/arena.h"

/** From now on this file, or empty folder, is removed when nnc ends. */
void temporary_add(const char *path);
/** It has become a result, or is to be looked at. */
void temporary_keep(const char *path);
/** Removes it now. */
void temporary_remove(const char *path);
/** A new folder that is removed so; NULL after a message. */
const char *temporary_folder(Arena *arena);
/** As fork(); from now on until wait_for() signals are handed on to the child instead of ending nnc. */
pid_t fork_child(void);
/** Waits for the child of fork_child() to end. Its status is that of waitpid(). */
int wait_for(pid_t child);
/** The exit status of a child, as a shell tells it. */
int exit_status(int status);
/** The signal that was handed on, or 0. */
int signal_handed_on(void);

#endif
