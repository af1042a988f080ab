/* SPDX-License-Identifier: MIT-0 */
/* usage: damage FILE: reads a checkpoint with each of its bits flipped, and cut off at each of its bytes. */
#include "tensors/tensors.h"

#include <stdlib.h>
#include <string.h>

static void put(const char *path, const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

static int is_accepted(const char *path) {
    nnc_host host;
    nnc_tensors tensors;
    memset(&host, 0, sizeof host);
    host.program = "damage";
    int status = nnc_tensors_read_checked(&host, path, &tensors);
    if (status == 0) {
        nnc_tensors_free(&tensors);
    }
    return status == 0;
}

int main(int argc, char **argv) {
    static unsigned char bytes[1 << 20];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    size_t size = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0, flips = 0, cuts = 0;
    if (size == 0 || fclose(file) != 0 || !is_accepted(argv[1])) {
        printf("the file itself is not accepted\n");
        return 1;
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        put("damaged", bytes, size);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        flips += (size_t)is_accepted("damaged");
    }
    for (size_t cut = 0; cut < size; cut++) {
        put("damaged", bytes, cut);
        cuts += (size_t)is_accepted("damaged");
    }
    printf("%zu flipped bits and %zu lengths accepted\n", flips, cuts);
    return 0;
}
