/* SPDX-License-Identifier: MIT-0 */
/* The argument tables of compile(), fit() and evaluate(). */

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
    {ARG(FitArgs, shuffle_rows), ARG_BOOL, DEFAULT("False"), .keyword_only = true,
     .doc = "the data are put in a random order before validation_split takes its part"},
    {ARG(FitArgs, shuffle_seed), ARG_INT, DEFAULT("0"), RANGE(0, INT32_MAX), .keyword_only = true,
     .doc = "of that order, which is the same in every run"},
    {ARG(FitArgs, stratify), ARG_BOOL, DEFAULT("False"), .keyword_only = true,
     .doc = "with shuffle_rows: both parts get the same share of every class"},
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

/* Weights are what they are. */
static void refuse_standardize(const Object *source, Diags *diags) {
    if (source && source_standardizes(source->args)) {
        diag(diags, D_standardized_labels, object_arg_span(source, "standardize"));
    }
}

static bool names_target(const Object *x) {
    return x && (x->class == &source_text || ((const SourceArgs *)x->args)->target.index.count > 0);
}

static void check_fit(const Object *object, Diags *diags) {
    const FitArgs *args = object->args;
    refuse_standardize(args->sample_weight, diags);
    require_data(object, args->x != NULL, args->y != NULL || names_target(args->x), args->sample_weight != NULL, diags);
    if (args->stratify && !args->shuffle_rows) {
        diag(diags, D_stratify_alone, object_arg_span(object, "stratify"));
    }
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
    refuse_standardize(args->sample_weight, diags);
    require_data(object, args->x != NULL, args->y != NULL || names_target(args->x), args->sample_weight != NULL, diags);
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
