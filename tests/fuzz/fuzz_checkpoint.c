/* SPDX-License-Identifier: MIT-0 */
/* libFuzzer harness: any bytes, given the checksum that they need, as the checkpoint that a program resumes from. What
 * it accepts, it trains on with to the end; of nothing it makes a checkpoint, and puts that, without its checksum, into
 * the file $SEED. `program_main` is the main() of Inputs/checkpoint.nn, compiled. */
#include "host/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int program_main(int argc, char **argv);

static void put(const char *path, const void *bytes, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size || close(file) != 0) {
        abort();
    }
}

static char folder[] = "/dev/shm/nnc-fuzz-XXXXXX"; /* in memory: what is written there is synced at once */

static void leave(void) {
    static const char *const files[] = {"c", "c.partial", "h.csv", "x.csv", "y.csv", "w"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        unlink(files[i]);
    }
    rmdir(folder);
}

/* The data, in a folder that the program works in; once. */
static void prepare(void) {
    static int done;
    if (done++) {
        return;
    }
    if (access("/dev/shm", W_OK) != 0) {
        strcpy(folder, "/tmp/nnc-fuzz-XXXXXX");
    }
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        abort();
    }
    put("x.csv", "1,2\n3,4\n5,6\n", 12);
    put("y.csv", "1\n2\n3\n", 6);
    atexit(leave);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char *arguments[] = {"program", "fit", "--x", "x.csv", "--y", "y.csv", "--verbose", "0", "--checkpoint", "c",
                                "--save", "w", "--history", "h.csv", "--threads", "1", "--resume", NULL};
    const int count = (int)(sizeof arguments / sizeof *arguments) - 1 - (size == 0);
    prepare();
    unsigned char *file = malloc(size + 4);
    if (file == NULL) {
        abort();
    }
    if (size > 0) {
        memcpy(file, data, size);
    }
    uint32_t sum = (uint32_t)crc32(0, file, (uInt)size);
    for (int i = 0; i < 4; i++) {
        file[size + (size_t)i] = (unsigned char)(sum >> 8 * i);
    }
    put("c", file, size + 4);
    free(file);
    int status = program_main(count, arguments);
    if (status != 0 && status != 1) {
        abort();
    }
    if (size == 0 && getenv("SEED") != NULL) {
        static unsigned char bytes[1 << 16];
        FILE *made = fopen("c", "rb");
        size_t length = made != NULL ? fread(bytes, 1, sizeof bytes, made) : 0;
        if (length < 4 || fclose(made) != 0) {
            abort();
        }
        put(getenv("SEED"), bytes, length - 4);
    }
    return 0;
}
