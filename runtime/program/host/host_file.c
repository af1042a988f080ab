/* SPDX-License-Identifier: MIT-0 */
/* host_file.c - reading: files, standard input and memory, plain, gzipped or deflated. */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef NNC_ZLIB
#include <zlib.h>
#endif

enum { NNC_READER_BUFFER = 1 << 16, NNC_READER_LOOKAHEAD = 512 };
static const size_t nnc_first_take = (size_t)1 << 20; /* bytes believed without having seen them */

struct nnc_inflater {
#ifdef NNC_ZLIB
    z_stream stream;
#endif
    nnc_coding coding;
    unsigned char packed[NNC_READER_BUFFER];
};

NNC_API int nnc_can_unpack(uint64_t packed, uint64_t unpacked) {
    enum { RATIO = 1100 }; /* somewhat more than the limit: there are headers, too */
    return unpacked / RATIO <= packed;
}

/* Bytes as the file holds them. How many came in *got, 0 at the end. */
static int nnc_read_raw(nnc_reader *reader, unsigned char *bytes, size_t size, size_t *got) {
    if (reader->file < 0) {
        *got = size < reader->source_size ? size : reader->source_size;
        memcpy(bytes, reader->source, *got);
        reader->source += *got;
        reader->source_size -= *got;
        return 0;
    }
    for (;;) {
        ssize_t count = read(reader->file, bytes, size);
        if (count >= 0) {
            *got = (size_t)count;
            return 0;
        }
        if (errno != EINTR) {
            return nnc_fail_at(reader->host, reader->path, 0, 0, "cannot be read: %s", strerror(errno));
        }
    }
}

#ifdef NNC_ZLIB
static int nnc_inflater_open(nnc_reader *reader, nnc_coding coding) {
    reader->inflater = calloc(1, sizeof *reader->inflater);
    if (reader->inflater == NULL) {
        return nnc_fail(reader->host, "out of memory");
    }
    reader->inflater->coding = coding;
    if (inflateInit2(&reader->inflater->stream, coding == NNC_CODING_GZIP ? 16 + MAX_WBITS : -MAX_WBITS) != Z_OK) {
        free(reader->inflater);
        reader->inflater = NULL;
        return nnc_fail(reader->host, "out of memory for zlib");
    }
    return 0;
}

static void nnc_inflater_close(nnc_inflater *inflater) {
    inflateEnd(&inflater->stream);
    free(inflater);
}

/* At the end of a stream: a gzip file may hold another one. */
static int nnc_inflate_next(nnc_reader *reader) {
    nnc_inflater *inflater = reader->inflater;
    if (inflater->coding == NNC_CODING_GZIP && inflater->stream.avail_in == 0) {
        size_t got;
        if (nnc_read_raw(reader, inflater->packed, sizeof inflater->packed, &got) != 0) {
            return -1;
        }
        inflater->stream.next_in = inflater->packed;
        inflater->stream.avail_in = (uInt)got;
    }
    if (inflater->coding != NNC_CODING_GZIP || inflater->stream.avail_in == 0) {
        reader->finished = 1;
        return 0;
    }
    return inflateReset(&inflater->stream) == Z_OK ? 0 : nnc_fail(reader->host, "out of memory for zlib");
}

/* Decodes into `bytes`; *got may be 0 before the end. */
static int nnc_inflate(nnc_reader *reader, unsigned char *bytes, size_t size, size_t *got) {
    nnc_inflater *inflater = reader->inflater;
    z_stream *stream = &inflater->stream;
    *got = 0;
    if (stream->avail_in == 0) {
        size_t packed;
        if (nnc_read_raw(reader, inflater->packed, sizeof inflater->packed, &packed) != 0) {
            return -1;
        }
        if (packed == 0) {
            return nnc_fail_at(reader->host, reader->path, 0, 0,
                               "is truncated: its compressed data end before they are complete");
        }
        stream->next_in = inflater->packed;
        stream->avail_in = (uInt)packed;
    }
    stream->next_out = bytes;
    stream->avail_out = (uInt)size;
    int status = inflate(stream, Z_NO_FLUSH);
    *got = size - stream->avail_out;
    if (status == Z_STREAM_END) {
        return nnc_inflate_next(reader);
    }
    if (status == Z_MEM_ERROR) {
        return nnc_fail(reader->host, "out of memory: %s cannot be unpacked", reader->path);
    }
    if (status != Z_OK) {
        return nnc_fail_at(reader->host, reader->path, 0, 0, "is damaged: its compressed data are not valid (%s)",
                           stream->msg != NULL ? stream->msg : "zlib");
    }
    return 0;
}
#else
static int nnc_inflater_open(nnc_reader *reader, nnc_coding coding) {
    return nnc_fail_at(reader->host, reader->path, 0, 0,
                       "is %s, which this program cannot read: compile it with -DNNC_ZLIB -lz, or unpack the file",
                       coding == NNC_CODING_GZIP ? "gzipped" : "compressed");
}

static void nnc_inflater_close(nnc_inflater *inflater) { (void)inflater; }

static int nnc_inflate(nnc_reader *reader, unsigned char *bytes, size_t size, size_t *got) {
    (void)reader, (void)bytes, (void)size;
    *got = 0;
    return -1; /* never: without zlib there is no inflater */
}
#endif

/* Adds decoded bytes to the buffer, at least one unless the end is reached. */
static int nnc_reader_more(nnc_reader *reader) {
    size_t got = 0;
    memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    while (got == 0 && !reader->finished) {
        size_t room = NNC_READER_BUFFER - reader->end;
        if (reader->inflater != NULL) {
            if (nnc_inflate(reader, reader->buffer + reader->end, room, &got) != 0) {
                return -1;
            }
        } else {
            if (nnc_read_raw(reader, reader->buffer + reader->end, room, &got) != 0) {
                return -1;
            }
            reader->finished = got == 0;
        }
        reader->end += got;
    }
    return 0;
}

NNC_API int nnc_reader_fill(nnc_reader *reader, size_t wanted) {
    while (reader->end - reader->begin < wanted && !reader->finished) {
        if (nnc_reader_more(reader) != 0) {
            return -1;
        }
    }
    return 0;
}

NNC_API int nnc_reader_slice(nnc_host *host, nnc_reader *reader, const char *path, const void *bytes, size_t size,
                             nnc_coding coding) {
    memset(reader, 0, sizeof *reader);
    reader->host = host;
    reader->path = path;
    reader->file = -1;
    reader->source = bytes;
    reader->source_size = size;
    reader->buffer = malloc(NNC_READER_BUFFER + NNC_READER_LOOKAHEAD);
    if (reader->buffer == NULL) {
        return nnc_fail(host, "out of memory");
    }
    if (coding != NNC_CODING_PLAIN && nnc_inflater_open(reader, coding) != 0) {
        nnc_reader_close(reader);
        return -1;
    }
    return 0;
}

/* Switches to unpacking when the first bytes are gzip's. */
static int nnc_reader_detect_gzip(nnc_reader *reader) {
    if (nnc_reader_fill(reader, 2) != 0) {
        return -1;
    }
    if (reader->end - reader->begin < 2 || reader->buffer[0] != 0x1f || reader->buffer[1] != 0x8b) {
        return 0;
    }
    if (nnc_inflater_open(reader, NNC_CODING_GZIP) != 0) {
        return -1;
    }
#ifdef NNC_ZLIB
    memcpy(reader->inflater->packed, reader->buffer, reader->end);
    reader->inflater->stream.next_in = reader->inflater->packed;
    reader->inflater->stream.avail_in = (uInt)reader->end;
    reader->end = 0;
    reader->finished = 0;
#endif
    return 0;
}

/* Standard input can be read once only, and x and y may both want it. */
static int nnc_keep_input(nnc_host *host) {
    nnc_reader reader;
    if (host->input_read) {
        return 0;
    }
    if (nnc_reader_slice(host, &reader, "<stdin>", "", 0, NNC_CODING_PLAIN) != 0) {
        return -1;
    }
    reader.file = STDIN_FILENO;
    int status = nnc_reader_take_all(&reader, &host->input, &host->input_size);
    reader.file = -1;
    nnc_reader_close(&reader);
    host->input_read = status == 0;
    return status;
}

NNC_API int nnc_reader_open(nnc_host *host, nnc_reader *reader, const char *path) {
    int is_input = strcmp(path, "-") == 0;
    if (is_input && nnc_keep_input(host) != 0) {
        return -1;
    }
    if (nnc_reader_slice(host, reader, is_input ? "<stdin>" : path, host->input, is_input ? host->input_size : 0,
                         NNC_CODING_PLAIN) != 0) {
        return -1;
    }
    if (!is_input) {
        struct stat status;
        reader->file = open(path, O_RDONLY);
        if (reader->file < 0 || fstat(reader->file, &status) != 0) {
            nnc_fail_at(host, path, 0, 0, "cannot be opened: %s", strerror(errno));
            nnc_reader_close(reader);
            return -1;
        }
        if (S_ISDIR(status.st_mode)) {
            nnc_reader_close(reader);
            return nnc_fail_at(host, path, 0, 0, "is a directory, not a file");
        }
    }
    if (nnc_reader_detect_gzip(reader) != 0) {
        nnc_reader_close(reader);
        return -1;
    }
    return 0;
}

NNC_API void nnc_reader_close(nnc_reader *reader) {
    if (reader->inflater != NULL) {
        nnc_inflater_close(reader->inflater);
    }
    if (reader->file >= 0) {
        close(reader->file);
    }
    free(reader->buffer);
    reader->inflater = NULL;
    reader->file = -1;
    reader->buffer = NULL;
}

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
