/* SPDX-License-Identifier: MIT-0 */
/* NAME_trainer: its fields, said once, for the struct and for the table that tells checkpoints what lasts. */
#include "base/arena.h"
#include "file/trainer.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "emit/emit.h"
#include "emit/text.h"

typedef struct TrainerField {
    const char *type, *name, *length; /* length: "[64]", or "" */
    const char *comment;
    /* how it lasts from one step to the next: an nnc_kept_as without its NNC_KEPT_; NULL: it does not */
    const char *kept;
    int64_t count; /* numbers in it; 0: as many as there are weights */
} TrainerField;

typedef LIST(TrainerField) TrainerFields;

static void add(Emit *emit, TrainerFields *fields, TrainerField field) { list_push(emit->arena, fields, field); }

/* In the order of the struct. Whatever a step needs of the one before must say how it is kept. */
static TrainerFields fields_of(Emit *emit) {
    const Plan *plan = emit->plan;
    const Sizes sizes = plan_sizes(plan);
    const char *const prefix = emit->plan->model->name, *const trainable = formatted(emit, "%s_trainable", prefix);
    TrainerFields fields = {0};
    /* First: in a trainer that begins a cache line no vector of the arena crosses one. */
    add(emit, &fields,
        (TrainerField){emit->real, "arena", formatted(emit, "[%lld]", (long long)sizes.train_arena), NULL, NULL, 0});
    add(emit, &fields,
        (TrainerField){formatted(emit, "%s_params", prefix), "params", "", "predict with &t->params at any time",
                       "WEIGHTS", 0});
    if (plan->options->gradients)
        add(emit, &fields,
            (TrainerField){trainable, "gradients", "", "of the last batch, for train_apply", NULL, 0});
    for (int i = 0; i < plan->update.slots.count; i++)
        add(emit, &fields, (TrainerField){trainable, plan->update.slots.at[i].name, "", NULL, "TRAINABLE", 0});
    if (sizes.masks)
        add(emit, &fields, (TrainerField){emit->real, "masks", formatted(emit, "[%lld]", (long long)sizes.masks),
                                    "random factors, from the caller", NULL, 0});
    if (sizes.states)
        add(emit, &fields, (TrainerField){formatted(emit, "%s_states", prefix), "states", "", NULL, "REALS",
                                    sizes.states});
    add(emit, &fields, (TrainerField){emit->real, "learning_rate", "", NULL, "REALS", 1});
    if (plan->update.product)
        add(emit, &fields,
            (TrainerField){emit->real, "momenta", "", "of all momenta up to the next update", "REALS", 1});
    if (sizes.trainer_padding)
        add(emit, &fields,
            (TrainerField){emit->real, "unused", formatted(emit, "[%lld]", (long long)sizes.trainer_padding),
                           "the next is aligned to 8 bytes everywhere", NULL, 0});
    add(emit, &fields, (TrainerField){"uint64_t", "seed", "", "of the random numbers", "COUNTS", 1});
    add(emit, &fields, (TrainerField){"uint64_t", "batches", "", "seen", "COUNTS", 1});
    add(emit, &fields, (TrainerField){"uint64_t", "iterations", "", "updates done", "COUNTS", 1});
    return fields;
}

const char *trainer_fields(Emit *emit) {
    const TrainerFields fields = fields_of(emit);
    Text text = {.arena = emit->arena};
    for (int i = 0; i < fields.count; i++) {
        const TrainerField *const field = &fields.at[i];
        text_printf(&text, "%s %s%s;", field->type, field->name, field->length);
        text_puts(&text, field->comment ? formatted(emit, " /* %s */\n", field->comment) : "\n");
    }
    return text_chars(&text);
}

void kept_table(Emit *emit, Text *out) {
    const TrainerFields fields = fields_of(emit);
    text_puts(out, "static const nnc_kept main_kept[] = {\n");
    for (int i = 0; i < fields.count; i++) {
        const TrainerField *const field = &fields.at[i];
        if (field->kept)
            text_printf(out, "    {\"%s\", NNC_KEPT_%s, offsetof(%s_trainer, %s), %lld},\n", field->name, field->kept,
                        emit->plan->model->name, field->name, (long long)field->count);
    }
    text_puts(out, "};\n");
}

void trainer_kept(Emit *emit, void (*take)(void *context, const char *name, const char *kept, int64_t count),
                  void *context) {
    const TrainerFields fields = fields_of(emit);
    for (int i = 0; i < fields.count; i++)
        if (fields.at[i].kept) take(context, fields.at[i].name, fields.at[i].kept, fields.at[i].count);
}
