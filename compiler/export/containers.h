/* SPDX-License-Identifier: MIT-0 */
/* HDF5 files and zip archives that are made in memory. */
#ifndef NNC_EXPORT_CONTAINERS_H
#define NNC_EXPORT_CONTAINERS_H

#include "export/export.h"

/** A member of an archive. */
typedef struct Member {
    const char *name;
    const void *bytes;
    size_t size;
} Member;

/** Appends an HDF5 file to `out` whose arrays of floats have paths as names; `groups` are there although empty, NULL
 *  ends. */
bool hdf5_make(Export *export, const nnc_entry *arrays, size_t count, const char *const *groups, Text *out);
/** Appends an archive whose members are stored as they are. */
bool zip_make(Export *export, const Member *members, size_t count, Text *out);

#endif
