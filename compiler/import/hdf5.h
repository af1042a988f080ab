/* SPDX-License-Identifier: MIT-0 */
/* HDF5, as far as files of Keras need it: groups, arrays of numbers, attributes that hold text. Names are paths from
 * the root: layers/dense/vars/0. */
#ifndef NNC_IMPORT_HDF5_H
#define NNC_IMPORT_HDF5_H

#include <stdbool.h>

#include "import/import.h"

typedef struct Hdf5 Hdf5;

typedef struct NameList {
    const char **at;
    int count;
} NameList;

/** A file whose bytes stay where they are; NULL and a message when it is none, or damaged. */
Hdf5 *hdf5_open(Import *import, const char *path, const unsigned char *bytes, size_t size);
void hdf5_close(Hdf5 *file);
/** Whether there is a group or an array of that name. */
bool hdf5_has(const Hdf5 *file, const char *name);
bool hdf5_has_attribute(const Hdf5 *file, const char *group, const char *attribute);
/** An attribute that holds one text; false and a message when there is none. */
bool hdf5_text(const Hdf5 *file, const char *group, const char *attribute, const char **text);
/** One that holds many, which Keras spreads over attribute0, attribute1, … when they are long. */
bool hdf5_texts(const Hdf5 *file, const char *group, const char *attribute, NameList *texts);
/** An array of real numbers as floats, or of one integer (rank 0) as float64; false and a message. */
bool hdf5_read(const Hdf5 *file, const char *name, nnc_entry *array);

#endif
