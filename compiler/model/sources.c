/* SPDX-License-Identifier: MIT-0 */
/* The argument tables of the data sources. All bind into SourceArgs, each what its format has. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "language/class.h"
#include "model/statements.h"

#define PATH_ARG {ARG(SourceArgs, path), ARG_STRING, .path = true, .doc = "the file; also with .gz"}
#define COLUMNS_ARG                                                                                                    \
    {ARG(SourceArgs, columns), ARG_INTS, DEFAULT("None"), RANGE(-INT32_MAX, INT32_MAX), .filled = true,                \
     .keyword_only = true,                                                                                             \
     .doc = "which columns, counted from 0, negative ones from the end; all when not given"}
#define ROWS_ARG                                                                                                       \
    {ARG(SourceArgs, rows), ARG_INTS, DEFAULT("None"), RANGE(0, 1e15), .length = 2, .keyword_only = true,              \
     .doc = "(first, end): rows from 0, the end not included; all when not given"}
#define NAMED_COLUMNS_ARG                                                                                              \
    {ARG(SourceArgs, columns),                                                                                         \
     ARG_COLUMNS,                                                                                                      \
     DEFAULT("None"),                                                                                                  \
     RANGE(-INT32_MAX, INT32_MAX),                                                                                     \
     .filled = true,                                                                                                   \
     .keyword_only = true,                                                                                             \
     .doc = "which columns, by their names in the first line, or counted from 0, or from the end as -1; all when not " \
            "given"}
#define STANDARDIZE_ARG                                                                                              \
    {ARG(SourceArgs, standardize),                                                                                    \
     ARG_COLUMNS,                                                                                                      \
     DEFAULT("False"),                                                                                                 \
     RANGE(-INT32_MAX, INT32_MAX),                                                                                     \
     .filled = true,                                                                                                   \
     .truths = true,                                                                                                   \
     .keyword_only = true,                                                                                             \
     .doc = "True, or which columns: less their mean, divided by their deviation, both learned from the training " \
            "part and kept with the weights"}
#define SCALE_ARG                                                                                                      \
    {ARG(SourceArgs, scale), ARG_SCALE, DEFAULT("1"), RANGE(-FLT_MAX, FLT_MAX), .keyword_only = true,                  \
     .doc = "every value is multiplied by it"}

extern const Class source_npy, source_npz;

static const char *const missing_words[] = {MISSING_WORDS(CHOICE_WORD) NULL};
static const char *const decimals[] = {DECIMALS(CHOICE_WORD) NULL};
static const char *const tokens[] = {TOKENS(CHOICE_WORD) NULL};
static const char *const unknown_words[] = {UNKNOWN_CATEGORIES(CHOICE_WORD) NULL};

#define COLUMNS_OF_CSV                                                                                                 \
    ARG_COLUMNS, DEFAULT("None"), RANGE(-INT32_MAX, INT32_MAX), .filled = true, .keyword_only = true
static const ArgDef csv_args[] = {
    PATH_ARG, NAMED_COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG,
    {ARG(SourceArgs, delimiter), ARG_STRING, DEFAULT("None"), .keyword_only = true,
     .doc = "one character; comma, semicolon or tab is found out when not given"},
    {ARG(SourceArgs, decimal), ARG_CHOICE, DEFAULT("'.'"), .choices = decimals,
     .keyword_only = true, .doc = "what stands before the fraction of a number"},
    {ARG(SourceArgs, missing), ARG_NUMBER_OR_WORD, DEFAULT("None"), .choices = missing_words, .keyword_only = true,
     .doc = "what stands for a value that is empty, NA, NaN, null or ?: 'mean' or 'median' of the training part, a "
            "number, or 'drop': the row is left out. An error when not given"},
    {ARG(SourceArgs, categories), ARG_WEIGHTS, DEFAULT("None"), RANGE(1, 10000), .named = true, .whole = true,
     .keyword_only = true,
     .doc = "{column: n}: columns of text, or of numbers that are names; each becomes n values, with a 1 in the place "
            "of its category (one-hot)"},
    {ARG(SourceArgs, indices), COLUMNS_OF_CSV,
     .doc = "columns of text, or of numbers that are names, that become the number of their category, as an Embedding "
            "takes it"},
    {ARG(SourceArgs, dates), COLUMNS_OF_CSV,
     .doc = "columns of dates, 2024-01-31, 31.01.2024 or 2024-01, perhaps with a time, that become days since "
            "1970-01-01"},
    {ARG(SourceArgs, unknown), ARG_CHOICE, DEFAULT("'error'"), .choices = unknown_words, .keyword_only = true,
     .doc = "categories that training has not seen: 'error', or 'other': they have the last place if that is free, and "
            "so have the rarest where there are more than places"},
    {ARG(SourceArgs, header), ARG_INT, DEFAULT("None"), RANGE(0, 1), .truths = true, .keyword_only = true,
     .doc = "True: the first line holds names, False: it is a row; found out when not given"},
    {0}};
static const ArgDef npy_args[] = {PATH_ARG, COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};
static const ArgDef npz_args[] = {
    PATH_ARG,
    {ARG(SourceArgs, array), ARG_STRING, DEFAULT("None"), .doc = "the array's name; the only one when not given"},
    COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};
static const ArgDef idx_args[] = {PATH_ARG, COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};

#define FOLDER_ARG                               \
    {ARG(SourceArgs, path), ARG_STRING, .path = true, \
     .doc = "a folder with a folder of .png files for each class"}
static const ArgDef images_args[] = {FOLDER_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};
static const ArgDef labels_args[] = {FOLDER_ARG, ROWS_ARG, {0}};

static const ArgDef windows_args[] = {
    {ARG(SourceArgs, of), ARG_OBJECT, .class_kind = CLASS_SOURCE, .doc = "the table: csv(…), npy(…) or npz(…)"},
    {ARG(SourceArgs, length), ARG_INT, RANGE(1, INT32_MAX), .doc = "rows of a window, each a time step"},
    {ARG(SourceArgs, ahead), ARG_INT, DEFAULT("None"), RANGE(0, INT32_MAX), .keyword_only = true,
     .doc = "how many rows behind its last one the target of a window stands; 1 with target=, else 0"},
    {ARG(SourceArgs, stride), ARG_INT, DEFAULT("1"), RANGE(1, INT32_MAX), .keyword_only = true,
     .doc = "rows from the beginning of a window to that of the next"},
    {ARG(SourceArgs, sampling_rate), ARG_INT, DEFAULT("1"), RANGE(1, INT32_MAX), .keyword_only = true,
     .doc = "rows from one time step of a window to the next"},
    {ARG(SourceArgs, target), COLUMNS_OF_CSV, .doc = "what stands for y: columns of the table"},
    {0}};

static const char *const ends[] = {SEQUENCE_ENDS(CHOICE_WORD) NULL};
static const ArgDef sequences_args[] = {
    {ARG(SourceArgs, path), ARG_STRING, .path = true,
     .doc = "the file, a sequence on each line: 3, 17, 8 or [3, 17, 8]; also with .gz"},
    {ARG(SourceArgs, padding), ARG_CHOICE, DEFAULT("'pre'"), .choices = ends, .keyword_only = true,
     .doc = "where a sequence that is shorter than the input is padded"},
    {ARG(SourceArgs, truncating), ARG_CHOICE, DEFAULT("'pre'"), .choices = ends, .keyword_only = true,
     .doc = "which end of one that is longer is cut off"},
    {ARG(SourceArgs, value), ARG_REAL, DEFAULT("0.0"), RANGE(-FLT_MAX, FLT_MAX), .keyword_only = true,
     .doc = "what it is padded with"},
    ROWS_ARG, {0}};
static const ArgDef text_args[] = {
    {ARG(SourceArgs, path), ARG_STRING, .path = true, .doc = "the file, of UTF-8; also with .gz"},
    {ARG(SourceArgs, by), ARG_CHOICE, DEFAULT("'characters'"),
     .choices = tokens, .keyword_only = true,
     .doc = "'characters', or 'words' in small letters; of each its number among all of the text in order"},
    {ARG(SourceArgs, stride), ARG_INT, DEFAULT("1"), RANGE(1, INT32_MAX), .keyword_only = true,
     .doc = "tokens from the beginning of a sample to that of the next"},
    {0}};

bool source_standardizes(const SourceArgs *args) {
    return args->standardize.all || args->standardize.index.count > 0;
}

Object *source_target(Arena *arena, const Object *x) {
    Object *y = NEW(arena, Object);
    SourceArgs *args = NEW(arena, SourceArgs);
    *y = *x;
    *args = *(const SourceArgs *)x->args;
    args->columns = args->target;
    args->standardize = (Columns){.index.count = -1};
    args->categories.count = args->indices.index.count = args->dates.index.count = -1;
    if (args->missing.choice != MISSING_DROP) args->missing = (NumberOrWord){NAN, MISSING_NUMBER};
    args->scale = 1;
    args->target.index.count = -1;
    y->args = args;
    return y;
}

static void check_rows(const Object *object, Diags *diags) {
    const SourceArgs *args = object->args;
    if (args->rows.count == 2 && args->rows.at[0] >= args->rows.at[1]) {
        diag(diags, D_rows_order, object_arg_span(object, "rows"));
    }
    if (object->class != &source_csv) ((SourceArgs *)object->args)->missing.number = NAN; /* it has no such argument */
    if (args->path[0] == '\0') {
        diag(diags, D_empty_string, object_arg_span(object, "path"), "path", object->class->name);
    }
}

static void check_source(const Object *object, Diags *diags) {
    check_rows(object, diags);
    if (fabs(((const SourceArgs *)object->args)->scale) < (double)FLT_MIN) {
        diag(diags, D_no_scale, object_arg_span(object, "scale"));
    }
}

static bool is_delimiter(const char *text) {
    return strlen(text) == 1 && strchr(",;:|\t ", text[0]) != NULL;
}

static void check_csv(const Object *object, Diags *diags) {
    const SourceArgs *args = object->args;
    check_source(object, diags);
    if (args->delimiter != NULL && !is_delimiter(args->delimiter)) {
        diag(diags, D_delimiter, object_arg_span(object, "delimiter"));
    }
}

/* A line is what the file says, neither scaled nor standardized. */
static void check_sequences(const Object *object, Diags *diags) {
    ((SourceArgs *)object->args)->scale = 1;
    check_rows(object, diags);
}

/* Windows of tokens: the model says how long, and what follows is the target. */
static void check_text(const Object *object, Diags *diags) {
    SourceArgs *args = object->args;
    args->scale = 1;
    args->sampling_rate = args->ahead = 1;
    check_rows(object, diags);
}

/* What the table says is said of the windows, too. */
static void check_windows(const Object *object, Diags *diags) {
    SourceArgs *args = object->args;
    const Class *const class = args->of ? args->of->class : NULL;
    if (!class) return;
    if (class != &source_csv && class != &source_npy && class != &source_npz) {
        diag(diags, D_windows_of, args->of->span, class->name);
        return;
    }
    const SourceArgs own = *args, *const table = args->of->args;
    *args = *table;
    args->of = own.of;
    args->length = own.length;
    args->ahead = own.ahead != INT_NONE ? own.ahead : own.target.index.count > 0;
    args->stride = own.stride;
    args->sampling_rate = own.sampling_rate;
    args->target = own.target;
    if (table->missing.choice == MISSING_DROP)
        diag(diags, D_windows_drop, object_arg_span(args->of, "missing"));
}

/* `array`, `delimiter`, `scale` and `header` stay 0 in sources that have no such argument. */
#define SOURCE_CLASS(name_, brief_, check_)                                                                            \
    const Class source_##name_ = {.kind = CLASS_SOURCE, .name = #name_, .brief = (brief_), .args = name_##_args,       \
                                  .args_size = sizeof(SourceArgs), .check = (check_)}

SOURCE_CLASS(csv, "rows of numbers or labels as text", check_csv);
SOURCE_CLASS(npy, "an array of NumPy", check_source);
SOURCE_CLASS(npz, "one of several arrays of NumPy", check_source);
SOURCE_CLASS(idx, "the format of MNIST", check_source);
SOURCE_CLASS(images, "PNG pictures in folders by class, in a fixed random order", check_source);
SOURCE_CLASS(sequences, "lines of numbers, each padded or cut to the length of the input", check_sequences);
SOURCE_CLASS(text, "characters or words as numbers; y is what follows", check_text);
SOURCE_CLASS(windows, "pieces of a table whose rows follow each other in time", check_windows);
SOURCE_CLASS(labels, "the classes of such pictures, in the same order", check_rows);
