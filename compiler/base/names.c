/* SPDX-License-Identifier: MIT-0 */
/* A hash table from names to whatever they stand for: open addressing, FNV-1a. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/names.h"

static NameEntry *probe(NameEntry *entries, size_t capacity, const char *name) {
    uint64_t hash = 14695981039346656037u;
    for (const char *c = name; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    }
    size_t at = (size_t)(hash ^ hash >> 32) & (capacity - 1);
    while (entries[at].name != NULL && strcmp(entries[at].name, name) != 0) {
        at = (at + 1) & (capacity - 1);
    }
    return &entries[at];
}

static void grow(Names *names) {
    size_t capacity = names->capacity == 0 ? 64 : 2 * names->capacity;
    NameEntry *entries = NEW_ARRAY(names->arena, NameEntry, capacity);
    for (size_t i = 0; i < names->capacity; i++) {
        if (names->entries[i].name != NULL) {
            *probe(entries, capacity, names->entries[i].name) = names->entries[i];
        }
    }
    names->entries = entries;
    names->capacity = capacity;
}

void **names_slot(Names *names, const char *name) {
    if (2 * (names->count + 1) > names->capacity) {
        grow(names);
    }
    NameEntry *entry = probe(names->entries, names->capacity, name);
    if (entry->name == NULL) {
        entry->name = name;
        names->count++;
    }
    return &entry->value;
}

void *names_find(const Names *names, const char *name) {
    return names->capacity == 0 ? NULL : probe(names->entries, names->capacity, name)->value;
}
