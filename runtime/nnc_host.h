/* SPDX-License-Identifier: MIT-0 */
/* nnc_host.h - what the files of the hosted runtime share: C99 with POSIX and a heap. Programs include nnc.h only. */
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

/** One run of the program: its error, and its standard input. */
typedef struct nnc_host {
    const char *program;  /* for messages */
    int status;           /* that the program ends with: an nnc_exit */
    char place[640];      /* file:line:column, or "" */
    char text[2048];      /* what is wrong, and the way out; "" while all is well */
    unsigned char *input; /* standard input, kept once read: x and y may both name it */
    size_t input_size;
    int input_read;
} nnc_host;

/** Records the error of a run that cannot go on. Always -1. */
NNC_API int nnc_fail(nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** The same for a wrong command line: the program ends with NNC_EXIT_USAGE. Always -1. */
NNC_API int nnc_fail_usage(nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** The same about a place in a file; line and column count from 1, 0 leaves them out. Always -1. */
NNC_API int nnc_fail_at(nnc_host *host, const char *path, size_t line, size_t column, const char *format, ...)
    NNC_PRINTF(5, 6);
/** Adds the way out to the recorded error, behind a semicolon. Always -1. */
NNC_API int nnc_fail_hint(nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** Prints `program: warning: text` to standard error. */
NNC_API void nnc_warn(const nnc_host *host, const char *format, ...) NNC_PRINTF(2, 3);
/** Prints the recorded error to standard error as `place: error: text`, place being the program where there is none. */
NNC_API void nnc_print_error(const nnc_host *host);
/** A copy from malloc. */
NNC_API char *nnc_copy_text(nnc_host *host, const char *text);
/** Bytes of a file as a message may show them: 'abc', with escapes for what is not printable, cut when long. */
typedef struct nnc_quoted {
    char text[64];
} nnc_quoted;
NNC_API nnc_quoted nnc_quote(const void *bytes, size_t size);
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

/* Files: whole or in pieces, plain or compressed (host_file.c) ----------------------------------------------------- */

typedef enum nnc_coding {
    NNC_CODING_PLAIN,
    NNC_CODING_GZIP,
    NNC_CODING_DEFLATE /* a zip member */
} nnc_coding;

typedef struct nnc_inflater nnc_inflater;

/** Reads bytes in order from a file, standard input or memory, unpacking on the way. */
typedef struct nnc_reader {
    nnc_host *host;
    const char *path; /* for messages */
    int file;         /* descriptor; -1: `source` holds all there is */
    const unsigned char *source;
    size_t source_size;
    nnc_inflater *inflater; /* NULL: plain */
    unsigned char *buffer;  /* decoded bytes; those from `begin` to `end` are not consumed yet */
    size_t begin, end;
    int finished; /* nothing follows the buffer */
    int has_crc;  /* keep the checksum of what is read */
    uint32_t crc;
} nnc_reader;

/** Opens a file, "-" being standard input; what starts with gzip's magic number is unpacked. */
NNC_API int nnc_reader_open(nnc_host *host, nnc_reader *reader, const char *path);
/** Reads from memory that outlives the reader. */
NNC_API int nnc_reader_slice(nnc_host *host, nnc_reader *reader, const char *path, const void *bytes, size_t size,
                             nnc_coding coding);
NNC_API void nnc_reader_close(nnc_reader *reader);
/** Makes at least `wanted` (up to 512) bytes visible from reader->begin, fewer only at the end of the file. */
NNC_API int nnc_reader_fill(nnc_reader *reader, size_t wanted);
/** Copies exactly `size` bytes; a file that ends before is an error. */
NNC_API int nnc_reader_read(nnc_reader *reader, void *bytes, size_t size);
/** Exactly `size` bytes into *bytes (from malloc), which grows as they arrive: a file that claims more than it holds
 *  costs no memory. */
NNC_API int nnc_reader_take(nnc_reader *reader, size_t size, void **bytes);
/** Error unless everything has been read. */
NNC_API int nnc_reader_expect_end(nnc_reader *reader);
/** The rest of a file into *bytes (from malloc). */
NNC_API int nnc_reader_take_all(nnc_reader *reader, unsigned char **bytes, size_t *size);

/** Writes a file so that it is there whole or not at all: a temporary file, fsync, rename. */
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
/** Reverses the bytes of `count` elements of `size` bytes when the file's order is not this machine's. */
NNC_API void nnc_fix_byte_order(void *data, size_t count, size_t size, int file_is_big_endian);

/** CRC-32 as zip and zlib have it; of nothing it is 0. (host_crc.c) */
NNC_API uint32_t nnc_crc32(uint32_t crc, const void *bytes, size_t size);

/** A decimal number that fills all of the text, as strtod reads it in the C locale, correctly rounded. Also nan and inf
 *  by name. -1, silently, when the text is none. */
NNC_API int nnc_parse_number(const char *text, size_t size, double *value);
/** A whole number without sign in decimal; -1, silently. */
NNC_API int nnc_parse_count(const char *text, uint64_t *value);

enum { NNC_MAX_RANK = 8 };

/** In a file of text, counted from 1. */
typedef struct nnc_text_place {
    uint32_t line, column;
} nnc_text_place;

/** Numbers of a data file in row-major order and this machine's byte order. */
typedef struct nnc_array {
    nnc_dtype dtype;
    int rank;
    int64_t shape[NNC_MAX_RANK];
    void *data;      /* from malloc */
    nnc_text_place *places; /* csv: where the first value of each row stands; else NULL */
} nnc_array;
NNC_API void nnc_array_free(nnc_array *array);

/* What is learned from the data and stands with the weights (learned.c) ---------------------------------------------- */

/** Labels that stand for classes, and what standardizes the inputs. */
typedef struct nnc_learned {
    char **classes; /* class_count labels, sorted: the number of a class is its place */
    size_t class_count, capacity;
    double *mean, *deviation; /* of the `width` values of a sample; width 0: not standardized */
    size_t width;
} nnc_learned;

typedef struct nnc_notes {
    nnc_note *at;
    size_t count;
} nnc_notes;

typedef struct nnc_quoted_list {
    char text[400];
} nnc_quoted_list;

NNC_API void nnc_learned_free(nnc_learned *learned);
/** The class of a label, or -1. */
NNC_API int nnc_learned_find(const nnc_learned *learned, const char *text, size_t size);
NNC_API int nnc_learned_add(nnc_host *host, nnc_learned *learned, const char *text, size_t size);
/** 'cat', 'dog', for messages. */
NNC_API nnc_quoted_list nnc_learned_list(const nnc_learned *learned);
/** Classes: 0 'cat', 1 'dog'; nothing when there are no labels. */
NNC_API void nnc_learned_print(const nnc_learned *learned);
/** As strings by key, and back; `width` values of a sample. */
NNC_API int nnc_learned_to_notes(nnc_host *host, const nnc_learned *learned, nnc_notes *notes);
NNC_API int nnc_learned_from_notes(nnc_host *host, const char *path, const nnc_note *notes, size_t count, size_t width,
                                   nnc_learned *learned);
NNC_API void nnc_notes_free(nnc_notes *notes);
/** The value of a note, or NULL. */
NNC_API const char *nnc_find_note(const nnc_note *notes, size_t count, const char *key);
NNC_API int nnc_add_note(nnc_host *host, nnc_notes *notes, const char *key, const char *value);

/* Data files (data_*.c): each reads one array ---------------------------------------------------------------------- */

NNC_API int nnc_read_idx(nnc_reader *reader, nnc_array *array);
NNC_API int nnc_read_npy(nnc_reader *reader, nnc_array *array);
/** The array `name` of the archive; NULL: the only one in it, or among several the one called `role`. */
NNC_API int nnc_read_npz(nnc_reader *reader, const char *name, const char *role, nnc_array *array);
/** The columns that `source` wants, as a matrix of `dtype` (F32 or F64). Where `learned` is not NULL a single column may
 *  hold labels: they become classes, which are learned unless there are some already. */
NNC_API int nnc_read_csv(nnc_reader *reader, const nnc_source *source, nnc_dtype dtype, nnc_learned *learned,
                         nnc_array *array);
/** PNG files in folders by class, in a fixed random order: pixels of `channels` (1, 3, 4) bytes, or only their classes
 *  when `channels` is 0. (data_images.c) */
NNC_API int nnc_read_images(nnc_host *host, const char *path, int channels, nnc_learned *learned, nnc_array *array);

/** A source that says nothing. */
#define NNC_NO_SOURCE {NULL, NULL, NULL, NULL, 0, 0, -1, 1.0, '\0', -1, NULL, 0}

/** Starts an .npy file: dtype F32 or F64, then the data follow. */
NNC_API void nnc_write_npy_header(nnc_writer *writer, nnc_dtype dtype, int rank, const int64_t *shape);

/** An .npz archive: between begin and next, the .npy file of each array is written; the end comes after them all. */
enum { NNC_NPZ_ARRAYS = 2 };
typedef struct nnc_npz_array {
    char name[64];
    uint64_t local, begin, size; /* where its header and its bytes are */
    uint32_t crc;
} nnc_npz_array;
typedef struct nnc_npz_writer {
    nnc_npz_array arrays[NNC_NPZ_ARRAYS];
    int count; /* begin with 0 */
} nnc_npz_writer;
NNC_API void nnc_write_npz_begin(nnc_writer *writer, nnc_npz_writer *npz, const char *name);
NNC_API void nnc_write_npz_next(nnc_writer *writer, nnc_npz_writer *npz);
NNC_API void nnc_write_npz_end(nnc_writer *writer, const nnc_npz_writer *npz);

/* Samples: what a source gives to a model (data_samples.c) --------------------------------------------------------- */

/** Rows of an array, checked against the model. */
typedef struct nnc_samples {
    char *path; /* for messages; NULL: there are none */
    nnc_array array;
    size_t first, count;    /* rows of the array */
    size_t row_size;        /* bytes of a row */
    size_t *columns, width; /* values per sample; columns NULL: all */
    double scale;
    nnc_dtype dtype; /* of what the model takes: F32, F64, I32 */
    size_t repeat;   /* each value stands for so many of the model's: a sample's weight for all of its time steps */
    int is_one_hot;  /* the array holds class numbers, of which `width` values are made */
    const nnc_learned *learned; /* what standardizes the values; NULL: nothing does */
    float *bytes;    /* for a model of floats and an array of bytes: the 256 numbers that they stand for; else NULL */
} nnc_samples;

/** What a role asks of its data. */
typedef struct nnc_role {
    const char *name; /* x, y, sample_weight: for messages */
    nnc_dtype dtype;
    int rank; /* of one sample */
    int64_t shape[6];
    int64_t low, high, also; /* I32, indices: the values allowed, and one more */
    int is_index;            /* also when it is real: the model cuts off its fraction */
    const char *meaning;     /* of a value, for messages: a class, an index */
    const char *hint;        /* the way out when shapes do not fit, or "" */
    int64_t classes;         /* that labels may stand for; 0: there are none */
    int may_repeat;          /* the shape's first dimensions are enough */
    int is_one_hot;          /* class numbers become rows with a 1 in the place of the class */
    nnc_learned *learned;    /* labels of classes, or what standardizes x; may be NULL */
} nnc_role;
NNC_API nnc_role nnc_role_x(const nnc_model *model);
NNC_API nnc_role nnc_role_y(const nnc_model *model);
NNC_API nnc_role nnc_role_sample_weight(const nnc_model *model);

/** Loads and checks the file of a source; `path` NULL takes the source's own, below `data_dir`. */
NNC_API int nnc_load_samples(nnc_host *host, const nnc_source *source, const char *path, const char *data_dir,
                             const nnc_role *role, nnc_samples *samples);
NNC_API void nnc_samples_free(nnc_samples *samples);
/** Sample `index` in the model's type. */
NNC_API void nnc_copy_sample(const nnc_samples *samples, size_t index, void *to);
/** Its values before they are standardized. */
NNC_API void nnc_sample_values(const nnc_samples *samples, size_t index, double *values);
/** Learns mean and deviation of the first `count` samples. (learned.c) */
NNC_API int nnc_learned_standardize(nnc_host *host, const nnc_samples *x, size_t count, nnc_learned *learned);
/** Says that sample `index` will be copied soon. */
NNC_API void nnc_prefetch_sample(const nnc_samples *samples, size_t index);

/** x, y and weights of the same samples; y and weights may be missing (their path is NULL). */
typedef struct nnc_dataset {
    nnc_samples x, y, sample_weight;
    size_t count;
} nnc_dataset;

/** Which sources, and the files of the command line that replace theirs (NULL: none). */
typedef struct nnc_data_request {
    const nnc_source *x, *y, *sample_weight;
    const char *x_path, *y_path, *sample_weight_path;
    const char *data_dir; /* where relative paths of sources start */
    const char *prefix;   /* of the options, for messages: "" or "validation-" */
    int with_y;
    nnc_learned *learned; /* of the session; NULL: labels must be numbers, and nothing is standardized */
} nnc_data_request;

/** Loads x, and where asked y and weights, checked against the model and each other. */
NNC_API int nnc_dataset_load(nnc_host *host, const nnc_model *model, const nnc_data_request *request,
                             nnc_dataset *dataset);
NNC_API void nnc_dataset_free(nnc_dataset *dataset);

/* Safetensors (safetensors.c, safetensors_write.c, weights.c) ------------------------------------------------------ */

typedef struct nnc_entry {
    char *name;
    nnc_dtype dtype;
    int rank;
    int64_t shape[NNC_MAX_RANK];
    const void *data; /* count elements, little endian when read from a file */
    size_t count;
} nnc_entry;

/** A file of named tensors, whole in memory. */
typedef struct nnc_tensors {
    const char *path;
    unsigned char *bytes;
    nnc_entry *entries;
    size_t count;
    nnc_notes notes; /* the metadata */
} nnc_tensors;

/** Reads and checks a file completely. */
NNC_API int nnc_tensors_read(nnc_host *host, const char *path, nnc_tensors *tensors);
NNC_API int nnc_tensors_parse(nnc_host *host, const char *path, unsigned char *bytes, size_t size,
                              nnc_tensors *tensors);
NNC_API void nnc_tensors_free(nnc_tensors *tensors);
NNC_API const nnc_entry *nnc_tensors_find(const nnc_tensors *tensors, const char *name);
/** Writes tensors (data in this machine's order), sorted as given, and metadata unless `notes` is NULL. */
NNC_API int nnc_tensors_write(nnc_host *host, const char *path, const nnc_entry *entries, size_t count,
                              const nnc_notes *notes);
/** The same with a last tensor, the checksum of all bytes before it; and reads such a file, the checksum first. */
NNC_API int nnc_tensors_write_checked(nnc_host *host, const char *path, const nnc_entry *entries, size_t count,
                                      const nnc_notes *notes);
NNC_API int nnc_tensors_read_checked(nnc_host *host, const char *path, nnc_tensors *tensors);

/** Fills all weights of `params` from a file, or none; and what stands with them, unless `learned` is NULL. */
NNC_API int nnc_weights_load(nnc_host *host, const nnc_model *model, const char *path, void *params,
                             nnc_learned *learned);
NNC_API int nnc_weights_save(nnc_host *host, const nnc_model *model, const char *path, const void *params,
                             const nnc_learned *learned);
/** Saves the gradients of the trainable weights under the weights' names. */
NNC_API int nnc_gradients_save(nnc_host *host, const nnc_model *model, const char *path, const void *gradients);
/** Error unless the file holds masks of this model only. */
NNC_API int nnc_masks_check(nnc_host *host, const nnc_model *model, const nnc_tensors *masks);
/** Copies the masks `name@batch` of a batch of `n` samples into the trainer. */
NNC_API int nnc_masks_set(nnc_host *host, const nnc_model *model, const nnc_tensors *masks, uint64_t batch, size_t n,
                          void *trainer);

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

/* Signals (host_signal.c): SIGINT and SIGTERM ask the run to end; a second one kills. ------------------------------ */

NNC_API void nnc_signals_catch(void);
NNC_API void nnc_signals_release(void);
/** The signal that came, or 0. */
NNC_API int nnc_signal_pending(void);

/* Running a model (session.c) -------------------------------------------------------------------------------------- */

/** A model with its memory. */
typedef struct nnc_session {
    nnc_host *host;
    const nnc_model *model;
    void *trainer; /* NULL when only weights are needed */
    void *params;  /* inside the trainer where there is one */
    void *work;
    void *x, *y, *sample_weight, *output; /* of one batch */
    void *sums;                           /* what the model reports of a batch */
    size_t batch;                         /* rows used: at most the compiled batch */
    nnc_learned learned;                  /* from the data, or with the weights */
} nnc_session;

/** `batch_size` 0: the compiled batch; more than that is a usage error. */
NNC_API int nnc_session_open(nnc_host *host, const nnc_model *model, int64_t batch_size, int with_trainer,
                             nnc_session *session);
/** Hands the states of stateful layers from training to inference, or back: in Keras they are the same. */
NNC_API void nnc_session_share_states(nnc_session *session, int to_work);
NNC_API void nnc_session_close(nnc_session *session);
/** Weights from a file, or those baked in; neither is a usage error. */
NNC_API int nnc_session_weights(nnc_session *session, const char *path);
/** Copies `n` samples, from `first` on in order, or as `order` lists them from there, and clears the sums. */
NNC_API void nnc_session_gather(nnc_session *session, const nnc_dataset *data, const uint32_t *order, size_t first,
                                size_t n);
/** Fills x, y, the weights and the masks with suitable numbers for `n` samples, and clears the sums. (made_up.c) */
NNC_API void nnc_session_make_up(nnc_session *session, nnc_stream *stream, size_t n);
/** Weights for the rows of a batch to train on, by class where fit() says so; else as nnc_session_sample_weight. */
NNC_API const void *nnc_session_fit_weight(nnc_session *session, const nnc_dataset *data, size_t n);
/** Error when the data have weights and fit() has weights of classes. */
NNC_API int nnc_check_weights(nnc_host *host, const nnc_model *model, const nnc_dataset *data);
/** Rows of the loss that a sample has, each with its weight. */
NNC_API size_t nnc_weight_size(const nnc_model *model);
/** What to hand to the model: the weights gathered, or NULL when the data have none. */
NNC_API const void *nnc_session_sample_weight(const nnc_session *session, const nnc_dataset *data);
/** Values of one sample of the input, and of the output. */
NNC_API size_t nnc_input_size(const nnc_model *model);
NNC_API size_t nnc_output_size(const nnc_model *model);
/** Turns a status of the model into an error that says what was being done. */
NNC_API int nnc_fail_status(nnc_host *host, int status, const char *doing);

/* Figures: what is logged (figures.c) ------------------------------------------------------------------------------ */

/** A named figure of a log. */
typedef struct nnc_figure {
    const char *name;
    double value;         /* the mean of … */
    const double *values; /* … several; */
    size_t count;         /* at most 1: there is only the one */
} nnc_figure;

/** How many figures a metric has, and what they are. (metrics.c) */
NNC_API size_t nnc_metric_figures(const nnc_metric *metric);
NNC_API void nnc_metric_results(const nnc_metric *metric, const double *sums, double *figures);

/** Running means over the batches of an epoch: the loss weighted by samples, metrics from their sums. */
typedef struct nnc_totals {
    const nnc_model *model;
    const char *prefix;   /* of the figures' names: "" or "val_" */
    double loss, samples; /* the loss times the samples it stands for */
    double *sums;         /* as the model's; [0] unused */
    nnc_figure *figures;  /* nnc_totals_figures, */
    double *values;       /* and those that metrics have several of */
    char *names;
} nnc_totals;

NNC_API int nnc_totals_open(nnc_host *host, const nnc_model *model, const char *prefix, nnc_totals *totals);
NNC_API void nnc_totals_close(nnc_totals *totals);
NNC_API void nnc_totals_clear(nnc_totals *totals);
/** Adds the sums of a batch of `n` samples. */
NNC_API void nnc_totals_add(nnc_totals *totals, const nnc_session *session, size_t n);
/** The loss and the metrics, sorted by name; *count of them, valid until the next call. */
NNC_API const nnc_figure *nnc_totals_figures(nnc_totals *totals, size_t *count);

/* Which class was taken for which (confusion.c) --------------------------------------------------------------------- */

typedef struct nnc_confusion {
    size_t classes;
    uint64_t *counts; /* [class][prediction] */
} nnc_confusion;

/** The label of a class, cut when long; its number where the data had numbers. */
typedef struct nnc_class_label {
    char text[64];
} nnc_class_label;

/** Of what the model tells apart; 0 when its outputs are no classes. */
NNC_API size_t nnc_class_count(const nnc_model *model);
/** All counts 0. A model without classes is a usage error. */
NNC_API int nnc_confusion_open(nnc_host *host, const nnc_model *model, nnc_confusion *confusion);
/** Predicts samples [first, end), from zero states on, and counts them in. 1 when a signal asked to stop. */
NNC_API int nnc_confusion_range(nnc_session *session, const nnc_dataset *data, size_t first, size_t end,
                                nnc_confusion *confusion);
/** The class that row `row` of the session's outputs stands for, and that its targets name: -1 where none is asked. */
NNC_API size_t nnc_predicted_class(const nnc_session *session, size_t row);
NNC_API int64_t nnc_true_class(const nnc_session *session, size_t row);
NNC_API nnc_class_label nnc_label_of_class(const nnc_learned *learned, size_t index);
NNC_API void nnc_confusion_print(const nnc_confusion *confusion, const nnc_learned *learned);
NNC_API void nnc_confusion_close(nnc_confusion *confusion);

/* Progress and history (progress.c, history.c) --------------------------------------------------------------------- */
/* What is kept of a run, to be drawn (record.c) --------------------------------------------------------------------- */

/** A figure over the epochs: NaN where an epoch had none. */
typedef struct nnc_series {
    char *name;
    double *values;
    size_t count, capacity;
} nnc_series;

/** Starts zeroed, but for the host. */
typedef struct nnc_record {
    nnc_host *host;
    nnc_series *series;
    size_t series_count, series_capacity;
    size_t first, epochs; /* what the run began with, counted from 0, and how many there were */
    double losses[512]; /* of batches, the mean of `per_bin` of them each */
    size_t per_bin, batches;
} nnc_record;

NNC_API int nnc_record_epoch(nnc_record *record, const nnc_figure *figures, size_t count);
NNC_API void nnc_record_batch(nnc_record *record, double loss);
/** The series of this prefix and name, or NULL. */
NNC_API const nnc_series *nnc_record_find(const nnc_record *record, const char *prefix, const char *name);
NNC_API void nnc_record_free(nnc_record *record);

/* Progress and history (progress.c, history.c, curve.c) --------------------------------------------------------------------- */

typedef struct nnc_progress {
    int verbose; /* 0 nothing, 1 a bar, 2 one line at the end */
    size_t steps, step;
    double started, drawn; /* seconds */
    int is_terminal, has_color, has_unicode, width;
} nnc_progress;

/** verbose -1: a bar on a terminal, a line elsewhere. */
NNC_API void nnc_progress_open(nnc_progress *progress, int verbose);
NNC_API void nnc_progress_begin(nnc_progress *progress, size_t steps);
/** After a batch: draws at most ten times a second, with the figures of `totals` unless it is NULL. */
NNC_API void nnc_progress_step(nnc_progress *progress, nnc_totals *totals);
/** Ends the line with all figures. */
NNC_API void nnc_progress_end(nnc_progress *progress, const nnc_figure *figures, size_t count);
/** Leaves a line that was begun. */
NNC_API void nnc_progress_abandon(const nnc_progress *progress);
/** Draws the loss over the epochs where a bar was shown. */
NNC_API void nnc_curve_print(const nnc_record *record, const nnc_progress *progress);
/** Seconds of a clock that never jumps. */
NNC_API double nnc_seconds(void);

/** Bytes that grow. */
typedef struct nnc_text {
    void *bytes; /* from malloc, or NULL */
    size_t size, capacity;
} nnc_text;

/** Keras' CSVLogger: a line per epoch, epochs from 0. */
typedef struct nnc_history {
    nnc_host *host;
    const char *path;
    char separator;   /* 0: a comma */
    int validates;    /* figures of validation will come, though perhaps not in the first row */
    int keeps;        /* what is in the file stays */
    int remembers;    /* `written`, for checkpoints */
    int is_resumed;   /* a checkpoint has filled columns, written and before */
    FILE *file;       /* NULL: none is written */
    nnc_text columns; /* their names, each with its 0; made from the first row */
    nnc_text written; /* all that this run has written, so that a resumed one can write it again */
    uint64_t before;  /* bytes of the file that were there before the run */
} nnc_history;

/** Adds bytes. (history.c) */
NNC_API int nnc_text_put(nnc_host *host, nnc_text *text, const char *chars, size_t size);

/** Creates the file, or makes it again as the checkpoint knows it. `path` NULL: nothing will be
 *  written. */
NNC_API int nnc_history_open(nnc_history *history, nnc_host *host, const char *path);
/** The columns are the names of the first row, sorted; a figure that a later row does not have is NA. */
NNC_API int nnc_history_row(nnc_history *history, uint64_t epoch, const nnc_figure *figures, size_t count);
NNC_API int nnc_history_close(nnc_history *history);

/* Checkpoints: files of tensors with a checksum (checkpoint.c, safetensors_write.c) -------------------------------- */

/** A tensor of a checkpoint and where it lives while training runs. */
typedef struct nnc_part {
    nnc_entry entry; /* its name from malloc */
    void *home;
    nnc_text *text; /* instead of home: bytes, as many as there are */
} nnc_part;

typedef struct nnc_parts {
    nnc_host *host;
    nnc_part *at;
    size_t count, capacity;
    int failed;
} nnc_parts;

/** Adds a tensor of one dimension (count numbers at `home`) whose name is made by printf. */
NNC_API void nnc_parts_add(nnc_parts *parts, nnc_dtype dtype, size_t count, void *home, const char *format, ...)
    NNC_PRINTF(5, 6);
NNC_API void nnc_parts_add_text(nnc_parts *parts, nnc_text *text, const char *name);
/** The weights, or numbers laid out like the trainable ones, each under its name behind `prefix`. */
NNC_API void nnc_parts_add_weights(nnc_parts *parts, const nnc_model *model, int trainable, void *reals,
                                   const char *prefix);
/** What a history has written. */
NNC_API void nnc_parts_add_history(nnc_parts *parts, nnc_history *history, const char *prefix);
NNC_API void nnc_parts_free(nnc_parts *parts);

/* A training run (train.c, checkpoint.c) --------------------------------------------------------------------------- */

/** Where a run stands; all counted from 0. Whole numbers only: a checkpoint holds it as it is. */
typedef struct nnc_place {
    uint64_t epoch, step;  /* the next step of this epoch */
    uint64_t pass, sample; /* through the data, whose order follows from it; the next sample of it */
    uint64_t batches;      /* done in all */
    uint64_t is_stopped;   /* a callback has ended training */
} nnc_place;

typedef struct nnc_options nnc_options;

/** What a callback remembers: numbers only, as checkpoints hold them. */
typedef struct nnc_memory {
    double best, has_best, best_epoch, stopped_epoch, has_weights;
    double wait, cooldown; /* epochs */
    double steps;          /* since it last did something */
} nnc_memory;

/** A callback at work. */
typedef struct nnc_running {
    const nnc_callback *callback;
    const struct nnc_callback_kind *kind;
    nnc_memory memory;
    void *weights;   /* of the best epoch; or NULL */
    nnc_history log; /* CSVLogger */
    int has_warned;
} nnc_running;

typedef struct nnc_training {
    nnc_host *host;
    const nnc_model *model;
    const nnc_options *options;
    nnc_session session;
    nnc_dataset data, validation_data; /* validation_data.count 0: the tail of data, or nothing */
    size_t train_count;                /* the samples of data before the tail */
    nnc_tensors masks;
    nnc_totals totals, validation_totals;
    nnc_figure *figures; /* of both, and what callbacks add */
    size_t figure_count;
    nnc_progress progress;
    nnc_history history;
    nnc_record record;
    double started; /* seconds */
    uint32_t *order; /* NULL: not shuffled */
    uint64_t ordered; /* the pass that `order` is for, from 1; 0: none yet */
    uint64_t epochs, steps, seed; /* wanted; in an epoch */
    nnc_place place;
    nnc_running *callbacks;
    size_t callback_count;
    char *resumed; /* the checkpoint that the run goes on from, or NULL */
    nnc_tensors checkpoint;  /* which has been read */
} nnc_training;

/** Writes everything that going on needs, atomically. */
NNC_API int nnc_checkpoint_save(nnc_training *training, const char *path);
/** Reads a checkpoint into training->checkpoint, which is sound and of this model, and what was learned from the data;
 *  all else stays as it is. */
NNC_API int nnc_checkpoint_read(nnc_training *training, const char *path);
/** Once the data are there: goes on where that checkpoint was written. */
NNC_API int nnc_checkpoint_restore(nnc_training *training);

/* Callbacks (callbacks.c): each in the order of the model file */
typedef enum nnc_hook { NNC_TRAIN_BEGIN, NNC_EPOCH_BEGIN, NNC_STEP_END, NNC_EPOCH_END, NNC_TRAIN_END } nnc_hook;
typedef enum nnc_moment { NNC_AT_STEP, NNC_AT_EPOCH, NNC_AT_SIGNAL } nnc_moment;

NNC_API int nnc_callbacks_open(nnc_training *training);
NNC_API void nnc_callbacks_close(nnc_training *training);
NNC_API int nnc_callbacks_run(nnc_training *training, nnc_hook hook);
/** 1 when a callback takes a loss that is not finite for the end of training. */
NNC_API int nnc_callbacks_accept_nonfinite(nnc_training *training);
/** Writes the backups that are due. */
NNC_API int nnc_callbacks_backup(nnc_training *training, nnc_moment moment);
/** Reads the backup of an interrupted run: 1; 0 when there is none. */
NNC_API int nnc_callbacks_restore(nnc_training *training);
/** What they remember, for a checkpoint. */
NNC_API void nnc_callbacks_parts(nnc_training *training, nnc_parts *parts);

/* Commands (train.c, evaluate.c, gradcheck.c, bench.c, program.c): each returns the exit status -------------------- */

/** What the command line says; NULL, 0, or what stands here: nothing. */
struct nnc_options {
    const char *x, *y, *sample_weight, *validation_x, *validation_y, *data_dir;
    const char *weights, *save, *history, *report, *masks, *output, *checkpoint;
    double validation_split, tolerance; /* < 0: not given */
    int64_t mc_samples, epochs, batch_size, samples, checkpoint_every;
    uint64_t seed;
    int has_seed, resume, no_shuffle, json, confusion, help;
    int verbose; /* -1: not given */
};

NNC_API int nnc_command_fit(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_evaluate(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_predict(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_grad(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_gradcheck(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_bench(nnc_host *host, const nnc_model *model, const nnc_options *options);

/** The data of fit(), replaced by the command line's files. */
NNC_API nnc_data_request nnc_fit_request(const nnc_model *model, const nnc_options *options);
/** The rows of a batch: what the command line says, else the model file, else 0, the compiled batch. */
NNC_API int64_t nnc_choose_batch(const nnc_model *model, const nnc_options *options, int from_file);
/** Evaluates samples [first, end) in inference mode; the progress moves on with each batch unless it is NULL. 1 when a
 *  signal asked to stop. A loss that is not finite is no error here: it is for training to go on with. */
NNC_API int nnc_evaluate_range(nnc_session *session, const nnc_dataset *data, size_t first, size_t end,
                               nnc_totals *totals, nnc_progress *progress);

/* Report: a page of HTML about a run (report*.c) -------------------------------------------------------------------- */

/** Samples of a dataset from `first` on. */
typedef struct nnc_range {
    const nnc_dataset *data; /* NULL: there are none */
    size_t first, end;
} nnc_range;

typedef struct nnc_report {
    nnc_session *session;
    const nnc_options *options;
    const nnc_record *record;
    nnc_range train, validation;
    uint64_t epochs, seed; /* wanted */
    double seconds;
    int is_shuffled;
    const char *ending; /* what cut the run short, or "" */
} nnc_report;

/** Writes the page; predicts, and so may change the session's work and batch. */
NNC_API int nnc_report_write(nnc_host *host, const nnc_report *report, const char *path);

/** Head and foot of the page; text as it is, and text from outside, with what HTML would read as its own replaced. */
NNC_API void nnc_page_begin(nnc_writer *page, const char *title);
NNC_API void nnc_page_end(nnc_writer *page);
NNC_API void nnc_page_put(nnc_writer *page, const char *format, ...) NNC_PRINTF(2, 3);
NNC_API void nnc_page_text(nnc_writer *page, const char *text);

/** Values low … high become coordinates from … to. */
typedef struct nnc_axis {
    double low, high, from, to;
    int is_empty, is_log;
} nnc_axis;
NNC_API nnc_axis nnc_axis_between(double from, double to);
NNC_API void nnc_axis_include(nnc_axis *axis, double value);
NNC_API double nnc_axis_at(const nnc_axis *axis, double value);
/** Line, ticks and numbers; `across` is the other coordinate, `whole` allows whole numbers only. */
NNC_API void nnc_axis_put(nnc_writer *page, const nnc_axis *axis, int is_vertical, double across, int wanted, int whole);
/** A figure of one series over the epochs from `first` on, counted from 0, maybe with its validation; of the losses of the batches. */
NNC_API void nnc_chart_epochs(nnc_writer *page, size_t first, const nnc_series *train, const nnc_series *validation);
NNC_API void nnc_chart_batches(nnc_writer *page, const nnc_record *record);

/** What the trained model makes of `part`: the confusion matrix and its gravest mistakes, or outputs against targets. */
NNC_API int nnc_report_results(nnc_writer *page, const nnc_report *report, const nnc_range *part);
/** The samples themselves, when they have one or two inputs, and what the model says in between. */
NNC_API int nnc_report_samples(nnc_writer *page, const nnc_report *report);

/* Subnormal numbers (subnormal.c) ---------------------------------------------------------------------------------- */

/** From here on they are zero in this thread, and those it starts. Returns what nnc_subnormals_restore() takes. */
NNC_API uint64_t nnc_subnormals_zero(void);
NNC_API void nnc_subnormals_restore(uint64_t mode);

#endif
