/* SPDX-License-Identifier: MIT-0 */
/* libFuzzer harness: any bytes as a picture in a folder; the first byte says how many channels are wanted. */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/nnc-fuzz-XXXXXX", class_folder[64], path[64];

static void leave(void) {
    unlink(path);
    rmdir(class_folder);
    rmdir(folder);
}

/* The folder of one class, once. */
static void prepare(void) {
    if (path[0] != '\0') {
        return;
    }
    if (mkdtemp(folder) == NULL) {
        abort();
    }
    snprintf(class_folder, sizeof class_folder, "%s/a", folder);
    snprintf(path, sizeof path, "%s/1.png", class_folder);
    if (mkdir(class_folder, 0700) != 0) {
        abort();
    }
    atexit(leave);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int channels[] = {0, 1, 3, 4};
    nnc_host host;
    nnc_array array;
    nnc_labels labels;
    if (size == 0) {
        return 0;
    }
    prepare();
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data + 1, 1, size - 1, file) != size - 1 || fclose(file) != 0) {
        abort();
    }
    memset(&host, 0, sizeof host);
    memset(&array, 0, sizeof array);
    memset(&labels, 0, sizeof labels);
    int status = nnc_read_images(&host, folder, channels[data[0] % 4], &labels, &array);
    if ((status == 0) != (host.text[0] == '\0')) {
        abort();
    }
    nnc_array_free(&array);
    nnc_labels_free(&labels);
    return 0;
}
