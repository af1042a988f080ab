/* SPDX-License-Identifier: MIT-0 */
/* Runs a harness on the files that are named, without a fuzzer: what was found once, and seeds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        unsigned char *bytes = malloc(1 << 20);
        if (file == NULL || bytes == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(bytes, 1, 1 << 20, file);
        unsigned char *exact = realloc(bytes, size > 0 ? size : 1); /* what lies behind is none of the harness' */
        fclose(file);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    printf("%d files\n", argc - 1);
    return 0;
}
