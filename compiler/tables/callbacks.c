/* SPDX-License-Identifier: MIT-0 */
/* Callbacks of fit(): their arguments, as Keras has them. What they do is runtime/program/training/callbacks*.c. */
#include <string.h>

#include "base/diag.h"
#include "language/class.h"
#include "model/statements.h"

static const char *const monitor_modes[] = {MONITOR_MODES(CHOICE_WORD) NULL};

#define MONITOR_ARG                                                                                                    \
    {ARG(CallbackArgs, monitor), ARG_STRING, DEFAULT("'val_loss'"),                                                    \
     .doc = "the figure to watch: loss, a metric, or one of them behind val_"}
#define MODE_ARG                                                                       \
    {ARG(CallbackArgs, mode), ARG_CHOICE, DEFAULT("'auto'"), .choices = monitor_modes, \
     .doc = "whether it should fall or rise; 'auto' knows it from the metric"}
#define VERBOSE_ARG {ARG(CallbackArgs, verbose), ARG_INT, DEFAULT("0"), RANGE(0, 2), .doc = "1: say what is done"}
#define COUNT_ARG(field, fallback, meaning)                                                                            \
    {ARG(CallbackArgs, field), ARG_INT, DEFAULT(fallback), RANGE(0, INT32_MAX), .doc = (meaning)}
#define FLAG_ARG(field, fallback, meaning) {ARG(CallbackArgs, field), ARG_BOOL, DEFAULT(fallback), .doc = (meaning)}
#define SAVE_FREQ_ARG                                                                                                  \
    {ARG(CallbackArgs, save_freq), ARG_INT, DEFAULT("'epoch'"), RANGE(1, INT32_MAX), .word = "epoch",                  \
     .doc = "'epoch', or after how many steps"}
#define MIN_DELTA_ARG(fallback)                                 \
    {ARG(CallbackArgs, min_delta), ARG_REAL, DEFAULT(fallback), \
     .doc = "what is less than this better is no improvement"}

static const ArgDef EarlyStopping_args[] = {
    MONITOR_ARG,
    MIN_DELTA_ARG("0"),
    COUNT_ARG(patience, "0", "epochs without improvement before training ends"),
    VERBOSE_ARG,
    MODE_ARG,
    {ARG(CallbackArgs, baseline), ARG_REAL, DEFAULT("None"), .doc = "what has to be beaten for the patience to last"},
    FLAG_ARG(restore_best_weights, "False", "end with the weights of the best epoch, not of the last"),
    COUNT_ARG(start_from_epoch, "0", "the first epoch that counts"),
    {0}};

static const ArgDef ModelCheckpoint_args[] = {
    {ARG_AS(CallbackArgs, path, "filepath"), ARG_STRING, .path = true, .weights = true,
     .doc = "FILE.safetensors; may hold {epoch:02d} and figures, {val_loss:.2f}"},
    MONITOR_ARG,
    VERBOSE_ARG,
    FLAG_ARG(save_best_only, "False", "only when the figure is better than ever"),
    FLAG_ARG(save_weights_only, "False", "has no effect: weights are what is saved"),
    MODE_ARG,
    SAVE_FREQ_ARG,
    {ARG_AS(CallbackArgs, baseline, "initial_value_threshold"), ARG_REAL, DEFAULT("None"),
     .doc = "what has to be beaten first"},
    {0}};

static const ArgDef ReduceLROnPlateau_args[] = {MONITOR_ARG,
                                                {ARG(CallbackArgs, factor), ARG_REAL, DEFAULT("0.1"), RANGE(0, 1),
                                                 .doc = "what the learning rate is multiplied by"},
                                                COUNT_ARG(patience, "10", "epochs without improvement before that"),
                                                VERBOSE_ARG,
                                                MODE_ARG,
                                                MIN_DELTA_ARG("1e-4"),
                                                COUNT_ARG(cooldown, "0", "epochs after it that do not count"),
                                                {ARG(CallbackArgs, min_lr), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1e30),
                                                 .doc = "the learning rate does not fall below this"},
                                                {0}};

static const ArgDef LearningRateScheduler_args[] = {{ARG(CallbackArgs, schedule), ARG_RATES, RANGE(0, 1e30),
                                                     .doc = "{0: 1e-2, 10: 1e-3}, rates by the epoch from which they "
                                                            "hold; a list, one for each; or a schedule over epochs"},
                                                    VERBOSE_ARG,
                                                    {0}};

static const ArgDef CSVLogger_args[] = {
    {ARG_AS(CallbackArgs, path, "filename"), ARG_STRING, .path = true, .doc = "the file"},
    {ARG(CallbackArgs, separator), ARG_STRING, DEFAULT("','"), .doc = "one character"},
    FLAG_ARG(append, "False", "what is in the file stays"),
    {0}};

static const ArgDef TerminateOnNaN_args[] = {
    FLAG_ARG(raise_error, "False", "as an error, instead of as the end of training"),
    {0}};

static const ArgDef BackupAndRestore_args[] = {
    {ARG_AS(CallbackArgs, path, "backup_dir"), ARG_STRING, .path = true, .doc = "the folder of the backup"},
    SAVE_FREQ_ARG,
    FLAG_ARG(double_checkpoint, "False", "keep the backup before the last one too"),
    FLAG_ARG(delete_checkpoint, "True", "remove the backup when training is done"),
    {0}};

static void check_path(const Object *object, const char *name, Diags *diags) {
    const CallbackArgs *args = object->args;
    if (args->path[0] == '\0') diag(diags, D_empty_string, object_arg_span(object, name), name, object->class->name);
}

/* Python's format, as far as file names need it: {name}, {name:02d}, {name:.2f}. */
static bool is_pattern(const char *text) {
    for (; *text; text++) {
        if (*text == '}') {
            if (text[1] != '}') return false;
            text++;
        } else if (*text == '{' && text[1] == '{') {
            text++;
        } else if (*text == '{') {
            const size_t name = strcspn(text + 1, ":{}");
            text += 1 + name;
            if (name == 0) return false;
            if (*text == ':') {
                text++;
                text += strspn(text, "0123456789");
                if (*text == '.') text += 1 + strspn(text + 1, "0123456789");
                if (*text && strchr("dfegFEG", *text)) text++;
            }
            if (*text != '}') return false;
        }
    }
    return true;
}

static void check_model_checkpoint(const Object *object, Diags *diags) {
    const CallbackArgs *args = object->args;
    check_path(object, "filepath", diags);
    if (!is_pattern(args->path)) diag(diags, D_file_pattern, object_arg_span(object, "filepath"));
}

static void check_csv_logger(const Object *object, Diags *diags) {
    const CallbackArgs *args = object->args;
    check_path(object, "filename", diags);
    if (strlen(args->separator) != 1 || strchr("\"\r\n", args->separator[0]))
        diag(diags, D_separator, object_arg_span(object, "separator"));
}

static void check_backup(const Object *object, Diags *diags) { check_path(object, "backup_dir", diags); }

static void check_plateau(const Object *object, Diags *diags) {
    const CallbackArgs *args = object->args;
    if (args->factor >= 1)
        diag(diags, D_out_of_range, object_arg_span(object, "factor"), "factor", object->class->name, "less than 1",
             "1");
}

#define CALLBACK_CLASS(name_, brief_, check_)                                                                          \
    const Class callback_##name_ = {.kind = CLASS_CALLBACK, .name = #name_, .brief = (brief_), .args = name_##_args,   \
                                    .args_size = sizeof(CallbackArgs), .check = (check_)}

CALLBACK_CLASS(EarlyStopping, "ends training when a figure no longer improves", NULL);
CALLBACK_CLASS(ModelCheckpoint, "saves the weights after epochs or steps, or only the best ones",
               check_model_checkpoint);
CALLBACK_CLASS(ReduceLROnPlateau, "lowers the learning rate when a figure no longer improves", check_plateau);
CALLBACK_CLASS(LearningRateScheduler, "sets the learning rate at the beginning of every epoch", NULL);
CALLBACK_CLASS(CSVLogger, "writes the figures of every epoch to a file", check_csv_logger);
CALLBACK_CLASS(TerminateOnNaN, "ends training when the loss is not finite", NULL);
CALLBACK_CLASS(BackupAndRestore, "goes on with a training that was interrupted", check_backup);
