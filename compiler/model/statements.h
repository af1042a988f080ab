/* SPDX-License-Identifier: MIT-0 */
/* Arguments of compile(), fit() and evaluate(), of callbacks and of data sources. */
#ifndef NNC_MODEL_STATEMENTS_H
#define NNC_MODEL_STATEMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "language/class.h"

/** When a watched figure gets better. */
#define MONITOR_MODES(row) row(MONITOR_AUTO, "auto") row(MONITOR_LEAST, "min") row(MONITOR_GREATEST, "max")
typedef enum MonitorMode { MONITOR_NONE, MONITOR_MODES(CHOICE_VALUE) } MonitorMode;

/** Arguments of callbacks; each class has some of them. */
typedef struct CallbackArgs {
    const char *path, *monitor, *separator;
    MonitorMode mode;
    double min_delta, baseline, factor, min_lr; /* baseline NaN: none */
    int64_t patience, cooldown, start_from_epoch, save_freq, verbose; /* save_freq INT_NONE: 'epoch' */
    bool restore_best_weights, save_best_only, save_weights_only, append, raise_error, double_checkpoint,
        delete_checkpoint;
    Rates schedule;
} CallbackArgs;

/* Arguments of fit() and evaluate(); sources are Objects of CLASS_SOURCE. */
typedef struct FitArgs {
    Object *x, *y, *sample_weight;
    int64_t batch_size, epochs, verbose;
    double validation_split;
    Objects validation_data, callbacks;
    int64_t initial_epoch, steps_per_epoch, validation_steps, validation_batch_size; /* INT_NONE: not given */
    bool shuffle_rows, stratify;
    int64_t shuffle_seed;
    Ints validation_freq; /* one number: after every so many epochs; in brackets: after these, from 1 */
    bool shuffle;
    Weights class_weight;
} FitArgs;

typedef struct EvaluateArgs {
    Object *x, *y, *sample_weight;
    int64_t batch_size, verbose;
} EvaluateArgs;

typedef struct CompileArgs {
    Object *optimizer, *loss;
    Objects metrics, weighted_metrics;
} CompileArgs;

/* Choices of data sources. */
#define UNKNOWN_CATEGORIES(row) row(UNKNOWN_ERROR, "error") row(UNKNOWN_OTHER, "other")
#define MISSING_WORDS(row) row(MISSING_MEAN, "mean") row(MISSING_MEDIAN, "median") row(MISSING_DROP, "drop")
#define DECIMALS(row) row(DECIMAL_POINT, ".") row(DECIMAL_COMMA, ",")
#define TOKENS(row) row(TOKENS_CHARACTERS, "characters") row(TOKENS_WORDS, "words")
#define SEQUENCE_ENDS(row) row(SEQUENCE_BEGIN, "pre") row(SEQUENCE_END, "post")
typedef enum UnknownCategories { UNKNOWN_NONE, UNKNOWN_CATEGORIES(CHOICE_VALUE) } UnknownCategories;
typedef enum MissingWord { MISSING_NUMBER, MISSING_WORDS(CHOICE_VALUE) } MissingWord;
typedef enum Decimal { DECIMAL_NONE, DECIMALS(CHOICE_VALUE) } Decimal;
typedef enum Tokens { TOKENS_NONE, TOKENS(CHOICE_VALUE) } Tokens;
typedef enum SequenceEnd { SEQUENCE_NONE, SEQUENCE_ENDS(CHOICE_VALUE) } SequenceEnd;

/* Arguments of the data sources. What windows() says of its table is in `of`, and stands here as well, so that whoever
 * reads them need not care. */
typedef struct SourceArgs {
    const char *path;
    const char *array; /* npz: which; NULL: the only one */
    Columns columns;   /* index.count < 0: all; names in csv only */
    Ints rows;         /* (first, end); None: all */
    double scale;
    const char *delimiter; /* csv; NULL: found out from the file */
    int64_t header;        /* csv: 1 yes, 0 no, INT_NONE: found out */
    Columns standardize;   /* mean 0, deviation 1, as learned from the training part */
    Weights categories;    /* csv: columns of text, and as how many values each reaches the network */
    Columns indices, dates; /* csv: columns of text that become the number of their category; of dates */
    NumberOrWord missing;  /* csv: what stands for a value that is not there; NaN: nothing does */
    UnknownCategories unknown; /* csv: what becomes of categories that training has not seen */
    Decimal decimal;           /* csv: what stands before the fraction */
    Object *of;            /* windows: the table */
    int64_t length, ahead, stride, sampling_rate; /* windows, in rows; length 0: none. ahead INT_NONE: not given */
    Columns target;
    Tokens by;                       /* text; TOKENS_NONE: it is none */
    SequenceEnd padding, truncating; /* sequences: which end */
    double value;
    bool follows; /* text: y has a target for each step */
} SourceArgs;

/** Whether any column is standardized. */
bool source_standardizes(const SourceArgs *args);
/** What stands for y where x = windows(…, target=…) says it: the column that it names, `ahead` rows behind each
 *  window. */
Object *source_target(Arena *arena, const Object *x);

/** Sources that others are told apart from. (sources.c) */
extern const Class source_csv, source_images, source_labels, source_windows, source_text;

#endif
