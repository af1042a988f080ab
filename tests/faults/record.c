/* SPDX-License-Identifier: MIT-0 */
/* record.c - with LD_PRELOAD: writes down, in the file $RECORD, what a program does to files, for power.py: lines of
 * what happened, the descriptor, and a path or bytes in hexadecimal. */
#define _GNU_SOURCE
#include <dlfcn.h>
#define open open_as_declared /* with an ellipsis, which cannot be handed on */
#include <fcntl.h>
#undef open
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int record_file(void) {
    static int file = -1;
    static int (*real_open)(const char *, int, unsigned);
    if (file < 0 && getenv("RECORD")) {
        *(void **)&real_open = dlsym(RTLD_NEXT, "open");
        file = real_open(getenv("RECORD"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    return file;
}

static void record(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vdprintf(record_file(), format, args);
    va_end(args);
}

#define REAL(type, name, ...) type (*const real)(__VA_ARGS__) = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

int open(const char *path, int flags, unsigned mode) {
    REAL(int, open, const char *, int, unsigned);
    const int file = real(path, flags, mode);
    if (file >= 0) record("open %d %s\n", file, path);
    return file;
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *file) {
    REAL(size_t, fwrite, const void *, size_t, size_t, FILE *);
    if (fileno(file) > 2) {
        char *const hex = malloc(2 * size * count + 1);
        for (size_t i = 0; i < size * count; i++) sprintf(hex + 2 * i, "%02x", ((const unsigned char *)from)[i]);
        if (size * count) record("write %d %s\n", fileno(file), hex);
        free(hex);
    }
    return real(from, size, count, file);
}

int fflush(FILE *file) {
    REAL(int, fflush, FILE *);
    if (file && fileno(file) > 2) record("flush %d -\n", fileno(file));
    return real(file);
}

int fclose(FILE *file) {
    REAL(int, fclose, FILE *);
    if (fileno(file) > 2) record("close %d -\n", fileno(file));
    return real(file);
}

int fsync(int file) {
    REAL(int, fsync, int);
    record("sync %d -\n", file);
    return real(file);
}

int ftruncate(int file, off_t size) {
    REAL(int, ftruncate, int, off_t);
    record("cut %d %lld\n", file, (long long)size);
    return real(file, size);
}

int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    record("rename 0 %s %s\n", from, to);
    return real(from, to);
}

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    record("unlink 0 %s\n", path);
    return real(path);
}
