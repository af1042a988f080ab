/* SPDX-License-Identifier: MIT-0 */
/* host_sink.c - bytes that come one after another become a store: in memory while there is room for them, else in a
 * file without a name, of which nothing stays when the process ends. */
#include "host/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Fewer are not worth a file, unless they are not allowed in memory. */
static const size_t nnc_worth_a_file = (size_t)1 << 20;

/* Linux: what a container may have of the memory; SIZE_MAX: all. */
static size_t nnc_container_memory(void) {
    unsigned long long bytes = 0;
    FILE *file = fopen("/sys/fs/cgroup/memory.max", "r");
    if (file != NULL) {
        if (fscanf(file, "%llu", &bytes) != 1 || bytes > SIZE_MAX) {
            bytes = 0;
        }
        fclose(file);
    }
    return bytes > 0 ? (size_t)bytes : SIZE_MAX;
}

/* Of the memory of the machine, three quarters. */
static size_t nnc_memory_there(void) {
#ifdef _SC_PHYS_PAGES
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t bytes,
        all = pages > 0 && page > 0 && nnc_multiply((size_t)pages, (size_t)page, &bytes) == 0 ? bytes : SIZE_MAX;
#else
    size_t all = SIZE_MAX;
#endif
    size_t container = nnc_container_memory();
    all = container < all ? container : all;
    return all / 4 * 3;
}

NNC_API size_t nnc_memory_left(nnc_host *host) {
    if (host->memory_limit == 0 && host->memory_there == 0) {
        host->memory_there = nnc_memory_there();
    }
    size_t all = host->memory_limit > 0 ? host->memory_limit : host->memory_there;
    return all > host->memory_taken ? all - host->memory_taken : 0;
}

NNC_API void nnc_memory_limit(nnc_host *host, size_t bytes) {
    enum { PROGRAM = 8 << 20 }; /* the library, its buffers, and what is not worth counting */
    struct rlimit limit;
    host->memory_limit = bytes;
    host->memory_taken = bytes < PROGRAM ? bytes : PROGRAM;
    if (getrlimit(RLIMIT_DATA, &limit) == 0 && (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > bytes)) {
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_DATA, &limit); /* not all systems have it: then what is counted holds */
    }
}

NNC_API int nnc_memory_take(nnc_host *host, size_t bytes, const char *what) {
    if (host->memory_limit > 0 && bytes > nnc_memory_left(host)) {
        return nnc_fail(host, "%s %.1f MiB of memory, and --max-memory leaves %.1f MiB: allow more", what,
                        (double)bytes / 1048576, (double)nnc_memory_left(host) / 1048576);
    }
    host->memory_taken += bytes;
    return 0;
}

NNC_API int nnc_write_at(nnc_host *host, int file, size_t at, const void *bytes, size_t size) {
    const char *from = bytes;
    while (size > 0) {
        ssize_t count = pwrite(file, from, size, (off_t)at);
        if (count < 0 && errno != EINTR) {
            return nnc_fail(host,
                            "data that no memory holds do not fit into a temporary file: %s. TMPDIR names the "
                            "folder for it, else it is /var/tmp",
                            strerror(errno));
        }
        count = count > 0 ? count : 0;
        from += count;
        at += (size_t)count;
        size -= (size_t)count;
    }
    return 0;
}

/* A file in the folder for temporary files, without a name. */
static int nnc_open_nameless(nnc_host *host) {
    static const char *const usual[] = {"/var/tmp", "/tmp"};
    const char *own = getenv("TMPDIR");
    const int is_said = own != NULL && own[0] != '\0';
    char path[4096];
    int file = -1;
    for (size_t i = 0; i < (is_said ? 1 : sizeof usual / sizeof usual[0]) && file < 0; i++) {
        const char *folder = is_said ? own : usual[i];
        if ((size_t)snprintf(path, sizeof path, "%s/nnc-data-XXXXXX", folder) < sizeof path &&
            (file = mkstemp(path)) >= 0) {
            unlink(path);
        }
    }
    return file >= 0 ? file
                     : nnc_fail(host,
                                "data that no memory holds want a temporary file, and none can be made in %s: %s. "
                                "TMPDIR names the folder for it",
                                is_said ? own : usual[0], strerror(errno));
}

/* From memory to a file. */
static int nnc_sink_spill(nnc_sink *sink) {
    if (sink->size < nnc_worth_a_file && sink->host->memory_limit == 0) {
        return nnc_fail(sink->host, "out of memory");
    }
    int file = nnc_open_nameless(sink->host);
    if (file < 0 || nnc_write_at(sink->host, file, 0, sink->block, sink->size) != 0) {
        if (file >= 0) {
            close(file);
        }
        return -1;
    }
    free(sink->block);
    sink->host->memory_taken -= sink->capacity;
    sink->capacity = 0;
    sink->block = NULL;
    sink->file = file;
    sink->is_spilled = 1;
    return 0;
}

/* Room for so many bytes in all: 0; 1: there is none. */
static int nnc_sink_grow(nnc_sink *sink, size_t size) {
    const size_t room = nnc_memory_left(sink->host) + sink->capacity;
    size_t wanted = sink->capacity > SIZE_MAX / 2 || 2 * sink->capacity < size ? size : 2 * sink->capacity;
    if (size <= sink->capacity) {
        return 0;
    }
    wanted = wanted > room ? room : wanted;
    void *grown = wanted >= size ? realloc(sink->block, wanted) : NULL;
    if (grown == NULL) {
        return 1;
    }
    sink->block = grown;
    sink->host->memory_taken += wanted - sink->capacity;
    sink->capacity = wanted;
    return 0;
}

NNC_API int nnc_sink_put(nnc_sink *sink, const void *bytes, size_t size) {
    size_t all = sink->size + size;
    if (all < size) {
        return nnc_fail(sink->host, "out of memory");
    }
    if (!sink->is_spilled && nnc_sink_grow(sink, all) != 0 && nnc_sink_spill(sink) != 0) {
        return -1;
    }
    if (sink->is_spilled) {
        if (nnc_write_at(sink->host, sink->file, sink->size, bytes, size) != 0) {
            return -1;
        }
    } else if (size > 0) {
        memcpy((char *)sink->block + sink->size, bytes, size);
    }
    sink->size = all;
    return 0;
}

NNC_API int nnc_sink_end(nnc_sink *sink, nnc_store *store) {
    nnc_sink own = *sink;
    memset(sink, 0, sizeof *sink);
    sink->host = own.host;
    if (own.is_spilled) {
        return nnc_store_of_file(own.host, own.file, own.size, store);
    }
    own.host->memory_taken -= own.capacity;
    void *block = realloc(own.block, own.size > 0 ? own.size : 1); /* no more than is there */
    block = block != NULL ? block : own.block;
    return block != NULL ? nnc_store_of_block(own.host, block, own.size, store) : nnc_fail(own.host, "out of memory");
}

NNC_API void nnc_sink_abandon(nnc_sink *sink) {
    sink->host->memory_taken -= sink->capacity;
    free(sink->block);
    if (sink->is_spilled) {
        close(sink->file);
    }
    nnc_host *host = sink->host;
    memset(sink, 0, sizeof *sink);
    sink->host = host;
}
