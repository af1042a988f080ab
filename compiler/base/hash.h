/* SPDX-License-Identifier: MIT-0 */
/* FNV-1a (Fowler, Noll, Vo), 64 bits: identities, not secrets. */
#ifndef NNC_BASE_HASH_H
#define NNC_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/** The hash of what was hashed before and these bytes. */
static inline uint64_t hash_of(uint64_t hash, const void *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    return hash;
}

#endif
