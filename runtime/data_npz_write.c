/* SPDX-License-Identifier: MIT-0 */
/* data_npz_write.c - an .npz archive of one array, stored, with 64-bit sizes as NumPy writes them. */
#include "nnc_host.h"

#include <string.h>

/* APPNOTE.TXT 4.3: a flag says that sizes and checksum follow the data, for they are not known before. */
enum { NNC_ZIP_VERSION = 45, NNC_ZIP_SIZES_FOLLOW = 8 };

static void nnc_put_number(nnc_writer *writer, uint64_t value, int size) {
    unsigned char bytes[8];
    for (int i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(value >> 8 * i & 255);
    }
    nnc_writer_write(writer, bytes, (size_t)size);
}

static void nnc_put_numbers(nnc_writer *writer, const uint32_t *values, const int *sizes, int count) {
    for (int i = 0; i < count; i++) {
        nnc_put_number(writer, values[i], sizes[i]);
    }
}

/* Signature to the start of the data. */
static void nnc_put_local(nnc_writer *writer, const char *name) {
    static const int sizes[11] = {4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2};
    uint32_t name_size = (uint32_t)strlen(name);
    /* signature, version, flags, method, time, date (1980-01-01), checksum, packed, unpacked, name, extra */
    const uint32_t values[11] = {0x04034b50, NNC_ZIP_VERSION, NNC_ZIP_SIZES_FOLLOW, 0, 0, 0x21, 0, 0xffffffff, 0xffffffff,
                                 name_size, 20};
    nnc_put_numbers(writer, values, sizes, 11);
    nnc_writer_write(writer, name, name_size);
    nnc_put_number(writer, 1, 2); /* the 64-bit sizes: their kind, their size */
    nnc_put_number(writer, 16, 2);
    nnc_put_number(writer, 0, 8);
    nnc_put_number(writer, 0, 8);
}

static void nnc_put_central(nnc_writer *writer, const char *name, uint32_t crc, uint64_t size) {
    static const int sizes[17] = {4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4};
    uint32_t name_size = (uint32_t)strlen(name);
    /* as above, with the maker's version before and comment, disk, attributes, place of the local header after */
    const uint32_t values[17] = {0x02014b50, NNC_ZIP_VERSION, NNC_ZIP_VERSION, NNC_ZIP_SIZES_FOLLOW, 0, 0, 0x21, crc,
                                 0xffffffff, 0xffffffff, name_size, 20, 0, 0, 0, 0, 0};
    nnc_put_numbers(writer, values, sizes, 17);
    nnc_writer_write(writer, name, name_size);
    nnc_put_number(writer, 1, 2);
    nnc_put_number(writer, 16, 2);
    nnc_put_number(writer, size, 8);
    nnc_put_number(writer, size, 8);
}

/* The 64-bit end, its locator, and the old end, which refers to them. */
static void nnc_put_end(nnc_writer *writer, uint64_t directory, uint64_t end) {
    static const int sizes[8] = {4, 2, 2, 2, 2, 4, 4, 2};
    static const uint32_t values[8] = {0x06054b50, 0, 0, 1, 1, 0xffffffff, 0xffffffff, 0};
    nnc_put_number(writer, 0x06064b50, 4);
    nnc_put_number(writer, 44, 8); /* bytes that follow */
    nnc_put_number(writer, NNC_ZIP_VERSION, 2);
    nnc_put_number(writer, NNC_ZIP_VERSION, 2);
    nnc_put_number(writer, 0, 4);
    nnc_put_number(writer, 0, 4);
    nnc_put_number(writer, 1, 8); /* members on this disk, and in all */
    nnc_put_number(writer, 1, 8);
    nnc_put_number(writer, end - directory, 8);
    nnc_put_number(writer, directory, 8);
    nnc_put_number(writer, 0x07064b50, 4);
    nnc_put_number(writer, 0, 4);
    nnc_put_number(writer, end, 8);
    nnc_put_number(writer, 1, 4);
    nnc_put_numbers(writer, values, sizes, 8);
}

NNC_API void nnc_write_npz_begin(nnc_writer *writer, nnc_npz_writer *npz, const char *name) {
    snprintf(npz->name, sizeof npz->name, "%s.npy", name);
    nnc_put_local(writer, npz->name);
    npz->begin = writer->size;
    writer->crc = 0;
}

NNC_API void nnc_write_npz_end(nnc_writer *writer, const nnc_npz_writer *npz) {
    uint64_t size = writer->size - npz->begin;
    uint32_t crc = writer->crc;
    nnc_put_number(writer, 0x08074b50, 4); /* what was not known before */
    nnc_put_number(writer, crc, 4);
    nnc_put_number(writer, size, 8);
    nnc_put_number(writer, size, 8);
    uint64_t directory = writer->size;
    nnc_put_central(writer, npz->name, crc, size);
    nnc_put_end(writer, directory, writer->size);
}
