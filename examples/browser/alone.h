/* SPDX-License-Identifier: MIT-0 */
/* What POSIX declares and WebAssembly's library lacks; included before every file of the compiler (Makefile). */
#ifndef ALONE_H
#define ALONE_H

#include <sys/types.h>

/** Always 0: files have no owners here. */
int fchmod(int file, mode_t mode);
/** Always 0: what is read lies in memory. */
int madvise(void *memory, size_t size, int advice);

#endif
