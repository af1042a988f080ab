/* SPDX-License-Identifier: MIT-0 */
/* host.h - what the files of the hosted runtime stand on: errors, memory, files, numbers, arrays. C99 with POSIX and a
 * heap. Programs include nnc.h only. */
#ifndef NNC_HOST_H_INCLUDED
#define NNC_HOST_H_INCLUDED

#ifndef _POSIX_C_SOURCE /* must stand before the first system header; a standalone file defines it at its top */
#define _POSIX_C_SOURCE 200809L
#endif

#include "nnc.h"

#include <stdarg.h>
#include <stdio.h>

#if defined(__GNUC__)
#define NNC_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define NNC_PRINTF(text, first)
#endif

/* Unless it says otherwise, a function here returns 0, or -1 after it has told nnc_fail() why. */

/* Errors, memory (host_error.c) ------------------------------------------------------------------------------------ */

enum nnc_exit { NNC_EXIT_OK = 0, NNC_EXIT_FAILED = 1, NNC_EXIT_USAGE = 2, NNC_EXIT_SIGNAL = 128 /* + its number */ };

/** Bytes that can be read anywhere: in memory, mapped from a file, or left in a file. (host_store.c) */
typedef struct nnc_origin nnc_origin;
typedef struct nnc_store {
    const unsigned char *bytes; /* NULL: they are left in the file */
    size_t size;
    size_t offset;      /* of the first in what they come from: … */
    nnc_origin *origin; /* … which all parts share; NULL: memory that outlives the store */
} nnc_store;

/** One run of the program: its error, its memory, and its standard input. */
typedef struct nnc_host {
    const char *program;  /* for messages */
    int status;           /* that the program ends with: an nnc_exit */
    char place[640];      /* file:line:column, or "" */
    char text[2048];      /* what is wrong, and the way out; "" while all is well */
    nnc_store input;      /* standard input, kept once read: x and y may both name it */
    int input_read;
    size_t threads;       /* --threads; 0: as many as pay */
    size_t memory_limit;  /* bytes: --max-memory; 0: … */
    size_t memory_there;  /* … so many may be taken for data; 0: not known yet */
    size_t memory_taken;  /* by the model and by data */
    struct nnc_group *group; /* of which this process is one; NULL: it is alone */
    int is_silent;           /* another process of the group writes the files */
} nnc_host;

/** Records the error of a run that cannot go on. Always -1. */
NNC_API int nnc_fail(nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** Forgets it: there is another way. */
NNC_API void nnc_forgive(nnc_host *host);
/** The same for a wrong command line: the program ends with NNC_EXIT_USAGE. Always -1. */
NNC_API int nnc_fail_usage(nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** The same about a place in a file; line and column count from 1, 0 leaves them out. Always -1. */
NNC_API int nnc_fail_at(nnc_host *host, const char *path, size_t line, size_t column, const char *format, ...)
    NNC_PRINTF(5, 6);
NNC_API int nnc_fail_at_list(nnc_host *host, const char *path, size_t line, size_t column, const char *format,
                             va_list args);
/** Adds the way out to the recorded error, behind a semicolon. Always -1. */
NNC_API int nnc_fail_hint(nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** Prints `program: warning: text` to standard error. */
NNC_API void nnc_warn(const nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** Prints the recorded error to standard error as `place: error: text`, place being the program where there is none. */
NNC_API void nnc_print_error(const nnc_host *host);
/** Processors that this process may use, by what it is bound to and its container's share; at least 1. (host_team.c) */
NNC_API size_t nnc_cores(void);
/** Takes a piece of text, which does not end with a 0. */
typedef void nnc_take_text(void *to, const char *piece, size_t length);
/** Draws a table of ASCII (+---+, | cell |) with lines in UTF-8, and hands on all else as it is. (host_table.c) */
NNC_API void nnc_draw_table(const char *plain, nnc_take_text *take, void *to);
/** A copy from malloc. */
NNC_API char *nnc_copy_text(nnc_host *host, const char *text);
/** Bytes of a file as a message may show them: 'abc', with escapes for what is not printable, cut when long. */
typedef struct nnc_quoted {
    char text[64];
} nnc_quoted;
NNC_API nnc_quoted nnc_quote(const void *bytes, size_t size);
/** Whether bytes are text in UTF-8. */
NNC_API int nnc_is_utf8_text(const char *bytes, size_t size);
/** A character of a string in JSON. */
typedef struct nnc_json_char {
    char text[8];
} nnc_json_char;
NNC_API nnc_json_char nnc_json_character(char character);
/** A shape as Python writes it: (28, 28), (5,), (). */
typedef struct nnc_shape_text {
    char text[160];
} nnc_shape_text;
NNC_API nnc_shape_text nnc_show_shape(const int64_t *shape, int rank);

/** count * size zeroed bytes, aligned to 64; NULL after an error. Never NULL for 0 bytes. Released by free(). */
NNC_API void *nnc_alloc(nnc_host *host, size_t count, size_t size);
/** Makes *block (from malloc, or NULL) at least `count` items of `size` bytes long, growing geometrically. */
NNC_API int nnc_grow(nnc_host *host, void **block, size_t *capacity, size_t count, size_t size);
/** *product = a * b; -1, silently, when it exceeds SIZE_MAX. */
NNC_API int nnc_multiply(size_t a, size_t b, size_t *product);
/** The number of elements of a shape in *count; -1, silently, when it is negative or exceeds SIZE_MAX / 16. */
NNC_API int nnc_shape_count(const int64_t *shape, int rank, size_t *count);

/* Processes that share a run (host_group.c) ------------------------------------------------------------------------ */

typedef struct nnc_group {
    size_t rank, count; /* which of how many this is */
    int has_ended;      /* one has failed, and all know it */
    const char *resume; /* the file that a run can go on from, for who finds that others are gone; or NULL */
    void *context;
    int (*give)(void *context, const nnc_given *given, size_t count, size_t parts); /* as in nnc_ranks */
    /** What each process has, `size` bytes, one after the other into `all`. -1: others are gone. */
    int (*collect)(void *context, const void *own, size_t size, void *all);
    /** The first `count` processes go on. */
    void (*shrink)(struct nnc_group *group, size_t count);
} nnc_group;

/** The greatest of what the processes say, not below 0; alone, one's own. -1: another one has failed; then this one
 *  has no error of its own. */
NNC_API int nnc_group_agree(nnc_host *host, int own);
/** Error when a number is another one in some process: `what`, "the model". */
NNC_API int nnc_group_same(nnc_host *host, uint64_t value, const char *what);
/** The end of the run, in every process. Where one has failed, its error becomes everyone's. Returns the status. */
NNC_API int nnc_group_end(nnc_host *host, int status);

/* The process (host_process.c) ------------------------------------------------------------------------------------- */

/** Before any file is opened: standard input, output and error are no free numbers, and a file that grows too large is
 *  an error of who writes it. */
NNC_API void nnc_process_begin(void);

/* Paths (host_paths.c) --------------------------------------------------------------------------------------------- */

/** What is done with a path. To go on in place is meant: weights may be written where weights were read. */
typedef enum nnc_path_use { NNC_PATH_READ, NNC_PATH_WRITE, NNC_PATH_READ_WEIGHTS, NNC_PATH_WRITE_WEIGHTS } nnc_path_use;

/** A path, who names it, for messages, and what for. */
typedef struct nnc_pathname {
    const char *path; /* NULL: not given */
    const char *name;
    nnc_path_use use;
    int is_pattern; /* has fields such as {epoch:02d} that stand for numbers */
} nnc_pathname;

/** Whether a path is only written. */
NNC_API int nnc_path_is_written(const nnc_pathname *path);
/** 1 when one of the paths would be written over another, by whatever names: then *output is the one, *other the other.
 *  Standard input and output, devices and pipes are never the same. */
NNC_API int nnc_paths_clash(const nnc_pathname *paths, size_t count, const nnc_pathname **output,
                            const nnc_pathname **other);
/** Where symbolic links lead, be there a file or not. */
typedef struct nnc_path_text {
    char text[4096];
} nnc_path_text;
NNC_API nnc_path_text nnc_follow_links(const char *path);

/* Stores and memory (host_store.c, host_sink.c) -------------------------------------------------------------------- */

/** Bytes of data that memory may be taken for: what --max-memory leaves, else three quarters of the machine's or the
 *  container's. */
NNC_API size_t nnc_memory_left(nnc_host *host);
/** The process takes no more than this from now on: whoever asks for more, gets none. */
NNC_API void nnc_memory_limit(nnc_host *host, size_t bytes);
/** Takes so many; an error where --max-memory leaves less. `what`: "the model takes". */
NNC_API int nnc_memory_take(nnc_host *host, size_t bytes, const char *what);

/** Takes over a block from malloc. */
NNC_API int nnc_store_of_block(nnc_host *host, void *block, size_t size, nnc_store *store);
/** Takes over a regular file of `size` bytes, more than 0: it is mapped, or left where memory or addresses do not
 *  suffice. */
NNC_API int nnc_store_of_file(nnc_host *host, int file, size_t size, nnc_store *store);
/** Some of the bytes; both stores are freed. */
NNC_API nnc_store nnc_store_part(const nnc_store *store, size_t at, size_t size);
NNC_API void nnc_store_free(nnc_store *store);
/** `size` bytes from `at` on: where they are, or read into `scratch`. What cannot be read is zeros, and
 *  nnc_store_check() says so. Several threads may do that at once. */
NNC_API const void *nnc_store_at(const nnc_store *store, size_t at, size_t size, void *scratch);
/** Whether pieces are read from the file. */
NNC_API int nnc_store_is_left(const nnc_store *store);
/** Error when bytes that were asked for could not be read; `path` for the message. */
NNC_API int nnc_store_check(nnc_host *host, const nnc_store *store, const char *path);
/** Writes over bytes of a store that a sink has made. */
NNC_API int nnc_store_write(nnc_host *host, const nnc_store *store, size_t at, const void *bytes, size_t size);

/** Bytes that come one after another: in memory while there is room, else in a file without a name. */
typedef struct nnc_sink {
    nnc_host *host; /* begin with it alone */
    void *block;
    size_t size, capacity; /* bytes */
    int is_spilled, file;
} nnc_sink;

NNC_API int nnc_sink_put(nnc_sink *sink, const void *bytes, size_t size);
/** They become a store; the sink is as in the beginning. */
NNC_API int nnc_sink_end(nnc_sink *sink, nnc_store *store);
NNC_API void nnc_sink_abandon(nnc_sink *sink);
/** Writes to a temporary file. */
NNC_API int nnc_write_at(nnc_host *host, int file, size_t at, const void *bytes, size_t size);

/* Files: whole or in pieces, plain or compressed (host_file.c) ----------------------------------------------------- */

typedef enum nnc_coding {
    NNC_CODING_PLAIN,
    NNC_CODING_GZIP,
    NNC_CODING_DEFLATE /* a zip member */
} nnc_coding;

typedef struct nnc_inflater nnc_inflater;

/** Whether so many compressed bytes can become so many: deflate makes at most 1032 of one. */
NNC_API int nnc_can_unpack(uint64_t packed, uint64_t unpacked);

/** Reads bytes in order from a file, standard input or memory, unpacking on the way. */
typedef struct nnc_reader {
    nnc_host *host;
    const char *path; /* for messages */
    int file;         /* descriptor of a pipe or a device; -1: `source` holds all there is */
    nnc_store source;
    size_t at;              /* what comes next of it */
    nnc_inflater *inflater; /* NULL: plain */
    unsigned char *room;    /* where bytes are read or unpacked; NULL: there is no need to */
    size_t capacity;        /* of it */
    const unsigned char *buffer; /* decoded bytes; those from `begin` to `end` are not consumed yet */
    size_t begin, end;
    int finished; /* nothing follows the buffer */
    int has_crc;  /* keep the checksum of what is read */
    uint32_t crc;
} nnc_reader;

/** Opens a file, "-" being standard input; what starts with gzip's magic number is unpacked. */
NNC_API int nnc_reader_open(nnc_host *host, nnc_reader *reader, const char *path);
NNC_API void nnc_reader_close(nnc_reader *reader);
/** Reads a part of a store, whose origin it shares; without one, the store is memory that outlives the reader. */
NNC_API int nnc_reader_part(nnc_host *host, nnc_reader *reader, const char *path, const nnc_store *store, size_t at,
                            size_t size, nnc_coding coding);
/** Makes at least `wanted` (up to 512, or what was asked for below) bytes visible from reader->begin, fewer only at the
 *  end of the file. */
NNC_API int nnc_reader_fill(nnc_reader *reader, size_t wanted);
/** From now on so many bytes may be asked for. */
NNC_API int nnc_reader_widen(nnc_reader *reader, size_t wanted);
/** Copies exactly `size` bytes; a file that ends before is an error. */
NNC_API int nnc_reader_read(nnc_reader *reader, void *bytes, size_t size);
/** Exactly `size` bytes into *bytes (from malloc), which grows as they arrive: a file that claims more than it holds
 *  costs no memory. */
NNC_API int nnc_reader_take(nnc_reader *reader, size_t size, void **bytes);
/** Exactly `size` bytes as a store: where they are in a plain file, else unpacked into memory or a temporary file. */
NNC_API int nnc_reader_store(nnc_reader *reader, size_t size, nnc_store *store);
/** The rest of a file, likewise. */
NNC_API int nnc_reader_store_all(nnc_reader *reader, nnc_store *store);
/** Error unless everything has been read. */
NNC_API int nnc_reader_expect_end(nnc_reader *reader);
/** The rest of a file into *bytes (from malloc). */
NNC_API int nnc_reader_take_all(nnc_reader *reader, unsigned char **bytes, size_t *size);
/** A whole file, likewise. */
NNC_API int nnc_read_file(nnc_host *host, const char *path, unsigned char **bytes, size_t *size);

/** Writes a file so that it is there whole or not at all: FILE.partial, fsync, rename. "-" is standard output. */
typedef struct nnc_writer {
    nnc_host *host;
    char *path, *temporary; /* temporary NULL: in place, what is there being no regular file */
    FILE *file;
    uint64_t size; /* bytes written */
    uint32_t crc;  /* of them; may be reset */
    int error;     /* errno of the first failure, or 0 */
} nnc_writer;

NNC_API int nnc_writer_open(nnc_host *host, nnc_writer *writer, const char *path);
/** Errors are kept until nnc_writer_commit(). */
NNC_API void nnc_writer_write(nnc_writer *writer, const void *bytes, size_t size);
NNC_API int nnc_writer_commit(nnc_writer *writer);
/** Finds out whether a file could be written, leaving everything as it is. */
NNC_API int nnc_writer_probe(nnc_host *host, const char *path);
/** Gives up: the old file, if any, stays. Harmless after nnc_writer_commit(). */
NNC_API void nnc_writer_abandon(nnc_writer *writer);

/* Numbers and arrays (host_array.c, host_number.c) ----------------------------------------------------------------- */

/* Element types: name, C type, value of an element v as double, NumPy's name, safetensors' name. */
#define NNC_DTYPES(X)                                      \
    X(U8, uint8_t, v, "uint8", "U8")                       \
    X(I8, int8_t, v, "int8", "I8")                         \
    X(U16, uint16_t, v, "uint16", "U16")                   \
    X(I16, int16_t, v, "int16", "I16")                     \
    X(U32, uint32_t, v, "uint32", "U32")                   \
    X(I32, int32_t, v, "int32", "I32")                     \
    X(U64, uint64_t, v, "uint64", "U64")                   \
    X(I64, int64_t, v, "int64", "I64")                     \
    X(F16, uint16_t, nnc_float16(v), "float16", "F16")     \
    X(BF16, uint16_t, nnc_bfloat16(v), "bfloat16", "BF16") \
    X(F32, float, v, "float32", "F32")                     \
    X(F64, double, v, "float64", "F64")

typedef enum nnc_dtype {
#define NNC_DTYPE_ENUM(id, type, value, name, safetensors) NNC_##id,
    NNC_DTYPES(NNC_DTYPE_ENUM)
#undef NNC_DTYPE_ENUM
        NNC_DTYPE_COUNT
} nnc_dtype;

typedef struct nnc_dtype_info {
    const char *name, *safetensors;
    size_t size;
    int is_integer;
} nnc_dtype_info;
NNC_API nnc_dtype_info nnc_dtype_of(nnc_dtype dtype);

/** `count` elements at `from` to F32, F64 or I32 at `to`, multiplied by `scale` (in double). What does not fit an
 *  int32_t must not be asked for. The one place that converts between the numbers of files and of models. */
NNC_API void nnc_convert(void *to, nnc_dtype to_dtype, const void *from, nnc_dtype from_dtype, size_t count,
                         double scale);
/** The type of a model's numbers. */
NNC_API nnc_dtype nnc_real_dtype(const nnc_model *model);
NNC_API double nnc_get_real(const nnc_model *model, const void *reals, size_t index);
NNC_API void nnc_set_real(const nnc_model *model, void *reals, size_t index, double value);
/** Whether elements of `size` bytes in a file of that order are in another order than this machine's. */
NNC_API int nnc_is_swapped(size_t size, int file_is_big_endian);
/** Reverses the bytes of `count` elements of `size` bytes when the file's order is not this machine's. */
NNC_API void nnc_fix_byte_order(void *data, size_t count, size_t size, int file_is_big_endian);
/** Reverses them in any case. */
NNC_API void nnc_swap_bytes(void *data, size_t count, size_t size);

/** CRC-32 as zip and zlib have it; of nothing it is 0. (host_crc.c) */
NNC_API uint32_t nnc_crc32(uint32_t crc, const void *bytes, size_t size);

/** A decimal number that fills all of the text, as strtod reads it in the C locale, correctly rounded. Also nan and inf
 *  by name. -1, silently, when the text is none. */
NNC_API int nnc_parse_number(const char *text, size_t size, double *value);
/** The decimal number that text begins with, of the same bits; `point` may be a comma. Where it stops; NULL: there is
 *  none, or it takes nnc_parse_number() to round it. */
NNC_API const char *nnc_scan_number(const char *text, const char *end, char point, double *value);
/** A whole number without sign in decimal; -1, silently. */
NNC_API int nnc_parse_count(const char *text, uint64_t *value);

enum { NNC_MAX_RANK = 8 };

/** In a file of text, counted from 1. */
typedef struct nnc_text_place {
    uint32_t line, column;
} nnc_text_place;

/** Numbers of a data file in row-major order. */
typedef struct nnc_array {
    nnc_dtype dtype;
    int rank;
    int64_t shape[NNC_MAX_RANK];
    nnc_store data;
    int is_swapped;   /* their bytes are in the order of other machines */
    nnc_store places; /* text: where the first value of each row stands, nnc_text_place; else nothing */
    int has_names;    /* csv: the first line holds names, and is no row */
} nnc_array;
/** `count` elements from `first` on, as nnc_convert() does. */
NNC_API void nnc_array_get(const nnc_array *array, size_t first, size_t count, nnc_dtype dtype, double scale, void *to);
/** Where a row stands in a text file; line 0 where there are no lines. */
NNC_API nnc_text_place nnc_array_place(const nnc_array *array, size_t row);
NNC_API void nnc_array_free(nnc_array *array);

/* Random numbers one after another, for shuffling and made-up data (host_random.c) --------------------------------- */

typedef struct nnc_stream {
    nnc_random random;
    uint32_t block, used;
    uint32_t bits[NNC_RANDOM_BLOCK];
} nnc_stream;

NNC_API nnc_stream nnc_stream_for(uint64_t seed, uint32_t purpose, uint64_t batch);
NNC_API uint32_t nnc_stream_next(nnc_stream *stream);
/** Uniform in 0 … bound - 1; bound > 0. */
NNC_API uint32_t nnc_stream_below(nnc_stream *stream, uint32_t bound);
/** Uniform in (0, 1). */
NNC_API double nnc_stream_uniform(nnc_stream *stream);
/** Mean 0, variance 1. */
NNC_API double nnc_stream_normal(nnc_stream *stream);
/** A permutation of 0 … count - 1 that follows from seed and epoch alone. */
NNC_API void nnc_shuffle(uint64_t seed, uint64_t epoch, uint32_t *order, size_t count);

/* Signals (host_signal.c) ------------------------------------------------------------------------------------------ */

/* SIGINT and SIGTERM ask the run to end; a second one kills. What `nnc run` hands on is queued, and no second one: who
 * signals a group of processes has reached the program itself. */

NNC_API void nnc_signals_catch(void);
NNC_API void nnc_signals_release(void);
/** The signal that came, or 0. */
NNC_API int nnc_signal_pending(void);

/* Subnormal numbers (host_subnormal.c) ----------------------------------------------------------------------------- */

/** From here on they are zero in this thread, and those it starts. Returns what nnc_subnormals_restore() takes. */
NNC_API uint64_t nnc_subnormals_zero(void);
NNC_API void nnc_subnormals_restore(uint64_t mode);

#endif
