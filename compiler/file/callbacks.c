/* SPDX-License-Identifier: MIT-0 */
/* --main: the callbacks of fit() for the hosted runtime. */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>

#include "base/arena.h"
#include "file/callbacks.h"
#include "language/class.h"
#include "model/callbacks.h"
#include "model/statements.h"
#include "emit/emit.h"
#include "emit/text.h"

/* Tables of the epochs and rates of a LearningRateScheduler. */
static void rates_tables(Emit *emit, Rates rates, int index, Text *out) {
    if (!rates.count) return;
    text_printf(out, "static const int64_t main_rate_epochs_%d[] = {", index);
    for (int i = 0; i < rates.count; i++) text_printf(out, "%s%" PRId64, i ? ", " : "", rates.epoch[i]);
    text_printf(out, "};\nstatic const double main_rates_%d[] = {", index);
    for (int i = 0; i < rates.count; i++) text_printf(out, "%s%s", i ? ", " : "", double_literal(emit, rates.rate[i]));
    text_puts(out, "};\n");
}

static const char *string_or_null(Emit *emit, const char *text) { return text ? string_literal(emit, text) : "NULL"; }

static bool has_argument(const Class *class, size_t offset) {
    for (const ArgDef *row = class->args; row->name; row++)
        if (row->offset == offset) return true;
    return false;
}

static const char *callback_text(Emit *emit, const Object *callback, int index) {
    const CallbackArgs *args = callback->args;
    const bool has_baseline = has_argument(callback->class, offsetof(CallbackArgs, baseline)) && !isnan(args->baseline);
    const bool has_rates = args->schedule.count > 0;
    Text out = {.arena = emit->arena};
    text_printf(&out, "    {%s, %s, %s, %d, %d,\n", string_literal(emit, callback->class->name),
                string_or_null(emit, args->monitor),
                string_or_null(emit, args->path ? weights_file(emit->arena, args->path) : NULL),
                args->separator ? args->separator[0] : 0, monitor_direction(emit->plan->model, args));
    text_printf(&out, "     %s, %s, %s, %s, %d,\n", double_literal(emit, args->min_delta),
                double_literal(emit, args->factor), double_literal(emit, args->min_lr),
                double_literal(emit, has_baseline ? args->baseline : 0), has_baseline);
    text_printf(&out, "     %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ",\n", args->patience, args->cooldown,
                args->start_from_epoch, args->save_freq == INT_NONE ? 0 : args->save_freq);
    text_printf(&out, "     %d, %d, %d, %d, %d, %d, %d, ", (int)args->verbose, args->restore_best_weights,
                args->save_best_only, args->append, args->raise_error, args->double_checkpoint,
                args->delete_checkpoint);
    const char *const prefix = emit->plan->model->name;
    text_printf(&out, "%s, %s, %d, ", has_rates ? formatted(emit, "main_rate_epochs_%d", index) : "NULL",
                has_rates ? formatted(emit, "main_rates_%d", index) : "NULL", args->schedule.count);
    text_printf(&out, "%s},\n", args->schedule.schedule ? formatted(emit, "%s_epoch_rate_%d", prefix, index) : "NULL");
    return text_chars(&out);
}

void callbacks_table(Emit *emit, Text *out) {
    const Objects callbacks = emit->plan->model->fit.callbacks;
    if (!callbacks.count) return;
    for (int i = 0; i < callbacks.count; i++)
        rates_tables(emit, ((const CallbackArgs *)callbacks.at[i]->args)->schedule, i, out);
    text_puts(out, "static const nnc_callback main_callbacks[] = {\n");
    for (int i = 0; i < callbacks.count; i++) text_puts(out, callback_text(emit, callbacks.at[i], i));
    text_puts(out, "};\n");
}
