/* SPDX-License-Identifier: MIT-0 */
/* data.h - data: what is learned from them, the files that they are in, and the samples that they become. */
#ifndef NNC_DATA_H_INCLUDED
#define NNC_DATA_H_INCLUDED

#include "host/host.h"

/* What is learned from the data and stands with the weights (learned.c) -------------------------------------------- */

/** Labels, sorted: what a label stands for is the number of its place. */
typedef struct nnc_labels {
    char **at;
    size_t count, capacity;
    uint32_t *slots; /* by hash: which label stands there, from 1; 0: none */
    size_t slot_count; /* a power of two, and more than twice `count` */
} nnc_labels;

/** What stands for classes, the words of texts, the categories of columns of x, and whether statistics are known,
 *  which are among the weights. */
typedef struct nnc_learned {
    nnc_labels classes;
    nnc_labels words;       /* of texts, the most frequent first */
    nnc_labels *categories; /* of each of column_count columns; NULL: nothing is known of them yet */
    size_t column_count;
    int knows_x;
} nnc_learned;

typedef struct nnc_notes {
    nnc_note *at;
    size_t count;
} nnc_notes;

typedef struct nnc_quoted_list {
    char text[400];
} nnc_quoted_list;

NNC_API void nnc_labels_free(nnc_labels *labels);
/** The number of a label, or -1. */
NNC_API int nnc_labels_find(const nnc_labels *labels, const char *text, size_t size);
NNC_API int nnc_labels_add(nnc_host *host, nnc_labels *labels, const char *text, size_t size);
/** Puts labels in order, of which `rows` says how often each occurs, and keeps the `kept` most frequent; number[i]
 *  becomes the place of what was label i, or `last`. */
NNC_API int nnc_labels_order(nnc_host *host, nnc_labels *labels, const size_t *rows, size_t kept, size_t last,
                             size_t *number);
/** 'cat', 'dog', for messages. */
NNC_API nnc_quoted_list nnc_labels_list(const nnc_labels *labels);
NNC_API void nnc_learned_free(nnc_learned *learned);
/** Room for the categories of so many columns. */
NNC_API int nnc_learned_columns(nnc_host *host, nnc_learned *learned, size_t columns);
/** Classes: 0 'cat', 1 'dog'; nothing when there are no labels. */
NNC_API void nnc_learned_print(const nnc_learned *learned);
/** The labels as strings by key, and back. */
NNC_API int nnc_learned_to_notes(nnc_host *host, const nnc_learned *learned, nnc_notes *notes);
NNC_API int nnc_learned_from_notes(nnc_host *host, const nnc_note *notes, size_t count, nnc_learned *learned);
NNC_API void nnc_notes_free(nnc_notes *notes);
/** The value of a note, or NULL. */
NNC_API const char *nnc_find_note(const nnc_note *notes, size_t count, const char *key);
/** The label that stands for class `index`, for that word of texts, or that category of a column; NULL: there is
 *  none. */
NNC_API const char *nnc_find_class(const nnc_note *notes, size_t count, size_t index);
NNC_API const char *nnc_find_word(const nnc_note *notes, size_t count, size_t index);
NNC_API const char *nnc_find_category(const nnc_note *notes, size_t count, size_t column, size_t index);
NNC_API int nnc_add_note(nnc_host *host, nnc_notes *notes, const char *key, const char *value);

/* Data files (data_*.c): each reads one array ---------------------------------------------------------------------- */

NNC_API int nnc_read_idx(nnc_reader *reader, nnc_array *array);
NNC_API int nnc_read_npy(nnc_reader *reader, nnc_array *array);
/** The array `name` of the archive; NULL: the only one in it, or among several the one called `role`. */
NNC_API int nnc_read_npz(nnc_reader *reader, const char *name, const char *role, nnc_array *array);
/** Error: names should have been learned before. (learned.c) */
NNC_API int nnc_fail_unlearned(nnc_host *host, const char *path);
struct nnc_role;
/** The columns that `source` wants, as a matrix of floats, or of doubles where the role is not of floats. Where it has
 *  classes, a single column may hold labels; where it has columns of categories, these hold categories. Both are
 *  learned unless there are some already. What is missing is NaN where the role or the source allows it. */
NNC_API int nnc_read_csv(nnc_reader *reader, const nnc_source *source, const struct nnc_role *role, nnc_array *array);
/** The texts of samples, one behind the other; text i ends at ends[i]. */
typedef struct nnc_texts {
    const char *path; /* for messages */
    const char *bytes;
    const size_t *ends;
    size_t samples, first, end; /* words are learned of sample `first` up to `end` */
} nnc_texts;
/** Their numbers, int32_t, where the role has text. Words are learned unless there are some already. (data_words.c) */
NNC_API int nnc_number_texts(nnc_host *host, const struct nnc_role *role, const nnc_texts *texts, nnc_sink *numbers);
/** The tokens of a text, characters or words in small letters, as numbers of labels, which are learned unless there are
 *  some already. (data_text.c) */
NNC_API int nnc_read_text(nnc_reader *reader, int are_words, const struct nnc_role *role, nnc_array *array);
/** Lines of numbers of any count, each padded or cut to the length that the role asks for. */
NNC_API int nnc_read_sequences(nnc_reader *reader, const nnc_source *source, const struct nnc_role *role,
                               nnc_array *array);
/** Adds to the recorded error a question about the first line of a CSV file, and how to answer it. Always -1.
 *  (data_csv_header.c) */
NNC_API int nnc_header_hint(nnc_host *host, const char *question);
/** PNG files in folders by class, in a fixed random order: pixels of `channels` (1, 3, 4) bytes, or only their classes
 *  when `channels` is 0. (data_images.c) */
NNC_API int nnc_read_images(nnc_host *host, const char *path, int channels, nnc_labels *learned, nnc_array *array);

/** Ends an array that was made row by row; `status` not 0: gives it up. `places` NULL: there are none. Returns status.
 *  (data_array.c) */
NNC_API int nnc_array_end(nnc_array *array, nnc_sink *data, nnc_sink *places, int status);
/** Of a matrix whose column holds numbers of labels, or NaN: adds to rows[i] how many rows have number i. */
NNC_API int nnc_count_labels(nnc_host *host, nnc_array *array, size_t column, size_t *rows);
/** Number i becomes number[i]. */
NNC_API int nnc_renumber_labels(nnc_host *host, nnc_array *array, size_t column, size_t *number);

/** A source that says nothing. */
#define NNC_NO_SOURCE {NULL, NULL, NULL, NULL, 0, 0, -1, 1.0, '\0', -1, NULL, '\0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

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

/* Samples: what a source gives to a model (data_samples.c, data_fetch.c) ------------------------------------------- */

/** Rows of an array, or windows of them, checked against the model. */
typedef struct nnc_samples {
    char *path; /* for messages; NULL: there are none */
    nnc_array array;
    size_t count;
    size_t first, stride;   /* rows of the array: where sample 0 begins, from there to the next, … */
    size_t window, step;    /* … how many a sample has, and from one of these to the next */
    const uint32_t *order;  /* of the samples; NULL: as they stand in the file */
    int drops;              /* samples that lack a value are to be left out */
    size_t row_size;        /* bytes of a row */
    size_t *columns, width; /* values per sample; columns NULL: all */
    double scale;    /* of a value to what the model takes: 1 but for files of another scale than that of fit() */
    nnc_dtype dtype; /* of what the model takes: F32, F64, I32 */
    size_t missing;  /* values at the end of each sample that the array has not: … */
    double nothing;  /* … this stands for them */
    size_t repeat;   /* each value stands for so many of the model's: a sample's weight for all of its time steps */
    int is_one_hot;  /* the array holds class numbers, of which `width` values are made … */
    double hot;      /* … with this in the place of the class */
    size_t words;    /* that are known, where x was text */
    float *bytes;    /* for a model of floats and an array of bytes: the 256 numbers that they stand for; else NULL */
} nnc_samples;

/** What a role asks of its data. */
typedef struct nnc_role {
    int is_target;             /* of a window: what lies ahead of it */
    int may_lack;              /* NaN stands for what is missing */
    size_t max_steps, least_steps; /* x of samples of any length: its first dimension, and how many must be there; 0 */
    double nothing;            /* what stands behind their end */
    const nnc_text_input *text; /* of x; NULL: files hold its numbers */
    const nnc_column *columns; /* of x; NULL: nothing is said of single ones */
    size_t column_count;
    size_t places; /* for tokens of a text */
    int learns;    /* categories and tokens that nobody knows yet */
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
    double scale;            /* that the model applies itself */
    nnc_learned *learned;    /* labels of classes; may be NULL */
} nnc_role;
/** What the model multiplies x and y by. */
NNC_API double nnc_x_scale(const nnc_model *model);
NNC_API double nnc_y_scale(const nnc_model *model);
NNC_API nnc_role nnc_role_x(const nnc_model *model);
NNC_API nnc_role nnc_role_y(const nnc_model *model);
NNC_API nnc_role nnc_role_sample_weight(const nnc_model *model);

/** Loads and checks the file of a source; `path` NULL takes the source's own, below `data_dir`. */
NNC_API int nnc_load_samples(nnc_host *host, const nnc_source *source, const char *path, const char *data_dir,
                             const nnc_role *role, nnc_samples *samples);
NNC_API void nnc_samples_free(nnc_samples *samples);
/** Sample `index` in the model's type. */
NNC_API void nnc_copy_sample(const nnc_samples *samples, size_t index, void *to);
/** Its values in double precision, as they stand in the file: of class numbers that become rows, the one. */
NNC_API void nnc_sample_values(const nnc_samples *samples, size_t index, double *values);
/** Row of the array that time step `step` of sample `index` is. */
NNC_API size_t nnc_row_of(const nnc_samples *samples, size_t index, size_t step);
/** Learns what the model's first tensors hold of the first `count` samples: what stands for missing values, means and
 *  deviations. (statistics.c) */
NNC_API int nnc_learn_statistics(nnc_host *host, const nnc_model *model, const nnc_samples *x, const nnc_samples *y,
                                 size_t count, void *params);
/** Boundaries of room + 1 bins that hold about as many of `count` sorted values each, or of fewer where the values are;
 *  how many. (statistics_bins.c) */
NNC_API size_t nnc_bin_bounds(const double *sorted, size_t count, double *found, size_t room);
/** The most frequent of sorted values but -1, which stands for any other, the greatest first where they are as
 *  frequent; how many. */
NNC_API size_t nnc_frequent(const double *sorted, size_t count, double *found, size_t room);
/** Samples from `first` on, as many as `count`, in the model's type: `order` lists them, or NULL. */
NNC_API void nnc_copy_samples(const nnc_samples *samples, const uint32_t *order, size_t first, size_t count, void *to);
/** Error when values that were copied could not be read. */
NNC_API int nnc_samples_check(nnc_host *host, const nnc_samples *samples);

/** x, y and weights of the same samples; y and weights may be missing (their path is NULL). */
typedef struct nnc_dataset {
    nnc_samples x, y, sample_weight;
    size_t count;
    uint32_t *order; /* of all three, where it is not that of the file; or NULL */
} nnc_dataset;

/** Which sources, and the files of the command line that replace theirs (NULL: none). */
typedef struct nnc_data_request {
    const nnc_source *x, *y, *sample_weight;
    const char *x_path, *y_path, *sample_weight_path;
    const char *data_dir; /* where relative paths of sources start */
    const char *prefix;   /* of the options, for messages: "" or "validation-" */
    int with_y;
    nnc_learned *learned; /* of the session; NULL: labels must be numbers */
    int learns;           /* categories and tokens; else they come with the weights */
} nnc_data_request;

/** Loads x, and where asked y and weights, checked against the model and each other. */
NNC_API int nnc_dataset_load(nnc_host *host, const nnc_model *model, const nnc_data_request *request,
                             nnc_dataset *dataset);
/** Puts samples in a random order; where asked for, classes are spread over it evenly. (data_order.c) */
NNC_API int nnc_dataset_shuffle(nnc_host *host, const nnc_model *model, uint64_t seed, int stratify,
                                nnc_dataset *dataset);
/** Leaves out samples that lack a value where their source says so; without targets that is an error. */
NNC_API int nnc_dataset_drop(nnc_host *host, int with_y, nnc_dataset *dataset);
/** Error when values that were fetched could not be read: their file has changed. (data_dataset.c) */
NNC_API int nnc_dataset_check(nnc_host *host, const nnc_dataset *dataset);
/** The class of sample `index`; -1: its targets are no classes. */
NNC_API int64_t nnc_class_in(const nnc_model *model, const nnc_samples *y, size_t index);
NNC_API void nnc_dataset_free(nnc_dataset *dataset);

#endif
