/* SPDX-License-Identifier: MIT-0 */
/* data_idx.c - IDX, the format of the MNIST family: 0 0 type rank, big-endian sizes, big-endian elements. */
#include "data/data.h"
#include "host/host.h"

static int nnc_idx_dtype(unsigned char code, nnc_dtype *dtype) {
    switch (code) {
    case 0x08: *dtype = NNC_U8; return 0;
    case 0x09: *dtype = NNC_I8; return 0;
    case 0x0b: *dtype = NNC_I16; return 0;
    case 0x0c: *dtype = NNC_I32; return 0;
    case 0x0d: *dtype = NNC_F32; return 0;
    case 0x0e: *dtype = NNC_F64; return 0;
    default: return -1;
    }
}

NNC_API int nnc_read_idx(nnc_reader *reader, nnc_array *array) {
    nnc_host *host = reader->host;
    unsigned char magic[4];
    size_t count;
    if (nnc_reader_read(reader, magic, sizeof magic) != 0) {
        return -1;
    }
    if (magic[0] != 0 || magic[1] != 0 || nnc_idx_dtype(magic[2], &array->dtype) != 0) {
        return nnc_fail_at(host, reader->path, 0, 0,
                           "is not an IDX file: its first bytes are %02x %02x %02x %02x, expected 00 00, a type "
                           "(08, 09, 0b-0e) and a rank",
                           magic[0], magic[1], magic[2], magic[3]);
    }
    if (magic[3] < 1 || magic[3] > NNC_MAX_RANK) {
        return nnc_fail_at(host, reader->path, 0, 0, "has %d dimensions; 1 to %d can be read", magic[3], NNC_MAX_RANK);
    }
    array->rank = magic[3];
    for (int i = 0; i < array->rank; i++) {
        unsigned char size[4];
        if (nnc_reader_read(reader, size, sizeof size) != 0) {
            return -1;
        }
        array->shape[i] = (int64_t)size[0] << 24 | (int64_t)size[1] << 16 | (int64_t)size[2] << 8 | (int64_t)size[3];
    }
    if (nnc_shape_count(array->shape, array->rank, &count) != 0) {
        return nnc_fail_at(host, reader->path, 0, 0, "claims the impossible shape %s",
                           nnc_show_shape(array->shape, array->rank).text);
    }
    size_t size = nnc_dtype_of(array->dtype).size;
    array->is_swapped = nnc_is_swapped(size, 1);
    return nnc_reader_store(reader, count * size, &array->data) != 0 ? -1 : nnc_reader_expect_end(reader);
}
