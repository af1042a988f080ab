/* SPDX-License-Identifier: MIT-0 */
/* A hash table from names to whatever they stand for. */
#ifndef NNC_BASE_NAMES_H
#define NNC_BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct NameEntry {
    const char *name; /* NULL: free */
    uint64_t hash;
    void *value;
} NameEntry;

typedef struct Names {
    Arena *arena;
    NameEntry *entries;
    size_t capacity, count; /* capacity is a power of 2 or 0 */
} Names;

/** Where the value of `name` is kept, NULL at first. The name is not copied. */
void **names_slot(Names *names, const char *name);
/** The value of `name`, NULL when there is none. */
void *names_find(const Names *names, const char *name);

#endif
