/* SPDX-License-Identifier: MIT-0 */
/* A hash table from names to whatever they stand for: open addressing. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/names.h"

/* Of whole words at a time: texts of functions are names, too. */
static uint64_t hash_of(const char *name) {
    const uint64_t prime = 1099511628211u;
    uint64_t hash = 14695981039346656037u, word = 0;
    size_t left = strlen(name);
    for (; left >= sizeof word; left -= sizeof word, name += sizeof word) {
        memcpy(&word, name, sizeof word);
        hash = (hash ^ word) * prime;
        hash ^= hash >> 32;
    }
    for (; left > 0; left--, name++) hash = (hash ^ (unsigned char)*name) * prime;
    return hash ^ hash >> 32;
}

static NameEntry *probe(NameEntry *entries, size_t capacity, const char *name, uint64_t hash) {
    size_t at = (size_t)hash & (capacity - 1);
    while (entries[at].name != NULL && (entries[at].hash != hash || strcmp(entries[at].name, name) != 0)) {
        at = (at + 1) & (capacity - 1);
    }
    return &entries[at];
}

static void grow(Names *names) {
    size_t capacity = names->capacity == 0 ? 64 : 2 * names->capacity;
    NameEntry *entries = NEW_ARRAY(names->arena, NameEntry, capacity);
    for (size_t i = 0; i < names->capacity; i++) {
        if (names->entries[i].name != NULL) {
            *probe(entries, capacity, names->entries[i].name, names->entries[i].hash) = names->entries[i];
        }
    }
    arena_return(names->entries, names->capacity * sizeof *entries);
    names->entries = entries;
    names->capacity = capacity;
}

void **names_slot(Names *names, const char *name) {
    if (4 * (names->count + 1) > 3 * names->capacity) {
        grow(names);
    }
    const uint64_t hash = hash_of(name);
    NameEntry *entry = probe(names->entries, names->capacity, name, hash);
    if (entry->name == NULL) {
        entry->name = name;
        entry->hash = hash;
        names->count++;
    }
    return &entry->value;
}

void *names_find(const Names *names, const char *name) {
    return names->capacity == 0 ? NULL : probe(names->entries, names->capacity, name, hash_of(name))->value;
}
