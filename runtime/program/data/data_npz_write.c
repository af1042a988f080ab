/* SPDX-License-Identifier: MIT-0 */
/* data_npz_write.c - an .npz archive, stored, with 64-bit sizes as NumPy writes them. */
#include "data/data.h"
#include "host/host.h"

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

/* What local and central headers have in common, from the version to the size of the extra field. */
static void nnc_put_member(nnc_writer *writer, const char *name, uint32_t crc) {
    nnc_put_number(writer, NNC_ZIP_VERSION, 2);
    nnc_put_number(writer, NNC_ZIP_SIZES_FOLLOW, 2);
    nnc_put_number(writer, 0, 2);    /* stored */
    nnc_put_number(writer, 0, 2);    /* midnight */
    nnc_put_number(writer, 0x21, 2); /* of 1980-01-01: the same output every day */
    nnc_put_number(writer, crc, 4);
    nnc_put_number(writer, 0xffffffff, 4); /* packed and unpacked size are in the extra field */
    nnc_put_number(writer, 0xffffffff, 4);
    nnc_put_number(writer, strlen(name), 2);
    nnc_put_number(writer, 20, 2);
}

static void nnc_put_extra(nnc_writer *writer, uint64_t size) {
    nnc_put_number(writer, 1, 2); /* its kind, and the bytes that follow */
    nnc_put_number(writer, 16, 2);
    nnc_put_number(writer, size, 8);
    nnc_put_number(writer, size, 8);
}

static void nnc_put_local(nnc_writer *writer, const char *name) {
    nnc_put_number(writer, 0x04034b50, 4);
    nnc_put_member(writer, name, 0);
    nnc_writer_write(writer, name, strlen(name));
    nnc_put_extra(writer, 0);
}

static void nnc_put_central(nnc_writer *writer, const nnc_npz_array *array) {
    nnc_put_number(writer, 0x02014b50, 4);
    nnc_put_number(writer, NNC_ZIP_VERSION, 2); /* made by */
    nnc_put_member(writer, array->name, array->crc);
    nnc_put_number(writer, 0, 2); /* no comment, disk 0, no attributes */
    nnc_put_number(writer, 0, 2);
    nnc_put_number(writer, 0, 2);
    nnc_put_number(writer, 0, 4);
    nnc_put_number(writer, array->local, 4); /* where the local header is */
    nnc_writer_write(writer, array->name, strlen(array->name));
    nnc_put_extra(writer, array->size);
}

/* The 64-bit end, its locator, and the old end, which refers to them. */
static void nnc_put_end(nnc_writer *writer, uint64_t members, uint64_t directory, uint64_t end) {
    nnc_put_number(writer, 0x06064b50, 4);
    nnc_put_number(writer, 44, 8); /* bytes that follow */
    nnc_put_number(writer, NNC_ZIP_VERSION, 2);
    nnc_put_number(writer, NNC_ZIP_VERSION, 2);
    nnc_put_number(writer, 0, 4); /* this disk, and that of the directory */
    nnc_put_number(writer, 0, 4);
    nnc_put_number(writer, members, 8); /* on this disk, and in all */
    nnc_put_number(writer, members, 8);
    nnc_put_number(writer, end - directory, 8);
    nnc_put_number(writer, directory, 8);
    nnc_put_number(writer, 0x07064b50, 4);
    nnc_put_number(writer, 0, 4);
    nnc_put_number(writer, end, 8);
    nnc_put_number(writer, 1, 4); /* disks */
    nnc_put_number(writer, 0x06054b50, 4);
    nnc_put_number(writer, 0, 4);
    nnc_put_number(writer, members, 2);
    nnc_put_number(writer, members, 2);
    nnc_put_number(writer, 0xffffffff, 4);
    nnc_put_number(writer, 0xffffffff, 4);
    nnc_put_number(writer, 0, 2); /* no comment */
}

NNC_API void nnc_write_npz_begin(nnc_writer *writer, nnc_npz_writer *npz, const char *name) {
    nnc_npz_array *array = &npz->arrays[npz->count];
    array->local = writer->size;
    if (array->local >= UINT32_MAX) {
        nnc_fail_at(writer->host, writer->path, 0, 0,
                    "the first array is too large for another behind it: 4 GB at most");
    }
    snprintf(array->name, sizeof array->name, "%s.npy", name);
    nnc_put_local(writer, array->name);
    array->begin = writer->size;
    writer->crc = 0;
}

NNC_API void nnc_write_npz_next(nnc_writer *writer, nnc_npz_writer *npz) {
    nnc_npz_array *array = &npz->arrays[npz->count++];
    array->size = writer->size - array->begin;
    array->crc = writer->crc;
    nnc_put_number(writer, 0x08074b50, 4); /* what was not known before */
    nnc_put_number(writer, array->crc, 4);
    nnc_put_number(writer, array->size, 8);
    nnc_put_number(writer, array->size, 8);
}

NNC_API void nnc_write_npz_end(nnc_writer *writer, const nnc_npz_writer *npz) {
    uint64_t directory = writer->size;
    for (int i = 0; i < npz->count; i++) {
        nnc_put_central(writer, &npz->arrays[i]);
    }
    nnc_put_end(writer, (uint64_t)npz->count, directory, writer->size);
}
