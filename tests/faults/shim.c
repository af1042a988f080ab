/* SPDX-License-Identifier: MIT-0 */
/* shim.c - with LD_PRELOAD: a call of the C library fails, once.
 *
 * FAULT=rename:3:28   the third rename fails with errno 28; FAULT_FIRED names a file that is made when it does
 *
 * FAULT_IN names the program whose calls count, where it starts others. Only what the program and libraries other than
 * the C library itself call is seen; allocations are seen everywhere. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#define open open_as_declared /* with an ellipsis, which cannot be handed on */
#include <fcntl.h>
#undef open
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether this call of `name` fails; errno is set then. */
static int fails(const char *name, int *calls) {
    const char *fault = getenv("FAULT"), *fired = getenv("FAULT_FIRED");
    const size_t size = strlen(name);
    char *end;
    if (getenv("FAULT_IN") && strcmp(getenv("FAULT_IN"), program_invocation_short_name) != 0) return 0;
    if (!fault || strncmp(fault, name, size) != 0 || fault[size] != ':') return 0;
    if (strtol(fault + size + 1, &end, 10) != __atomic_add_fetch(calls, 1, __ATOMIC_RELAXED)) return 0;
    if (fired) syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, fired, O_CREAT | O_WRONLY, 0600));
    errno = atoi(end + 1);
    return 1;
}

/* Calls the real function unless it is to fail: then what stands last is its value. */
#define INTERPOSE(type, name, parameters, arguments, failure)                                                          \
    type name parameters {                                                                                             \
        static type(*real) parameters;                                                                                 \
        static int calls;                                                                                              \
        const int now = fails(#name, &calls), error = errno;                                                           \
        if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name);                                                          \
        if (!now) return real arguments;                                                                               \
        type failed = failure;                                                                                         \
        errno = error;                                                                                                 \
        return failed;                                                                                                 \
    }

INTERPOSE(void *, malloc, (size_t size), (size), NULL)
INTERPOSE(void *, calloc, (size_t count, size_t size), (count, size), NULL)
INTERPOSE(void *, realloc, (void *block, size_t size), (block, size), NULL)
INTERPOSE(int, posix_memalign, (void **block, size_t align, size_t size), (block, align, size), ENOMEM)
INTERPOSE(int, open, (const char *path, int flags, unsigned mode), (path, flags, mode), -1)
INTERPOSE(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
INTERPOSE(FILE *, fdopen, (int file, const char *mode), (file, mode), NULL)
INTERPOSE(ssize_t, read, (int file, void *to, size_t size), (file, to, size), -1)
INTERPOSE(ssize_t, write, (int file, const void *from, size_t size), (file, from, size), -1)
INTERPOSE(size_t, fwrite, (const void *from, size_t size, size_t count, FILE *file), (from, size, count, file),
          real(from, size, count / 2, file))
INTERPOSE(int, fflush, (FILE *file), (file), EOF)
INTERPOSE(int, fclose, (FILE *file), (file), (real(file), EOF))
INTERPOSE(int, close, (int file), (file), (real(file), -1))
INTERPOSE(int, fsync, (int file), (file), -1)
INTERPOSE(int, rename, (const char *from, const char *to), (from, to), -1)
INTERPOSE(int, ftruncate, (int file, off_t size), (file, size), -1)
INTERPOSE(int, fchmod, (int file, unsigned mode), (file, mode), -1)
INTERPOSE(int, mkdir, (const char *path, unsigned mode), (path, mode), -1)
INTERPOSE(char *, mkdtemp, (char *path), (path), NULL)
INTERPOSE(DIR *, opendir, (const char *path), (path), NULL)
INTERPOSE(void *, mmap, (void *at, size_t size, int may, int flags, int file, off_t from),
          (at, size, may, flags, file, from), MAP_FAILED)
INTERPOSE(pid_t, fork, (void), (), -1)
INTERPOSE(int, pthread_create, (pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *with),
          (thread, how, run, with), error)
