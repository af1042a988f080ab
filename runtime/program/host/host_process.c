/* SPDX-License-Identifier: MIT-0 */
/* host_process.c - what a process settles before it opens its first file. */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A file that is opened while 0, 1 or 2 is closed gets that number, and what is meant for standard output goes into it.
 * The closed ones are opened the wrong way round, so that using them is the error that it would have been. */
static void nnc_fill_standard_files(void) {
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
        if (fcntl(file, F_GETFD) >= 0 || errno != EBADF) {
            continue;
        }
        if (open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) {
            open("/", O_RDONLY); /* nobody reads or writes a folder either */
        }
    }
}

NNC_API void nnc_process_begin(void) {
    nnc_fill_standard_files();
    signal(SIGXFSZ, SIG_IGN); /* then write() says EFBIG, which is reported, and what was begun is removed */
}
