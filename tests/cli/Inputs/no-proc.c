/* Preloaded: a system that does not tell a program where it lies, as a chroot without /proc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

ssize_t readlink(const char *path, char *text, size_t size) {
    ssize_t (*real)(const char *, char *, size_t);
    *(void **)&real = dlsym(RTLD_NEXT, "readlink");
    if (strcmp(path, "/proc/self/exe") != 0) return real(path, text, size);
    errno = ENOENT;
    return -1;
}
