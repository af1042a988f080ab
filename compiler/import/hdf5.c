/* SPDX-License-Identifier: MIT-0 */
/* HDF5 by its library, from a file in memory. */
#include "import/hdf5.h"

#ifdef NNC_IMPORT

#include <hdf5.h>
#include <string.h>

struct Hdf5 {
    Import *import;
    const char *path;
    hid_t file;
    size_t size; /* of the file */
    size_t read; /* bytes of arrays so far */
};

enum {
    LONGEST_TEXT = 1 << 26,   /* of one attribute */
    MOST_NAMES = 1 << 16,     /* of one list of names */
    CHUNK_LIMIT = 1 << 12,    /* attributes that one long list is spread over */
    PACKED_AT_MOST = 1032,    /* deflate makes so many bytes of one */
    NAME_LIMIT = 1 << 10,     /* characters of a path that anyone needs */
};

Hdf5 *hdf5_open(Import *import, const char *path, const unsigned char *bytes, size_t size) {
    Hdf5 *const file = NEW(import->arena, Hdf5);
    *file = (Hdf5){.import = import, .path = path, .size = size};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* it has its say here */
    H5Lunregister(H5L_TYPE_EXTERNAL);      /* a model leads to no other files, */
    H5PLset_loading_state(0);              /* nor to libraries */
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 20, 0);
    H5Pset_file_image(access, (void *)(uintptr_t)bytes, size);
    file->file = H5Fopen("model", H5F_ACC_RDONLY, access); /* the name is that of no file */
    H5Pclose(access);
    if (file->file >= 0) return file;
    import_fail(import, "%s is a damaged HDF5 file, or of a version that its library does not read", path);
    return NULL;
}

void hdf5_close(Hdf5 *file) {
    if (file) H5Fclose(file->file);
}

static const char *quoted(const Hdf5 *file, const char *name) { return import_quote(file->import, name); }

/* Its library asks for each group on the way. */
bool hdf5_has(const Hdf5 *file, const char *name) {
    const size_t length = strlen(name);
    char part[NAME_LIMIT + 1];
    if (length > NAME_LIMIT) return false;
    for (size_t end = 1; end <= length; end++) {
        if (name[end] != '/' && name[end] != '\0') continue;
        memcpy(part, name, end);
        part[end] = '\0';
        if (H5Lexists(file->file, part, H5P_DEFAULT) <= 0) return false;
    }
    return length > 0 && H5Oexists_by_name(file->file, name, H5P_DEFAULT) > 0;
}

static hid_t open_attribute(const Hdf5 *file, const char *group, const char *attribute) {
    if (*group && !hdf5_has(file, group)) return -1;
    const char *const object = *group ? group : ".";
    if (H5Aexists_by_name(file->file, object, attribute, H5P_DEFAULT) <= 0) return -1;
    return H5Aopen_by_name(file->file, object, attribute, H5P_DEFAULT, H5P_DEFAULT);
}

bool hdf5_has_attribute(const Hdf5 *file, const char *group, const char *attribute) {
    const hid_t id = open_attribute(file, group, attribute);
    if (id >= 0) H5Aclose(id);
    return id >= 0;
}

/* Copies `count` texts that an attribute's buffer holds, each `size` bytes, or pointers where they vary in length. */
static bool copy_texts(const Hdf5 *file, const char *buffer, size_t size, bool varies, int count, const char **texts) {
    Arena *const arena = file->import->arena;
    for (int i = 0; i < count; i++) {
        const char *text = buffer + (size_t)i * size;
        size_t length = 0;
        if (varies) memcpy(&text, buffer + (size_t)i * sizeof text, sizeof text);
        if (varies) length = text ? strlen(text) : 0;
        else while (length < size && text[length]) length++;
        if (length > LONGEST_TEXT) return false;
        texts[i] = length ? arena_strndup(arena, text, length) : "";
    }
    return true;
}

/* All texts of an attribute, appended to those of `list`. */
static bool read_texts(const Hdf5 *file, const char *group, const char *attribute, NameList *list) {
    Arena *const arena = file->import->arena;
    const hid_t id = open_attribute(file, group, attribute);
    if (id < 0)
        return import_fail(file->import, "%s: there is no '%s' in %s", file->path, attribute,
                           quoted(file, *group ? group : "/"));
    const hid_t space = H5Aget_space(id), type = H5Aget_type(id);
    const hssize_t count = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    const bool is_text = type >= 0 && H5Tget_class(type) == H5T_STRING,
               varies = is_text && H5Tis_variable_str(type) > 0;
    const size_t size = is_text ? varies ? sizeof(char *) : H5Tget_size(type) : 0;
    bool good =
        count == 0 || (is_text && count > 0 && count <= MOST_NAMES && size > 0 && size <= LONGEST_TEXT / (size_t)count);
    if (good && count > 0) {
        char *const buffer = arena_alloc(arena, (size_t)count * size);
        const char **const texts = arena_grow(arena, list->at, (size_t)list->count * sizeof *list->at,
                                              (size_t)(list->count + count) * sizeof *list->at);
        good =
            H5Aread(id, type, buffer) >= 0 && copy_texts(file, buffer, size, varies, (int)count, texts + list->count);
        if (varies) H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
        list->at = texts;
        list->count += good ? (int)count : 0;
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    H5Aclose(id);
    if (!good)
        import_fail(file->import, "%s: '%s' of %s is damaged", file->path, attribute,
                    quoted(file, *group ? group : "/"));
    return good;
}

bool hdf5_text(const Hdf5 *file, const char *group, const char *attribute, const char **text) {
    NameList texts = {NULL, 0};
    if (!read_texts(file, group, attribute, &texts)) return false;
    if (texts.count != 1) return import_fail(file->import, "%s: '%s' is no text", file->path, attribute);
    *text = texts.at[0];
    return true;
}

bool hdf5_texts(const Hdf5 *file, const char *group, const char *attribute, NameList *texts) {
    *texts = (NameList){NULL, 0};
    if (hdf5_has_attribute(file, group, attribute)) return read_texts(file, group, attribute, texts);
    for (int chunk = 0; chunk < CHUNK_LIMIT; chunk++) {
        const char *const name = arena_printf(file->import->arena, "%s%d", attribute, chunk);
        if (chunk > 0 && !hdf5_has_attribute(file, group, name)) return true;
        if (!read_texts(file, group, name, texts)) return false;
    }
    return true;
}

/* Whether its numbers stand in the file itself, not in others that it names. */
static bool is_in_file(hid_t set) {
    const hid_t properties = H5Dget_create_plist(set);
    const bool own = properties >= 0 && H5Pget_external_count(properties) == 0 &&
                     H5Pget_layout(properties) != H5D_VIRTUAL;
    if (properties >= 0) H5Pclose(properties);
    return own;
}

/* What an array claims to hold must be there: as much as its bytes in the file can be unpacked to. */
static bool sizes_are_true(Hdf5 *file, hid_t set, const nnc_entry *array, size_t element) {
    const hsize_t stored = H5Dget_storage_size(set);
    if (array->count == 0) return true;
    if (array->count > SIZE_MAX / 8 / sizeof(double) || stored > file->size) return false;
    if (array->count * element > stored * PACKED_AT_MOST) return false;
    file->read += array->count * element;
    return file->read / PACKED_AT_MOST <= file->size;
}

static bool read_array(Hdf5 *file, hid_t set, const char *name, nnc_entry *array) {
    Import *const import = file->import;
    const hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    const H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    const int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    const size_t element = type >= 0 ? H5Tget_size(type) : 0;
    hsize_t dims[H5S_MAX_RANK];
    bool good =
        rank >= 0 && rank <= NNC_MAX_RANK && element > 0 && H5Sget_simple_extent_dims(space, dims, NULL) == rank;
    *array = (nnc_entry){.name = arena_strdup(import->arena, name), .rank = rank, .count = 1};
    for (int i = 0; good && i < rank; i++) {
        good = dims[i] <= INT32_MAX && nnc_multiply(array->count, (size_t)dims[i], &array->count) == 0;
        array->shape[i] = (int64_t)dims[i];
    }
    const bool whole = class == H5T_INTEGER && rank == 0;
    if (!good) import_fail(import, "%s: the array %s is damaged", file->path, quoted(file, name));
    else if (!is_in_file(set))
        good = import_fail(import, "%s: the array %s stands in another file", file->path, quoted(file, name));
    else if (class != H5T_FLOAT && !whole)
        good = import_fail(import, "%s: the array %s holds no real numbers", file->path, quoted(file, name));
    else if (!sizes_are_true(file, set, array, element))
        good = import_fail(import, "%s: the array %s claims more than the file holds", file->path, quoted(file, name));
    if (good) {
        array->dtype = whole ? NNC_F64 : NNC_F32;
        void *const data = arena_alloc(import->arena, array->count * (whole ? sizeof(double) : sizeof(float)));
        array->data = data;
        good = H5Dread(set, whole ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
        if (!good) import_fail(import, "%s: the array %s is damaged", file->path, quoted(file, name));
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return good;
}

bool hdf5_read(const Hdf5 *file, const char *name, nnc_entry *array) {
    if (!hdf5_has(file, name))
        return import_fail(file->import, "%s: there is no array %s", file->path, quoted(file, name));
    const hid_t set = H5Dopen2(file->file, name, H5P_DEFAULT);
    if (set < 0) return import_fail(file->import, "%s: %s is no array", file->path, quoted(file, name));
    const bool good = read_array((Hdf5 *)(uintptr_t)file, set, name, array);
    H5Dclose(set);
    return good;
}

#endif
