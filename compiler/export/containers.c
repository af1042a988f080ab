/* SPDX-License-Identifier: MIT-0 */
/* HDF5 by libhdf5, zip by libzip. */
#include "export/containers.h"

#ifdef NNC_IMPORT

#include <hdf5.h>
#include <stdlib.h>
#include <zip.h>

static bool add_array(hid_t file, hid_t links, const nnc_entry *array) {
    hsize_t dims[NNC_MAX_RANK];
    for (int i = 0; i < array->rank; i++) dims[i] = (hsize_t)array->shape[i];
    const hid_t space = array->rank ? H5Screate_simple(array->rank, dims, NULL) : H5Screate(H5S_SCALAR);
    const hid_t set = H5Dcreate2(file, array->name, H5T_IEEE_F32LE, space, links, H5P_DEFAULT, H5P_DEFAULT);
    const bool good = set >= 0 && H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array->data) >= 0;
    if (set >= 0) H5Dclose(set);
    H5Sclose(space);
    return good;
}

bool hdf5_make(Export *export, const nnc_entry *arrays, size_t count, const char *const *groups, Text *out) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_fapl_core(access, 1 << 20, 0);
    H5Pset_create_intermediate_group(links, 1);
    const hid_t file = H5Fcreate("model", H5F_ACC_TRUNC, H5P_DEFAULT, access); /* the name is that of no file */
    bool good = file >= 0;
    for (; good && *groups; groups++) {
        const hid_t group = H5Gcreate2(file, *groups, links, H5P_DEFAULT, H5P_DEFAULT);
        good = group >= 0;
        if (good) H5Gclose(group);
    }
    for (size_t i = 0; good && i < count; i++) good = add_array(file, links, &arrays[i]);
    good = good && H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0;
    const ssize_t size = good ? H5Fget_file_image(file, NULL, 0) : -1;
    if (size > 0) {
        char *const bytes = arena_alloc(export->arena, (size_t)size);
        good = H5Fget_file_image(file, bytes, (size_t)size) == size;
        text_append(out, bytes, (size_t)size);
    }
    if (file >= 0) H5Fclose(file);
    H5Pclose(access);
    H5Pclose(links);
    return (good && size > 0) || export_fail(export, "the HDF5 library cannot make the file");
}

bool zip_make(Export *export, const Member *members, size_t count, Text *out) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *const to = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *const archive = to ? zip_open_from_source(to, ZIP_TRUNCATE, &error) : NULL;
    bool good = archive != NULL;
    if (good) zip_source_keep(to);
    for (size_t i = 0; good && i < count; i++) {
        zip_source_t *const from = zip_source_buffer(archive, members[i].bytes, members[i].size, 0);
        const zip_int64_t index = from ? zip_file_add(archive, members[i].name, from, ZIP_FL_OVERWRITE) : -1;
        if (from && index < 0) zip_source_free(from);
        good = index >= 0 && zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0 &&
               zip_file_set_mtime(archive, (zip_uint64_t)index,
                                  315532800 /* 1980: the same bytes whenever it is made */, 0) == 0;
    }
    good = good && zip_close(archive) == 0;
    zip_stat_t about;
    if (good && zip_source_open(to) == 0) {
        good = zip_source_stat(to, &about) == 0 && (about.valid & ZIP_STAT_SIZE);
        char *const bytes = good ? arena_alloc(export->arena, (size_t)about.size) : NULL;
        good = good && zip_source_read(to, bytes, about.size) == (zip_int64_t)about.size;
        if (good) text_append(out, bytes, (size_t)about.size);
        zip_source_close(to);
    }
    if (to) zip_source_free(to);
    zip_error_fini(&error);
    return good || export_fail(export, "the zip library cannot make the file");
}

#endif
