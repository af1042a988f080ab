/* SPDX-License-Identifier: MIT-0 */
/* --main: the callbacks of fit() for the hosted runtime. */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>

#include "base/arena.h"
#include "file/callbacks.h"
#include "file/table.h"
#include "language/class.h"
#include "model/callbacks.h"
#include "model/statements.h"
#include "emit/emit.h"
#include "emit/template.h"
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

static bool has_argument(const Class *class, size_t offset) {
    for (const ArgDef *row = class->args; row->name; row++)
        if (row->offset == offset) return true;
    return false;
}

static const char *callback_text(Emit *emit, const Object *callback, int index) {
    const CallbackArgs *args = callback->args;
    const bool has_baseline = has_argument(callback->class, offsetof(CallbackArgs, baseline)) && !isnan(args->baseline);
    const bool has_rates = args->schedule.count > 0;
    const char *const prefix = emit->plan->model->name;
    Text out = {.arena = emit->arena};
    put_member(&out, "name", string_literal(emit, callback->class->name));
    put_member(&out, "monitor", string_or_null(emit, args->monitor));
    put_member(&out, "path", string_or_null(emit, args->path ? weights_file(emit->arena, args->path) : NULL));
    put_count(&out, "separator", args->separator ? args->separator[0] : 0);
    put_count(&out, "direction", monitor_direction(emit->plan->model, args));
    put_member(&out, "min_delta", double_literal(emit, args->min_delta));
    put_member(&out, "factor", double_literal(emit, args->factor));
    put_member(&out, "min_lr", double_literal(emit, args->min_lr));
    put_member(&out, "baseline", double_literal(emit, has_baseline ? args->baseline : 0));
    put_count(&out, "has_baseline", has_baseline);
    put_count(&out, "patience", args->patience);
    put_count(&out, "cooldown", args->cooldown);
    put_count(&out, "start_from_epoch", args->start_from_epoch);
    put_count(&out, "save_freq", args->save_freq == INT_NONE ? 0 : args->save_freq);
    put_count(&out, "verbose", args->verbose);
    put_count(&out, "restore_best_weights", args->restore_best_weights);
    put_count(&out, "save_best_only", args->save_best_only);
    put_count(&out, "append", args->append);
    put_count(&out, "raise_error", args->raise_error);
    put_count(&out, "double_checkpoint", args->double_checkpoint);
    put_count(&out, "delete_checkpoint", args->delete_checkpoint);
    put_member(&out, "rate_epochs", has_rates ? formatted(emit, "main_rate_epochs_%d", index) : "NULL");
    put_member(&out, "rates", has_rates ? formatted(emit, "main_rates_%d", index) : "NULL");
    put_count(&out, "rate_count", args->schedule.count);
    put_member(&out, "rate", args->schedule.schedule ? formatted(emit, "%s_epoch_rate_%d", prefix, index) : "NULL");
    return text_chars(&out);
}

void callbacks_table(Emit *emit, Text *out) {
    const Objects callbacks = emit->plan->model->fit.callbacks;
    if (!callbacks.count) return;
    for (int i = 0; i < callbacks.count; i++)
        rates_tables(emit, ((const CallbackArgs *)callbacks.at[i]->args)->schedule, i, out);
    text_puts(out, "static const nnc_callback main_callbacks[] = {\n");
    for (int i = 0; i < callbacks.count; i++)
        text_printf(out, "    {\n%s    },\n", indented(emit, indented(emit, callback_text(emit, callbacks.at[i], i))));
    text_puts(out, "};\n");
}
