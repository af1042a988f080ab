/* SPDX-License-Identifier: MIT-0 */
/* host_store.c - bytes that can be read anywhere: in memory, mapped from a file, or left in a file, from which pieces
 * are read. What is mapped may go away: a file becomes shorter, or its disk fails. Then zeros stand there, and the
 * store knows. */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What stores have their bytes from: memory, a mapping, or a file. */
struct nnc_origin {
    nnc_host *host;
    size_t users;
    void *block;             /* NULL: bytes are left in the file */
    size_t size;             /* of the block, or of the file */
    size_t taken;            /* of the memory of the host */
    int is_mapping;          /* so is the block */
    int file;                /* -1: none */
    int is_lost;             /* some bytes could not be read; several threads may find that out at once */
    struct nnc_origin *next; /* mapping */
};

#ifdef NNC_THREADS
static void nnc_lose(nnc_origin *origin) { __atomic_store_n(&origin->is_lost, 1, __ATOMIC_RELAXED); }
static int nnc_is_lost(const nnc_origin *origin) { return __atomic_load_n(&origin->is_lost, __ATOMIC_RELAXED); }
#else
static void nnc_lose(nnc_origin *origin) { origin->is_lost = 1; }
static int nnc_is_lost(const nnc_origin *origin) { return origin->is_lost; }
#endif

/* For the handler, which has no other way to know: all mappings, and where zeros are mapped from. */
static struct nnc_mapped {
    nnc_origin *volatile first;
    volatile sig_atomic_t zeros;
    struct sigaction before;
} nnc_mapped;

/* A page of a mapping that the file has no longer: from there on it is zeros. */
static void nnc_bus_handler(int number, siginfo_t *info, void *context) {
    const uintptr_t at = (uintptr_t)info->si_addr;
    (void)context;
    for (nnc_origin *origin = nnc_mapped.first; origin != NULL; origin = origin->next) {
        const uintptr_t begin = (uintptr_t)origin->block;
        if (at >= begin && at - begin < origin->size) {
            const size_t page = (size_t)sysconf(_SC_PAGESIZE), from = (at - begin) / page * page;
            nnc_lose(origin);
            if (mmap((char *)origin->block + from, origin->size - from, PROT_READ, MAP_PRIVATE | MAP_FIXED,
                     (int)nnc_mapped.zeros, 0) != MAP_FAILED) {
                return;
            }
        }
    }
    signal(number, SIG_DFL); /* of the instruction that is tried again now the process dies */
}

/* 0, or -1, silently: what is mapped would not be safe. */
static int nnc_mapped_add(nnc_origin *origin) {
    if (nnc_mapped.first == NULL) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = nnc_bus_handler;
        action.sa_flags = SA_SIGINFO;
        sigemptyset(&action.sa_mask);
        nnc_mapped.zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
        if (nnc_mapped.zeros < 0) {
            return -1;
        }
        sigaction(SIGBUS, &action, &nnc_mapped.before);
    }
    origin->next = nnc_mapped.first;
    nnc_mapped.first = origin;
    return 0;
}

static void nnc_mapped_remove(const nnc_origin *origin) {
    nnc_origin *before = nnc_mapped.first;
    if (before == origin) {
        nnc_mapped.first = origin->next;
    } else {
        for (; before->next != origin; before = before->next) {
        }
        before->next = origin->next;
    }
    if (nnc_mapped.first == NULL) {
        sigaction(SIGBUS, &nnc_mapped.before, NULL);
        close((int)nnc_mapped.zeros);
    }
}

static nnc_origin *nnc_origin_new(nnc_host *host, size_t size) {
    nnc_origin *origin = calloc(1, sizeof *origin);
    if (origin == NULL) {
        nnc_fail(host, "out of memory");
        return NULL;
    }
    origin->host = host;
    origin->users = 1;
    origin->size = size;
    origin->file = -1;
    return origin;
}

static void nnc_origin_take(nnc_origin *origin, size_t bytes) {
    origin->taken = bytes;
    origin->host->memory_taken += bytes;
}

NNC_API int nnc_store_of_block(nnc_host *host, void *block, size_t size, nnc_store *store) {
    nnc_origin *origin = nnc_origin_new(host, size);
    if (origin == NULL) {
        free(block);
        return -1;
    }
    origin->block = block;
    nnc_origin_take(origin, size);
    *store = (nnc_store){block, size, 0, origin};
    return 0;
}

/* Maps the file of an origin where the memory that is allowed has room for all of it. */
static void nnc_origin_map(nnc_origin *origin) {
    nnc_host *host = origin->host;
    if (host->memory_limit > 0 && origin->size > nnc_memory_left(host)) {
        return;
    }
    void *block = mmap(NULL, origin->size, PROT_READ, MAP_SHARED, origin->file, 0);
    if (block == MAP_FAILED) {
        return;
    }
    origin->block = block;
    origin->is_mapping = 1;
    if (nnc_mapped_add(origin) != 0) {
        munmap(block, origin->size);
        origin->block = NULL;
        origin->is_mapping = 0;
        return;
    }
    nnc_origin_take(origin, host->memory_limit > 0 ? origin->size : 0);
}

NNC_API int nnc_store_of_file(nnc_host *host, int file, size_t size, nnc_store *store) {
    nnc_origin *origin = nnc_origin_new(host, size);
    if (origin == NULL) {
        close(file);
        return -1;
    }
    origin->file = file;
    nnc_origin_map(origin);
    *store = (nnc_store){origin->block, size, 0, origin};
    return 0;
}

NNC_API nnc_store nnc_store_part(const nnc_store *store, size_t at, size_t size) {
    nnc_store part = {store->bytes != NULL ? store->bytes + at : NULL, size, store->offset + at, store->origin};
    if (part.origin != NULL) {
        part.origin->users++;
    }
    return part;
}

NNC_API void nnc_store_free(nnc_store *store) {
    nnc_origin *origin = store->origin;
    if (origin != NULL && --origin->users == 0) {
        origin->host->memory_taken -= origin->taken;
        if (origin->is_mapping) {
            nnc_mapped_remove(origin);
            munmap(origin->block, origin->size);
        } else {
            free(origin->block);
        }
        if (origin->file >= 0) {
            close(origin->file);
        }
        free(origin);
    }
    memset(store, 0, sizeof *store);
}

NNC_API const void *nnc_store_at(const nnc_store *store, size_t at, size_t size, void *scratch) {
    unsigned char *to = scratch;
    if (store->bytes != NULL) {
        return store->bytes + at;
    }
    for (size_t have = 0; have < size;) {
        ssize_t got = pread(store->origin->file, to + have, size - have, (off_t)(store->offset + at + have));
        if (got <= 0 && !(got < 0 && errno == EINTR)) {
            nnc_lose(store->origin);
            memset(to + have, 0, size - have);
            break;
        }
        have += got > 0 ? (size_t)got : 0;
    }
    return to;
}

NNC_API int nnc_store_is_left(const nnc_store *store) { return store->origin != NULL && store->bytes == NULL; }

NNC_API int nnc_store_check(nnc_host *host, const nnc_store *store, const char *path) {
    if (store->origin == NULL || !nnc_is_lost(store->origin)) {
        return 0;
    }
    return nnc_fail_at(host, path, 0, 0,
                       "could not be read to its end any more: it has become shorter since it was opened, or its disk "
                       "fails. Data must stay as they are while they are used: a new file goes beside the old one");
}

NNC_API int nnc_store_write(nnc_host *host, const nnc_store *store, size_t at, const void *bytes, size_t size) {
    nnc_origin *origin = store->origin;
    if (origin->file < 0) {
        memcpy((char *)origin->block + store->offset + at, bytes, size);
        return 0;
    }
    return nnc_write_at(host, origin->file, store->offset + at, bytes, size);
}
