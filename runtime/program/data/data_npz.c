/* SPDX-License-Identifier: MIT-0 */
/* data_npz.c - NumPy's .npz: a zip archive of .npy members, stored or deflated, with the 64-bit extension. */
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

/* Sizes and signatures of APPNOTE.TXT, 4.3: end of central directory (EOCD), its 64-bit form, the latter's locator. */
enum { NNC_ZIP_LOCAL = 30, NNC_ZIP_CENTRAL = 46, NNC_ZIP_EOCD = 22, NNC_ZIP_EOCD64 = 56, NNC_ZIP_LOCATOR = 20 };
enum { NNC_ZIP_STORED = 0, NNC_ZIP_DEFLATED = 8 };
static const uint32_t nnc_zip_local_signature = 0x04034b50;
static const uint32_t nnc_zip_central_signature = 0x02014b50;
static const uint32_t nnc_zip_eocd_signature = 0x06054b50;
static const uint32_t nnc_zip_eocd64_signature = 0x06064b50;
static const uint32_t nnc_zip_locator_signature = 0x07064b50;

typedef struct nnc_zip {
    nnc_host *host;
    const char *path;
    nnc_store archive;
    unsigned char *tail; /* a copy of its last bytes, from `begin` on, where the directory is; from malloc */
    uint64_t begin;
    uint64_t directory, directory_size; /* of the central directory */
} nnc_zip;

typedef struct nnc_zip_member {
    const char *name; /* not terminated */
    size_t name_size;
    unsigned method;
    uint64_t packed, unpacked, header; /* sizes, and where its local header is */
    uint32_t crc;
} nnc_zip_member;

static uint64_t nnc_zip_number(const unsigned char *at, int size) {
    uint64_t value = 0;
    for (int i = size - 1; i >= 0; i--) {
        value = value << 8 | at[i];
    }
    return value;
}

/* `size` bytes at `offset` of the archive's tail, or NULL when they are not all there. */
static const unsigned char *nnc_zip_at(const nnc_zip *zip, uint64_t offset, uint64_t size) {
    const uint64_t end = zip->archive.size;
    return offset >= zip->begin && offset <= end && size <= end - offset ? zip->tail + (offset - zip->begin) : NULL;
}

/* The tail becomes all from `begin` on. */
static int nnc_zip_read_tail(nnc_zip *zip, uint64_t begin) {
    const size_t size = zip->archive.size - (size_t)begin;
    free(zip->tail);
    zip->begin = begin;
    if ((zip->tail = nnc_alloc(zip->host, size, 1)) == NULL) {
        return -1;
    }
    const void *from = nnc_store_at(&zip->archive, (size_t)begin, size, zip->tail);
    if (from != zip->tail) {
        memcpy(zip->tail, from, size);
    }
    return 0;
}

static int nnc_zip_damaged(const nnc_zip *zip, const char *what) {
    return nnc_fail_at(zip->host, zip->path, 0, 0, "is not a sound .npz archive: %s", what);
}

/* The end of the central directory is found from the end of the file, where a comment may follow. */
static const unsigned char *nnc_zip_find_end(const nnc_zip *zip) {
    const size_t size = zip->archive.size;
    for (size_t distance = NNC_ZIP_EOCD; distance <= size && distance <= NNC_ZIP_EOCD + 0xffff; distance++) {
        const unsigned char *end = nnc_zip_at(zip, size - distance, NNC_ZIP_EOCD);
        if (end != NULL && nnc_zip_number(end, 4) == nnc_zip_eocd_signature &&
            nnc_zip_number(end + 20, 2) == distance - NNC_ZIP_EOCD) {
            return end;
        }
    }
    return NULL;
}

static int nnc_zip_open(nnc_zip *zip) {
    enum { TAIL = NNC_ZIP_EOCD + 0xffff + NNC_ZIP_LOCATOR };
    const size_t size = zip->archive.size;
    if (nnc_zip_read_tail(zip, size > TAIL ? size - TAIL : 0) != 0) {
        return -1;
    }
    const unsigned char *end = nnc_zip_find_end(zip);
    if (end == NULL) {
        return nnc_zip_damaged(zip, "its end is missing, so it may be truncated");
    }
    zip->directory_size = nnc_zip_number(end + 12, 4);
    zip->directory = nnc_zip_number(end + 16, 4);
    const uint64_t at = zip->begin + (uint64_t)(end - zip->tail);
    const unsigned char *locator =
        at >= NNC_ZIP_LOCATOR ? nnc_zip_at(zip, at - NNC_ZIP_LOCATOR, NNC_ZIP_LOCATOR) : NULL;
    if (locator != NULL && nnc_zip_number(locator, 4) == nnc_zip_locator_signature) {
        const uint64_t at64 = nnc_zip_number(locator + 8, 8);
        if (at64 < zip->begin && nnc_zip_read_tail(zip, at64) != 0) {
            return -1;
        }
        const unsigned char *end64 = nnc_zip_at(zip, at64, NNC_ZIP_EOCD64);
        if (end64 == NULL || nnc_zip_number(end64, 4) != nnc_zip_eocd64_signature) {
            return nnc_zip_damaged(zip, "its 64-bit directory is missing");
        }
        zip->directory_size = nnc_zip_number(end64 + 40, 8);
        zip->directory = nnc_zip_number(end64 + 48, 8);
    }
    if (zip->directory < zip->begin && nnc_zip_read_tail(zip, zip->directory) != 0) {
        return -1;
    }
    return nnc_zip_at(zip, zip->directory, zip->directory_size) != NULL
               ? 0
               : nnc_zip_damaged(zip, "its directory is missing, so it may be truncated");
}

/* Sizes of 0xffffffff stand in the extra field of kind 1, in this order and only those. */
static int nnc_zip_extra(nnc_zip_member *member, const unsigned char *extra, size_t size) {
    while (size >= 4) {
        size_t length = (size_t)nnc_zip_number(extra + 2, 2);
        if (length > size - 4) {
            return -1;
        }
        if (nnc_zip_number(extra, 2) == 1) {
            uint64_t *const fields[] = {&member->unpacked, &member->packed, &member->header};
            const unsigned char *at = extra + 4;
            for (size_t i = 0; i < 3; i++) {
                if (*fields[i] == 0xffffffffu) {
                    if (length < 8) {
                        return -1;
                    }
                    *fields[i] = nnc_zip_number(at, 8);
                    at += 8;
                    length -= 8;
                }
            }
            return 0;
        }
        extra += 4 + length;
        size -= 4 + length;
    }
    return 0;
}

/* The member at *at of the central directory, *at moving to the next: 1, or 0 at the end. */
static int nnc_zip_next(const nnc_zip *zip, uint64_t *at, nnc_zip_member *member) {
    uint64_t left = zip->directory + zip->directory_size - *at;
    if (left == 0) {
        return 0;
    }
    const unsigned char *entry = zip->tail + (*at - zip->begin);
    if (left < NNC_ZIP_CENTRAL || nnc_zip_number(entry, 4) != nnc_zip_central_signature) {
        return nnc_zip_damaged(zip, "its directory is damaged");
    }
    size_t name_size = (size_t)nnc_zip_number(entry + 28, 2);
    size_t extra_size = (size_t)nnc_zip_number(entry + 30, 2);
    size_t size = NNC_ZIP_CENTRAL + name_size + extra_size + (size_t)nnc_zip_number(entry + 32, 2);
    if (left < size) {
        return nnc_zip_damaged(zip, "its directory is damaged");
    }
    member->name = (const char *)entry + NNC_ZIP_CENTRAL;
    member->name_size = name_size;
    member->method = (unsigned)nnc_zip_number(entry + 10, 2);
    member->crc = (uint32_t)nnc_zip_number(entry + 16, 4);
    member->packed = nnc_zip_number(entry + 20, 4);
    member->unpacked = nnc_zip_number(entry + 24, 4);
    member->header = nnc_zip_number(entry + 42, 4);
    if (nnc_zip_number(entry + 8, 2) & 1) {
        return nnc_zip_damaged(zip, "it is encrypted");
    }
    if (nnc_zip_extra(member, entry + NNC_ZIP_CENTRAL + name_size, extra_size) != 0) {
        return nnc_zip_damaged(zip, "its directory is damaged");
    }
    if (member->name_size > 4 && memcmp(member->name + member->name_size - 4, ".npy", 4) == 0) {
        member->name_size -= 4;
    }
    *at += size;
    return 1;
}

static int nnc_zip_is_called(const nnc_zip_member *member, const char *name) {
    return strlen(name) == member->name_size && memcmp(name, member->name, member->name_size) == 0;
}

/* The array wanted. The names of all are collected for messages. */
static int nnc_zip_find(const nnc_zip *zip, const char *name, const char *role, nnc_zip_member *found) {
    char names[256] = "";
    const char *wanted = name != NULL ? name : role;
    size_t used = 0, count = 0, matches = 0;
    uint64_t at = zip->directory;
    nnc_zip_member member;
    int status;
    while ((status = nnc_zip_next(zip, &at, &member)) == 1) {
        count++;
        if (nnc_zip_is_called(&member, wanted)) {
            *found = member;
            matches++;
        } else if (name == NULL && count == 1) {
            *found = member;
        }
        if (used + sizeof(nnc_quoted) + 2 < sizeof names) {
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "",
                                     nnc_quote(member.name, member.name_size).text);
        }
    }
    if (status != 0) {
        return -1;
    }
    if (count == 0) {
        return nnc_fail_at(zip->host, zip->path, 0, 0, "holds no array");
    }
    if (matches > 1) {
        return nnc_fail_at(zip->host, zip->path, 0, 0,
                           "holds %zu arrays %s: which is meant? Save it again with one of them", matches,
                           nnc_quote(wanted, strlen(wanted)).text);
    }
    if (matches == 0 && (name != NULL || count > 1)) {
        return nnc_fail_at(zip->host, zip->path, 0, 0, "holds no array %s, but %s%s",
                           nnc_quote(wanted, strlen(wanted)).text, names,
                           name != NULL ? "" : "; say which in the model file, as in npz('file.npz', array='x')");
    }
    return 0;
}

static int nnc_zip_read(const nnc_zip *zip, const nnc_zip_member *member, nnc_array *array) {
    const uint64_t all = zip->archive.size;
    unsigned char scratch[NNC_ZIP_LOCAL];
    const unsigned char *local = member->header <= all && all - member->header >= NNC_ZIP_LOCAL
                                     ? nnc_store_at(&zip->archive, (size_t)member->header, NNC_ZIP_LOCAL, scratch)
                                     : NULL;
    if (local == NULL || nnc_zip_number(local, 4) != nnc_zip_local_signature) {
        return nnc_zip_damaged(zip, "a member's header is missing");
    }
    const uint64_t offset =
        member->header + NNC_ZIP_LOCAL + nnc_zip_number(local + 26, 2) + nnc_zip_number(local + 28, 2);
    if (offset > all || member->packed > all - offset || !nnc_can_unpack(member->packed, member->unpacked)) {
        return nnc_zip_damaged(zip, "a member is larger than the archive can hold");
    }
    if (member->method != NNC_ZIP_STORED && member->method != NNC_ZIP_DEFLATED) {
        return nnc_zip_damaged(zip, "a member is compressed in another way than deflate");
    }
    if (member->method == NNC_ZIP_STORED && member->unpacked != member->packed) {
        return nnc_zip_damaged(zip, "a member's sizes contradict each other");
    }
    nnc_reader reader;
    if (nnc_reader_part(zip->host, &reader, zip->path, &zip->archive, (size_t)offset, (size_t)member->packed,
                        member->method == NNC_ZIP_DEFLATED ? NNC_CODING_DEFLATE : NNC_CODING_PLAIN) != 0) {
        return -1;
    }
    reader.has_crc = 1;
    int status = nnc_read_npy(&reader, array);
    if (status == 0 && reader.crc != member->crc) {
        status = nnc_zip_damaged(zip, "the checksum of a member is wrong");
    }
    nnc_reader_close(&reader);
    return status;
}

NNC_API int nnc_read_npz(nnc_reader *reader, const char *name, const char *role, nnc_array *array) {
    nnc_zip zip = {.host = reader->host, .path = reader->path};
    nnc_zip_member member = {NULL, 0, 0, 0, 0, 0, 0};
    if (nnc_reader_store_all(reader, &zip.archive) != 0) {
        return -1;
    }
    int failed = nnc_zip_open(&zip) != 0 || nnc_zip_find(&zip, name, role, &member) != 0 ||
                 nnc_zip_read(&zip, &member, array) != 0 ||
                 nnc_store_check(zip.host, &zip.archive, zip.path) != 0;
    nnc_store_free(&zip.archive);
    free(zip.tail);
    return failed ? -1 : 0;
}
