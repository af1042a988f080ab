/* SPDX-License-Identifier: MIT-0 */
/* NAME_trainer in C: its fields, and the table that tells checkpoints what lasts. */
#include "base/arena.h"
#include "file/trainer.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "emit/emit.h"
#include "emit/text.h"

static TrainerParts parts_of(Emit *emit) {
    const Sizes sizes = plan_sizes(emit->plan);
    return trainer_parts(emit->arena, emit->plan, &sizes);
}

/* "float arena[64]" */
static const char *declared(Emit *emit, const TrainerPart *part) {
    const char *const prefix = emit->plan->model->name;
    switch (part->kind) {
    case TRAINER_WEIGHTS: return formatted(emit, "%s_params %s", prefix, part->name);
    case TRAINER_TRAINABLE: return formatted(emit, "%s_trainable %s", prefix, part->name);
    case TRAINER_STATES: return formatted(emit, "%s_states %s", prefix, part->name);
    case TRAINER_REALS: return formatted(emit, "%s %s[%lld]", emit->real, part->name, (long long)part->count);
    case TRAINER_REAL: return formatted(emit, "%s %s", emit->real, part->name);
    case TRAINER_COUNTER: return formatted(emit, "uint64_t %s", part->name);
    }
    return "";
}

/* As nnc_kept_as calls it, without its NNC_KEPT_. */
static const char *kept_as(const TrainerPart *part) {
    return part->kind == TRAINER_WEIGHTS     ? "WEIGHTS"
           : part->kind == TRAINER_TRAINABLE ? "TRAINABLE"
           : part->kind == TRAINER_COUNTER   ? "COUNTS"
                                             : "REALS";
}

/* 0: as many as there are weights. */
static int64_t kept_count(const TrainerPart *part) {
    return part->kind == TRAINER_WEIGHTS || part->kind == TRAINER_TRAINABLE ? 0 : part->count;
}

const char *trainer_fields(Emit *emit) {
    const TrainerParts parts = parts_of(emit);
    Text text = {.arena = emit->arena};
    for (int i = 0; i < parts.count; i++) {
        const TrainerPart *const part = &parts.at[i];
        text_printf(&text, "%s;%s", declared(emit, part),
                    part->comment ? formatted(emit, " /* %s */", part->comment) : "");
        text_puts(&text, "\n");
    }
    return text_chars(&text);
}

void kept_table(Emit *emit, Text *out) {
    const TrainerParts parts = parts_of(emit);
    text_puts(out, "static const nnc_kept main_kept[] = { /* name, as, offset, count */\n");
    for (int i = 0; i < parts.count; i++) {
        const TrainerPart *const part = &parts.at[i];
        if (part->lasts)
            text_printf(out, "    {\"%s\", NNC_KEPT_%s, offsetof(%s_trainer, %s), %lld},\n", part->name, kept_as(part),
                        emit->plan->model->name, part->name, (long long)kept_count(part));
    }
    text_puts(out, "};\n");
}

void trainer_kept(Emit *emit, void (*take)(void *context, const TrainerPart *part), void *context) {
    const TrainerParts parts = parts_of(emit);
    for (int i = 0; i < parts.count; i++)
        if (parts.at[i].lasts) take(context, &parts.at[i]);
}
