/* SPDX-License-Identifier: MIT-0 */
/* faults.c - with LD_PRELOAD: the n-th call of a function fails, or is where the program is killed.
 *
 * FAULT=rename:3:kill      killed instead of the third rename
 * FAULT=rename:3:killed    killed right after it
 * FAULT=rename:3:term      SIGTERM right after it
 * FAULT=fwrite:5:28        the fifth fwrite writes half and fails with errno 28, as the calls do that write nothing
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASS, KILL, KILLED, TERM, FAIL };

/* What happens to this call of `name`; *error for FAIL. */
static int fate(const char *name, int *calls, int *error) {
    const char *fault = getenv("FAULT"), *colon = fault != NULL ? strchr(fault, ':') : NULL;
    size_t size = strlen(name);
    char *action;
    if (colon == NULL || (size_t)(colon - fault) != size || strncmp(fault, name, size) != 0 ||
        strtol(colon + 1, &action, 10) != ++*calls) {
        return PASS;
    }
    action++;
    *error = atoi(action);
    return strcmp(action, "kill") == 0     ? KILL
           : strcmp(action, "killed") == 0 ? KILLED
           : strcmp(action, "term") == 0   ? TERM
                                           : FAIL;
}

/* Calls the real function unless the call is to fail or the program to die. */
#define INTERPOSE(type, name, parameters, arguments, failure)                  \
    type name parameters {                                                     \
        static type(*real) parameters;                                         \
        static int calls;                                                      \
        int error = 0, now = fate(#name, &calls, &error);                      \
        if (real == NULL) {                                                    \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                         \
        }                                                                      \
        if (now == KILL) {                                                     \
            raise(SIGKILL);                                                    \
        }                                                                      \
        if (now == FAIL) {                                                     \
            type failed = failure;                                             \
            errno = error;                                                     \
            return failed;                                                     \
        }                                                                      \
        type result = real arguments;                                          \
        if (now != PASS) {                                                     \
            raise(now == TERM ? SIGTERM : SIGKILL);                            \
        }                                                                      \
        return result;                                                         \
    }

INTERPOSE(int, rename, (const char *from, const char *to), (from, to), -1)
INTERPOSE(int, fsync, (int file), (file), -1)
INTERPOSE(int, fflush, (FILE *file), (file), EOF)
INTERPOSE(int, fclose, (FILE *file), (file), (real(file), EOF))
INTERPOSE(int, open, (const char *name, int flags, unsigned mode), (name, flags, mode), -1)
INTERPOSE(int, ftruncate, (int file, long size), (file, size), -1)
INTERPOSE(int, fchmod, (int file, unsigned mode), (file, mode), -1)
INTERPOSE(FILE *, fdopen, (int file, const char *mode), (file, mode), NULL)
INTERPOSE(size_t, fwrite, (const void *from, size_t size, size_t count, FILE *file), (from, size, count, file),
          real(from, size, count / 2, file))
