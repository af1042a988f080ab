/* SPDX-License-Identifier: MIT-0 */
/* Zip archives by libzip. */
#include "import/zip.h"

#ifdef NNC_IMPORT

#include <zip.h>

/* Reads a member that says how large it is. */
static unsigned char *read_member(Import *import, zip_t *archive, zip_uint64_t index, const zip_stat_t *about) {
    zip_file_t *const file = zip_fopen_index(archive, index, 0);
    if (!file) return NULL;
    unsigned char *const bytes = arena_alloc(import->arena, (size_t)about->size + 1);
    zip_uint64_t done = 0;
    while (done < about->size) {
        const zip_int64_t more = zip_fread(file, bytes + done, about->size - done);
        if (more <= 0) break;
        done += (zip_uint64_t)more;
    }
    char beyond;
    const bool good = done == about->size && zip_fread(file, &beyond, 1) == 0; /* the checksum comes at the end */
    return zip_fclose(file) == 0 && good ? bytes : NULL;
}

unsigned char *zip_member(Import *import, const char *name, size_t *size) {
    const zip_uint64_t wanted = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_INDEX | ZIP_STAT_ENCRYPTION_METHOD;
    unsigned char *bytes = NULL;
    zip_error_t error;
    zip_stat_t about;
    zip_error_init(&error);
    zip_source_t *const source = zip_source_buffer_create(import->bytes, import->size, 0, &error);
    zip_t *const archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    zip_error_fini(&error);
    if (!archive) {
        if (source) zip_source_free(source);
        import_fail(import, "is a damaged zip archive");
        return NULL;
    }
    if (zip_stat(archive, name, 0, &about) != 0 || (about.valid & wanted) != wanted) {
        import_fail(import, "is a zip archive without %s", name);
    } else if (about.encryption_method != ZIP_EM_NONE) {
        import_fail(import, "is encrypted: unpack it first");
    } else if (about.comp_size > import->size || !nnc_can_unpack(about.comp_size, about.size)) {
        import_fail(import, "claims that %s has %llu bytes, which it has not", name, (unsigned long long)about.size);
    } else {
        bytes = read_member(import, archive, about.index, &about);
        *size = (size_t)about.size;
        if (!bytes) import_fail(import, "is damaged: %s cannot be unpacked", name);
    }
    zip_discard(archive);
    return bytes;
}

#endif
