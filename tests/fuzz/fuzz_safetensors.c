/* SPDX-License-Identifier: MIT-0 */
/* libFuzzer harness: any bytes as a file of tensors; what is accepted must lie within it, sorted. */
#include "tensors/tensors.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nnc_host host;
    nnc_tensors tensors;
    unsigned char *copy = malloc(size > 0 ? size : 1); /* of the very size; the tensors own it */
    memset(&host, 0, sizeof host);
    memcpy(copy, data, size);
    int status = nnc_tensors_parse(&host, "file", copy, size, &tensors);
    if ((status == 0) != (host.text[0] == '\0')) {
        abort();
    }
    for (size_t i = 0; status == 0 && i < tensors.count; i++) {
        const nnc_entry *entry = &tensors.entries[i];
        const unsigned char *from = entry->data;
        size_t bytes = entry->count * nnc_dtype_of(entry->dtype).size;
        if (from < copy || bytes > size || from > copy + size - bytes ||
            nnc_tensors_find(&tensors, entry->name) != entry ||
            (i > 0 && strcmp(tensors.entries[i - 1].name, entry->name) >= 0)) {
            abort();
        }
    }
    nnc_tensors_free(&tensors);
    return 0;
}
