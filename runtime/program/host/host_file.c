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

enum { NNC_READER_BUFFER = 1 << 16 };

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
        const size_t left = reader->source.size - reader->at;
        *got = size < left ? size : left;
        const void *from = nnc_store_at(&reader->source, reader->at, *got, bytes);
        if (from != bytes && *got > 0) {
            memcpy(bytes, from, *got);
        }
        reader->at += *got;
        return nnc_store_check(reader->host, &reader->source, reader->path);
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
    memmove(reader->room, reader->room + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    while (got == 0 && !reader->finished) {
        size_t room = reader->capacity - reader->end;
        if (reader->inflater != NULL) {
            if (nnc_inflate(reader, reader->room + reader->end, room, &got) != 0) {
                return -1;
            }
        } else {
            if (nnc_read_raw(reader, reader->room + reader->end, room, &got) != 0) {
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

/* Bytes come into a room of the reader's own. */
static int nnc_reader_make_room(nnc_reader *reader) {
    reader->room = malloc(NNC_READER_BUFFER);
    if (reader->room == NULL) {
        return nnc_fail(reader->host, "out of memory");
    }
    reader->capacity = NNC_READER_BUFFER;
    reader->buffer = reader->room;
    reader->begin = reader->end = 0;
    reader->finished = 0;
    return 0;
}

NNC_API int nnc_reader_widen(nnc_reader *reader, size_t wanted) {
    void *room = reader->room;
    if (room == NULL) { /* all is visible */
        return 0;
    }
    if (nnc_grow(reader->host, &room, &reader->capacity, wanted, 1) != 0) {
        return -1;
    }
    reader->room = room;
    reader->buffer = room;
    return 0;
}

/* At the beginning of the source. */
static int nnc_reader_begin(nnc_reader *reader, nnc_coding coding) {
    if (coding == NNC_CODING_PLAIN && reader->source.bytes != NULL) {
        reader->buffer = reader->source.bytes;
        reader->end = reader->at = reader->source.size;
        reader->finished = 1;
        return 0;
    }
    return nnc_reader_make_room(reader) != 0 ||
                   (coding != NNC_CODING_PLAIN && nnc_inflater_open(reader, coding) != 0)
               ? -1
               : 0;
}

static void nnc_reader_clear(nnc_host *host, nnc_reader *reader, const char *path) {
    memset(reader, 0, sizeof *reader);
    reader->host = host;
    reader->path = path;
    reader->file = -1;
}

NNC_API int nnc_reader_part(nnc_host *host, nnc_reader *reader, const char *path, const nnc_store *store, size_t at,
                            size_t size, nnc_coding coding) {
    nnc_reader_clear(host, reader, path);
    reader->source = nnc_store_part(store, at, size);
    if (nnc_reader_begin(reader, coding) != 0) {
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
    const size_t there = reader->end;
    if (there < 2 || reader->buffer[0] != 0x1f || reader->buffer[1] != 0x8b) {
        return 0;
    }
    if (nnc_inflater_open(reader, NNC_CODING_GZIP) != 0) {
        return -1;
    }
    if (reader->room == NULL) {
        reader->at = 0;
        return nnc_reader_make_room(reader);
    }
#ifdef NNC_ZLIB
    memcpy(reader->inflater->packed, reader->buffer, there);
    reader->inflater->stream.next_in = reader->inflater->packed;
    reader->inflater->stream.avail_in = (uInt)there;
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
    nnc_reader_clear(host, &reader, "<stdin>");
    reader.file = STDIN_FILENO;
    int status = nnc_reader_make_room(&reader) == 0 ? nnc_reader_store_all(&reader, &host->input) : -1;
    reader.file = -1;
    nnc_reader_close(&reader);
    host->input_read = status == 0;
    return status;
}

/* A file becomes the source if it can be read anywhere; a pipe is read in order. */
static int nnc_reader_open_file(nnc_reader *reader) {
    nnc_host *host = reader->host;
    struct stat status;
    int file = open(reader->path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        nnc_fail_at(host, reader->path, 0, 0, "cannot be opened: %s", strerror(errno));
        if (file >= 0) {
            close(file);
        }
        return -1;
    }
    if (S_ISDIR(status.st_mode)) {
        close(file);
        return nnc_fail_at(host, reader->path, 0, 0, "is a directory, not a file");
    }
    if (!S_ISREG(status.st_mode) || status.st_size == 0) { /* what is made when it is read has no size */
        reader->file = file;
        return nnc_reader_make_room(reader);
    }
    if ((uint64_t)status.st_size > SIZE_MAX / 2) {
        close(file);
        return nnc_fail_at(host, reader->path, 0, 0, "is too large for this machine");
    }
    return nnc_store_of_file(host, file, (size_t)status.st_size, &reader->source) == 0
               ? nnc_reader_begin(reader, NNC_CODING_PLAIN)
               : -1;
}

NNC_API int nnc_reader_open(nnc_host *host, nnc_reader *reader, const char *path) {
    if (strcmp(path, "-") == 0) {
        if (nnc_keep_input(host) != 0 || nnc_reader_part(host, reader, "<stdin>", &host->input, 0, host->input.size,
                                                         NNC_CODING_PLAIN) != 0) {
            return -1;
        }
    } else {
        nnc_reader_clear(host, reader, path);
        if (nnc_reader_open_file(reader) != 0) {
            nnc_reader_close(reader);
            return -1;
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
    nnc_store_free(&reader->source);
    free(reader->room);
    reader->inflater = NULL;
    reader->file = -1;
    reader->room = NULL;
    reader->buffer = NULL;
}
