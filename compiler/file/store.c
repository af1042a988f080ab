/* SPDX-License-Identifier: MIT-0 */
/* Weights and trainers as files in memory: the heads of the files, and which numbers stand behind them. The texts are
 * in store.t.c, the functions that write and read in runtime/core/nnc_store.c. */
#include <string.h>

#include "base/arena.h"
#include "base/options.h"
#include "file/store.h"
#include "file/trainer.h"
#include "host/host.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "emit/emit.h"
#include "file/state.h"
#include "emit/template.h"
#include "emit/text.h"

enum {
    MOST_TENSORS = 256,   /* of a file in memory: its head is in the C, four times with Adam's states */
    LINE_CHARACTERS = 100 /* of a string in the C */
};

/* A file while it is described. */
typedef struct Layout {
    Emit *emit;
    Text head, lines, numbers; /* lines: the head as C */
    int64_t bytes; /* of numbers */
} Layout;

static void put_json(Text *text, const char *name) {
    for (; *name; name++) text_puts(text, nnc_json_character(*name).text);
}

/* How a character stands in a string of C: a quotation mark shorter than others, as people read it. */
static const char *character(Emit *emit, char c) {
    if (c == '"') return "\\\"";
    const char *const literal = one_line_literal(emit, (char[]){c, '\0'});
    return arena_strndup(emit->arena, literal + 1, strlen(literal) - 2);
}

/* A piece of the head, as lines of strings in C. */
static void add_line(Layout *layout, const char *piece) {
    size_t column = 0;
    text_puts(&layout->head, piece);
    text_puts(&layout->lines, layout->lines.length ? "\n\"" : "\"");
    for (; *piece; piece++) {
        const char *const text = character(layout->emit, *piece);
        if (column > LINE_CHARACTERS) text_puts(&layout->lines, "\"\n\"");
        column = strlen(text) + (column > LINE_CHARACTERS ? 0 : column);
        text_puts(&layout->lines, text);
    }
    text_puts(&layout->lines, "\"");
}

static void add_tensor(Layout *layout, const char *before, const char *name, const char *type, int64_t width,
                       Shape shape) {
    Text piece = {.arena = layout->emit->arena};
    int64_t count = 1;
    text_puts(&piece, layout->head.length ? ",\"" : "{\"");
    put_json(&piece, before);
    put_json(&piece, name);
    text_printf(&piece, "\":{\"dtype\":\"%s\",\"shape\":[", type);
    for (int i = 0; i < shape.rank; i++) {
        text_printf(&piece, "%s%lld", i ? "," : "", (long long)shape.dim[i]);
        count *= shape.dim[i];
    }
    text_printf(&piece, "],\"data_offsets\":[%lld,%lld]}", (long long)layout->bytes,
                (long long)(layout->bytes + count * width));
    add_line(layout, text_chars(&piece));
    layout->bytes += count * width;
}

static void add_weights(Layout *layout, const char *before, bool trainable_only) {
    const Plan *const plan = layout->emit->plan;
    const int64_t width = element_bytes(plan->real);
    for (int i = 0; i < plan->weights.count; i++) {
        const Tensor *const tensor = plan->weights.at[i];
        if (!trainable_only || tensor->weight->trainable)
            add_tensor(layout, before, tensor->name, width == 8 ? "F64" : "F32", width, tensor->shape);
    }
}

/* A member of the trainer: its tensors, and where their numbers are. */
static void add_kept(void *context, const TrainerPart *part) {
    Layout *const layout = context;
    Emit *const emit = layout->emit;
    const int64_t before = layout->bytes, real = element_bytes(emit->plan->real);
    const bool counts = part->kind == TRAINER_COUNTER;
    if (part->kind == TRAINER_WEIGHTS) add_weights(layout, "", false);
    else if (part->kind == TRAINER_TRAINABLE) add_weights(layout, formatted(emit, "@%s/", part->name), true);
    else
        add_tensor(layout, "@", part->name,
                   counts      ? "U64"
                   : real == 8 ? "F64"
                               : "F32",
                   counts ? 8 : real, shape_of(1, &part->count));
    if (layout->bytes > before) /* nothing trains: the member is there, without a number */
        text_printf(&layout->numbers, "{offsetof(%s_trainer, %s), %lld, %d},\n", emit->plan->model->name, part->name,
                    (long long)(layout->bytes - before), counts ? 8 : (int)real);
}

/* What the trainer holds, or the weights alone; in a file they are followed by a checksum. */
static Layout make_layout(Emit *emit, bool trainer) {
    const Text empty = {.arena = emit->arena};
    Layout layout = {.emit = emit, .head = empty, .lines = empty, .numbers = empty};
    if (trainer) trainer_kept(emit, add_kept, &layout);
    else add_weights(&layout, "", false);
    if (!trainer)
        text_printf(&layout.numbers, "{0, %lld, %lld},\n", (long long)layout.bytes,
                    (long long)element_bytes(emit->plan->real));
    const int64_t bytes = layout.bytes;
    add_tensor(&layout, "", "@checksum", "U32", 4, shape_of(1, (int64_t[]){1}));
    layout.bytes = bytes;
    add_line(&layout, formatted(emit, "}%*s", (int)(7 - layout.head.length % 8), "")); /* numbers are aligned to 8 */
    return layout;
}

/* The header has its size, the C its text. */
static const Layout *layout_of(Emit *emit, bool trainer) {
    const Layout **const kept = trainer ? &emit->file->trainer_layout : &emit->file->weights_layout;
    if (*kept) return *kept;
    Layout *const layout = NEW(emit->arena, Layout);
    *layout = make_layout(emit, trainer);
    return *kept = layout;
}

static int64_t file_bytes(const Layout *layout) { return 8 + (int64_t)layout->head.length + layout->bytes + 4; }

/* There are weights, not too many, and they are not constants that nothing changes. */
static bool stores(const Plan *plan) {
    if (*plan->target->constants) return false; /* what is loaded lies in RAM, and predictions read elsewhere */
    const bool change = plan->can_train || !options_weights(plan->options);
    return change && plan->weights.count > 0 && plan->weights.count <= MOST_TENSORS;
}

void emit_store_header(Emit *emit, const Hole *holes, Text *out) {
    const Plan *const plan = emit->plan;
    if (!stores(plan)) return;
    const Layout *const weights = layout_of(emit, false);
    const Hole *const with_bytes =
        with(emit, holes, (Hole[]){{"save_bytes", integer(emit, file_bytes(weights))}, {NULL, NULL}});
    emit_template(emit, out, "header_load", with_bytes);
    if (!plan->can_train) return;
    const Layout *const trainer = layout_of(emit, true);
    emit_template(
        emit, out, "header_save",
        with(emit, with_bytes, (Hole[]){{"train_save_bytes", integer(emit, file_bytes(trainer))}, {NULL, NULL}}));
}

static void print_layout(Emit *emit, const Hole *holes, const char *what, const char *comment, const Layout *layout,
                         Text *out) {
    const bool is_long = layout->head.length > MOST_CHARACTERS;
    if (is_long) emit_template(emit, out, "main_long_strings", holes);
    emit_template(emit, out, "store_layout",
                  with(emit, holes,
                       (Hole[]){{"what", what},
                                {"comment", comment},
                                {"head", text_chars(&layout->lines)},
                                {"numbers", text_chars(&layout->numbers)},
                                {NULL, NULL}}));
    if (is_long) emit_template(emit, out, "main_long_strings_end", holes);
}

/* What a function of weights, or of a trainer, is called, and what it takes. */
static const Hole *store_of(Emit *emit, const Hole *holes, bool trainer, const char *verb) {
    return with(emit, holes,
                (Hole[]){{"name", formatted(emit, "%s%s", trainer ? "train_" : "", verb)},
                         {"what", trainer ? "trainer" : "weights"},
                         {"object", trainer ? "trainer" : "params"},
                         {"own", trainer ? "t" : "p"},
                         {"bytes", trainer ? "TRAIN_SAVE_BYTES" : "SAVE_BYTES"},
                         {NULL, NULL}});
}

void emit_store(Emit *emit, const Hole *holes, Text *out) {
    const Plan *const plan = emit->plan;
    if (!stores(plan)) return;
    const Layout *const weights = layout_of(emit, false);
    print_layout(emit, holes, "weights", "weights", weights, out);
    emit_template(emit, out, "api_load", store_of(emit, holes, false, "load"));
    if (!plan->can_train) return;
    const Layout *const trainer = layout_of(emit, true);
    print_layout(emit, holes, "trainer", "a trainer", trainer, out);
    emit_template(emit, out, "api_save", store_of(emit, holes, false, "save"));
    emit_template(emit, out, "api_save", store_of(emit, holes, true, "save"));
    emit_template(emit, out, "api_load", store_of(emit, holes, true, "load"));
    emit_template(emit, out, "api_train_from", holes);
}
