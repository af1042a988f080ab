/* SPDX-License-Identifier: MIT-0 */
/* The argument tables of compile(), fit() and evaluate() and of the data sources. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "language/class.h"
#include "language/common_args.h"
#include "model/layer.h"
#include "model/statements.h"

/* compile, fit, evaluate */

static const ArgDef compile_args[] = {
    {ARG(CompileArgs, optimizer), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_OPTIMIZER,
     .doc = "how weights are updated"},
    {ARG(CompileArgs, loss), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_LOSS, .doc = "what training makes small"},
    {ARG(CompileArgs, metrics), ARG_OBJECTS, DEFAULT("None"), .class_kind = CLASS_METRIC, .keyword_only = true,
     .doc = "what is reported besides"},
    {ARG(CompileArgs, weighted_metrics), ARG_OBJECTS, DEFAULT("None"), .class_kind = CLASS_METRIC, .keyword_only = true,
     .doc = "what is reported with the samples' weights"},
    {FIXED("loss_weights", "None", "there is one output, and so one loss")},
    {UNUSED("run_eagerly", "False")},
    {UNUSED("jit_compile", "'auto'")},
    {UNUSED("steps_per_execution", "1")},
    {UNUSED("auto_scale_loss", "True")},
    {0}};

#define DATA_ARG(type, field, meaning)                                                                                 \
    {ARG(type, field), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_SOURCE, .doc = (meaning)}

/* In Keras' order as far as arguments without a name are usual; those after it have names only. */
static const ArgDef fit_args[] = {
    DATA_ARG(FitArgs, x, "inputs"),
    DATA_ARG(FitArgs, y, "labels"),
    {ARG(FitArgs, batch_size), ARG_INT, DEFAULT("None"), RANGE(1, MAX_BATCH),
     .doc = "rows of one update; 32 when not given"},
    {ARG(FitArgs, epochs), ARG_INT, DEFAULT("1"), RANGE(1, INT32_MAX), .doc = "passes over the data"},
    {ARG(FitArgs, verbose), ARG_INT, DEFAULT("'auto'"), RANGE(0, 2), .word = "auto", .keyword_only = true,
     .doc = "0 silent, 1 a progress bar, 2 a line per epoch"},
    {ARG(FitArgs, validation_split), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1), .keyword_only = true,
     .doc = "part of the data, from its end, to validate with"},
    {ARG(FitArgs, validation_data), ARG_PAIR, DEFAULT("None"), .class_kind = CLASS_SOURCE, .keyword_only = true,
     .doc = "(x, y) to validate with"},
    {ARG(FitArgs, shuffle), ARG_BOOL, DEFAULT("True"), .keyword_only = true, .doc = "a new order in every epoch"},
    {ARG(FitArgs, class_weight), ARG_WEIGHTS, DEFAULT("None"), RANGE(0, 1e30), .keyword_only = true,
     .doc = "{class: weight}: what samples count in the loss by their label; 1 for classes that are not named"},
    {ARG(FitArgs, sample_weight), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_SOURCE, .keyword_only = true,
     .doc = "a weight of each row in the loss"},
    {ARG(FitArgs, callbacks), ARG_OBJECTS, DEFAULT("None"), .class_kind = CLASS_CALLBACK, .keyword_only = true,
     .doc = "what else happens after steps and epochs, in this order"},
    {ARG(FitArgs, initial_epoch), ARG_INT, DEFAULT("0"), RANGE(0, INT32_MAX), .keyword_only = true,
     .doc = "the epoch to begin with, from 0"},
    {ARG(FitArgs, steps_per_epoch), ARG_INT, DEFAULT("None"), RANGE(1, INT32_MAX), .keyword_only = true,
     .doc = "steps after which an epoch ends; the next goes on in the data, which repeat"},
    {ARG(FitArgs, validation_steps), ARG_INT, DEFAULT("None"), RANGE(1, INT32_MAX), .keyword_only = true,
     .doc = "so many batches of validation data only"},
    {ARG(FitArgs, validation_batch_size), ARG_INT, DEFAULT("None"), RANGE(1, MAX_BATCH), .keyword_only = true,
     .doc = "rows of a batch of validation; batch_size when not given"},
    {ARG(FitArgs, validation_freq), ARG_INTS, DEFAULT("1"), RANGE(1, INT32_MAX), .keyword_only = true,
     .doc = "validate after every so many epochs, or after those of a list, from 1"},
    {0}};

static const ArgDef evaluate_args[] = {
    DATA_ARG(EvaluateArgs, x, "inputs"),
    DATA_ARG(EvaluateArgs, y, "labels"),
    {ARG(EvaluateArgs, batch_size), ARG_INT, DEFAULT("None"), RANGE(1, MAX_BATCH), .doc = "rows computed at once"},
    {ARG(EvaluateArgs, verbose), ARG_INT, DEFAULT("None"), RANGE(0, 2), .word = "auto", .keyword_only = true,
     .doc = "0 silent, 1 a progress bar"},
    {ARG(EvaluateArgs, sample_weight), ARG_OBJECT, DEFAULT("None"), .class_kind = CLASS_SOURCE, .keyword_only = true,
     .doc = "a weight of each row in the loss"},
    {FIXED("steps", "None", "all of the data is evaluated; rows=(0, N) of its source takes a part")},
    {FIXED("callbacks", "None", "callbacks belong to fit()")},
    {FIXED("return_dict", "False", "./model evaluate --json prints all results by name")},
    {0}};

static void require_data(const Object *object, bool x, bool y, bool sample_weight, Diags *diags) {
    const char *name = object->class->name;
    if (x != y) {
        diag(diags, D_missing_data, object->name_span, name, x ? "x" : "y", x ? "y" : "x");
    } else if (sample_weight && !x) {
        diag(diags, D_missing_data, object->name_span, name, "sample_weight", "x");
    }
}

/* Only inputs are standardized: figures and predictions are in the units of the labels. */
static void refuse_standardize(const Object *source, Diags *diags) {
    if (source && ((const SourceArgs *)source->args)->standardize) {
        diag(diags, D_standardized_labels, object_arg_span(source, "standardize"));
    }
}

static void check_fit(const Object *object, Diags *diags) {
    const FitArgs *args = object->args;
    refuse_standardize(args->y, diags);
    refuse_standardize(args->sample_weight, diags);
    refuse_standardize(args->validation_data.count == 2 ? args->validation_data.at[1] : NULL, diags);
    require_data(object, args->x != NULL, args->y != NULL, args->sample_weight != NULL, diags);
    if (args->class_weight.count >= 0 && args->sample_weight != NULL) {
        diag(diags, D_two_weights, object_arg_span(object, "class_weight"));
    }
    if (args->validation_split >= 1) {
        diag(diags, D_out_of_range, object_arg_span(object, "validation_split"), "validation_split", "fit",
             "less than 1, so that something is left to train with", "1");
    }
}

static void check_evaluate(const Object *object, Diags *diags) {
    const EvaluateArgs *args = object->args;
    refuse_standardize(args->y, diags);
    refuse_standardize(args->sample_weight, diags);
    require_data(object, args->x != NULL, args->y != NULL, args->sample_weight != NULL, diags);
}

const Class statement_compile = {
    .kind = CLASS_STATEMENT, .name = "compile", .brief = "how the model is trained", .args = compile_args,
    .args_size = sizeof(CompileArgs)};
const Class statement_fit = {
    .kind = CLASS_STATEMENT, .name = "fit", .brief = "trains the model", .args = fit_args, .args_size = sizeof(FitArgs),
    .check = check_fit};
const Class statement_evaluate = {
    .kind = CLASS_STATEMENT, .name = "evaluate", .brief = "computes loss and metrics", .args = evaluate_args,
    .args_size = sizeof(EvaluateArgs), .check = check_evaluate};

/* Sources: all bind into SourceArgs, each what its format has. */

#define PATH_ARG {ARG(SourceArgs, path), ARG_STRING, .doc = "the file; also with .gz"}
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
    {ARG(SourceArgs, standardize), ARG_BOOL, DEFAULT("False"), .keyword_only = true,                                 \
     .doc = "each value less its mean, divided by its deviation, both learned from the training part and kept with " \
            "the weights"}
#define SCALE_ARG                                                                                                      \
    {ARG(SourceArgs, scale), ARG_SCALE, DEFAULT("1"), RANGE(-FLT_MAX, FLT_MAX), .keyword_only = true,                  \
     .doc = "every value is multiplied by it"}

static const ArgDef csv_args[] = {
    PATH_ARG, NAMED_COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG,
    {ARG(SourceArgs, delimiter), ARG_STRING, DEFAULT("None"), .keyword_only = true,
     .doc = "one character; comma, semicolon or tab is found out when not given"},
    {ARG(SourceArgs, header), ARG_INT, DEFAULT("None"), RANGE(0, 1), .truths = true, .keyword_only = true,
     .doc = "True: the first line holds names, False: it is a row; found out when not given"},
    {0}};
static const ArgDef npy_args[] = {PATH_ARG, COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};
static const ArgDef npz_args[] = {
    PATH_ARG,
    {ARG(SourceArgs, array), ARG_STRING, DEFAULT("None"), .doc = "the array's name; the only one when not given"},
    COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};
static const ArgDef idx_args[] = {PATH_ARG, COLUMNS_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};

#define FOLDER_ARG {ARG(SourceArgs, path), ARG_STRING, .doc = "a folder with a folder of .png files for each class"}
static const ArgDef images_args[] = {FOLDER_ARG, ROWS_ARG, SCALE_ARG, STANDARDIZE_ARG, {0}};
static const ArgDef labels_args[] = {FOLDER_ARG, ROWS_ARG, {0}};

static void check_rows(const Object *object, Diags *diags) {
    const SourceArgs *args = object->args;
    if (args->rows.count == 2 && args->rows.at[0] >= args->rows.at[1]) {
        diag(diags, D_rows_order, object_arg_span(object, "rows"));
    }
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

/* `array`, `delimiter`, `scale` and `header` stay 0 in sources that have no such argument. */
#define SOURCE_CLASS(name_, brief_, check_)                                                                            \
    const Class source_##name_ = {.kind = CLASS_SOURCE, .name = #name_, .brief = (brief_), .args = name_##_args,       \
                                  .args_size = sizeof(SourceArgs), .check = (check_)}

SOURCE_CLASS(csv, "rows of numbers or labels as text", check_csv);
SOURCE_CLASS(npy, "an array of NumPy", check_source);
SOURCE_CLASS(npz, "one of several arrays of NumPy", check_source);
SOURCE_CLASS(idx, "the format of MNIST", check_source);
SOURCE_CLASS(images, "PNG pictures in folders by class, in a fixed random order", check_source);
SOURCE_CLASS(labels, "the classes of such pictures, in the same order", check_rows);
