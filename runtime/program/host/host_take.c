/* SPDX-License-Identifier: MIT-0 */
/* host_take.c - what readers give: bytes, blocks of memory, and stores. */
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

static const size_t nnc_first_take = (size_t)1 << 20; /* bytes believed without having seen them */

NNC_API int nnc_reader_read(nnc_reader *reader, void *bytes, size_t size) {
    unsigned char *to = bytes;
    while (size > 0) {
        if (nnc_reader_fill(reader, 1) != 0) {
            return -1;
        }
        size_t ready = reader->end - reader->begin;
        if (ready == 0) {
            return nnc_fail_at(reader->host, reader->path, 0, 0, "is truncated: %zu more bytes are expected", size);
        }
        size_t count = size < ready ? size : ready;
        memcpy(to, reader->buffer + reader->begin, count);
        if (reader->has_crc) {
            reader->crc = nnc_crc32(reader->crc, to, count);
        }
        reader->begin += count;
        to += count;
        size -= count;
    }
    return 0;
}

NNC_API int nnc_reader_take(nnc_reader *reader, size_t size, void **bytes) {
    size_t capacity = 0, have = 0;
    *bytes = NULL;
    do {
        size_t next = have == 0 ? nnc_first_take : have;
        size_t want = size - have < next ? size : have + next;
        if (nnc_grow(reader->host, bytes, &capacity, want > 0 ? want : 1, 1) != 0 ||
            nnc_reader_read(reader, (char *)*bytes + have, want - have) != 0) {
            free(*bytes);
            *bytes = NULL;
            return -1;
        }
        have = want;
    } while (have < size);
    return 0;
}

NNC_API int nnc_reader_take_all(nnc_reader *reader, unsigned char **bytes, size_t *size) {
    void *block = NULL;
    size_t capacity = 0, have = 0;
    while (nnc_reader_fill(reader, 1) == 0) {
        size_t ready = reader->end - reader->begin;
        if (ready == 0) {
            *bytes = block;
            *size = have;
            return 0;
        }
        if (nnc_grow(reader->host, &block, &capacity, have + ready, 1) != 0) {
            break;
        }
        memcpy((char *)block + have, reader->buffer + reader->begin, ready);
        reader->begin = reader->end;
        have += ready;
    }
    free(block);
    *bytes = NULL;
    *size = 0;
    return -1;
}

/* Whether what follows can stay where it is: plain bytes of a file. */
static int nnc_reader_is_shared(const nnc_reader *reader) {
    return reader->inflater == NULL && reader->source.origin != NULL;
}

/* What follows of the source. */
static size_t nnc_reader_left(const nnc_reader *reader) {
    return reader->source.size - reader->at + (reader->end - reader->begin);
}

static int nnc_reader_share(nnc_reader *reader, size_t size, nnc_store *store) {
    const size_t left = nnc_reader_left(reader), at = reader->source.size - left;
    unsigned char piece[8192];
    if (size > left) {
        return nnc_fail_at(reader->host, reader->path, 0, 0, "is truncated: %zu more bytes are expected", size - left);
    }
    *store = nnc_store_part(&reader->source, at, size);
    for (size_t i = 0, n; reader->has_crc && i < size; i += n) {
        n = size - i < sizeof piece ? size - i : sizeof piece;
        reader->crc = nnc_crc32(reader->crc, nnc_store_at(store, i, n, piece), n);
    }
    if (reader->room == NULL) {
        reader->begin += size;
    } else {
        reader->at = at + size;
        reader->begin = reader->end = 0;
        reader->finished = 0;
    }
    return 0;
}

NNC_API int nnc_reader_store(nnc_reader *reader, size_t size, nnc_store *store) {
    nnc_sink sink = {.host = reader->host};
    if (nnc_reader_is_shared(reader)) {
        return nnc_reader_share(reader, size, store);
    }
    for (size_t have = 0, n; have < size; have += n) {
        if (nnc_reader_fill(reader, 1) != 0) {
            break;
        }
        const size_t ready = reader->end - reader->begin;
        const unsigned char *from = reader->buffer + reader->begin;
        n = size - have < ready ? size - have : ready;
        if (n == 0) {
            nnc_fail_at(reader->host, reader->path, 0, 0, "is truncated: %zu more bytes are expected", size - have);
            break;
        }
        if (nnc_sink_put(&sink, from, n) != 0) {
            break;
        }
        if (reader->has_crc) {
            reader->crc = nnc_crc32(reader->crc, from, n);
        }
        reader->begin += n;
    }
    if (sink.size < size) {
        nnc_sink_abandon(&sink);
        return -1;
    }
    return nnc_sink_end(&sink, store);
}

NNC_API int nnc_reader_store_all(nnc_reader *reader, nnc_store *store) {
    nnc_sink sink = {.host = reader->host};
    if (nnc_reader_is_shared(reader)) {
        return nnc_reader_share(reader, nnc_reader_left(reader), store);
    }
    while (nnc_reader_fill(reader, 1) == 0) {
        const size_t ready = reader->end - reader->begin;
        if (ready == 0) {
            return nnc_sink_end(&sink, store);
        }
        if (nnc_sink_put(&sink, reader->buffer + reader->begin, ready) != 0) {
            break;
        }
        reader->begin = reader->end;
    }
    nnc_sink_abandon(&sink);
    return -1;
}

NNC_API int nnc_read_file(nnc_host *host, const char *path, unsigned char **bytes, size_t *size) {
    nnc_reader reader;
    if (nnc_reader_open(host, &reader, path) != 0) {
        return -1;
    }
    int status = nnc_reader_take_all(&reader, bytes, size);
    nnc_reader_close(&reader);
    return status;
}

NNC_API int nnc_reader_expect_end(nnc_reader *reader) {
    if (nnc_reader_fill(reader, 1) != 0) {
        return -1;
    }
    if (reader->end > reader->begin) {
        return nnc_fail_at(reader->host, reader->path, 0, 0, "is too long: bytes follow the data");
    }
    return 0;
}
