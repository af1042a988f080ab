/* SPDX-License-Identifier: MIT-0 */
/* Loops over images and windows in them, put together from the inside out. */
#include "ops/op.h"
#include "ops/window_loops.h"

static const char *const places[] = {"i", "j", "k"}, *const taps[] = {"u", "v", "w"};

WindowLoops window_loops(const Window *window, Shape image, Shape out) {
    return (WindowLoops){.window = window, .image = image, .out = out, .first = image.rank - 1 - window->dims};
}

WindowLoops window_loops_of(Emit *e, const Op *op, Shape out) {
    WindowLoops loops = window_loops(op_window(op), op->in[0]->shape, out);
    loops.line = param_line(e, op);
    loops.lines = op->in[0]->lines;
    return loops;
}

/* The dimensions in which the loops go from place to place begin here. */
static int first_loop(const WindowLoops *loops) { return loops->line ? 1 : 0; }

static const char *place_name(const WindowLoops *loops, int i) {
    return i < first_loop(loops) ? loops->line : places[i];
}

static int64_t size_after(Shape shape, int dim) {
    int64_t size = 1;
    for (int i = dim + 1; i < shape.rank; i++) size *= shape.dim[i];
    return size;
}

/* Whether a window in this dimension may reach beyond the image. */
static bool has_edge(const WindowLoops *loops, int i) {
    const Window *window = loops->window;
    const int64_t last = (loops->out.dim[loops->first + i] - 1) * window->stride[i] +
                         (window->size[i] - 1) * window->dilation[i] - window->low[i];
    return window->low[i] > 0 || last >= loops->image.dim[loops->first + i];
}

static bool has_one_sample(Emit *e, const WindowLoops *loops) {
    return size_is_one(e, loops->image, 0, loops->first);
}

/* Appends a term of a sum that begins with an address. */
static void put_term(Text *text, const char *term) { text_printf(text, " + %s", term); }

/* Where a sample of so many reals begins; "" where there is one. */
static Text sample_at(Emit *e, const WindowLoops *loops, int64_t size) {
    Text text = {.arena = e->arena};
    if (!has_one_sample(e, loops)) put_term(&text, times(e, "sample", size));
    return text;
}

const char *window_image_at(Emit *e, const WindowLoops *loops) {
    const Window *window = loops->window;
    Text text = sample_at(e, loops, size_after(loops->image, loops->first - 1));
    for (int i = 0; i < window->dims; i++) {
        const bool moves = loops->out.dim[loops->first + i] > 1, wide = window->size[i] > 1;
        Text at = {.arena = e->arena};
        if (moves) text_puts(&at, times(e, place_name(loops, i), window->stride[i]));
        if (wide) text_printf(&at, "%s%s", moves ? " + " : "", times(e, taps[i], window->dilation[i]));
        if (window->low[i]) text_printf(&at, "%s - %lld", moves || wide ? "" : "0", (long long)window->low[i]);
        if (!at.length || (i == 0 && loops->lines)) continue; /* of lines that are kept window_rows() says it */
        const int64_t stride = size_after(loops->image, loops->first + i);
        const bool sum = (moves && wide) || window->low[i];
        put_term(&text, times(e, sum && stride > 1 ? formatted(e, "(%s)", text_chars(&at)) : text_chars(&at), stride));
    }
    return text_chars(&text);
}

const char *window_row(const WindowLoops *loops, const char *image) { return loops->lines > 1 ? "rows[u]" : image; }

const char *window_rows(Emit *e, const WindowLoops *loops, const char *image) {
    const Window *const window = loops->window;
    if (loops->lines < 2) return "";
    const char *const line = loops->line ? times(e, loops->line, window->stride[0]) : "0";
    const char *const at = formatted(e, "%s + %s", line, times(e, "u", window->dilation[0]));
    return filled(e, "window_lines",
                  (Hole[]){{"size", integer(e, window->size[0])},
                           {"image", image},
                           {"at", window->low[0] ? formatted(e, "%s - %lld", at, (long long)window->low[0]) : at},
                           {"lines", integer(e, loops->lines)},
                           {"line", integer(e, size_after(loops->image, loops->first))},
                           {NULL, NULL}});
}

const char *window_place_at(Emit *e, const WindowLoops *loops) {
    Text text = sample_at(e, loops, size_after(loops->out, loops->first - 1));
    for (int i = first_loop(loops); i < loops->window->dims; i++)
        if (loops->out.dim[loops->first + i] > 1)
            put_term(&text, times(e, places[i], size_after(loops->out, loops->first + i)));
    return text_chars(&text);
}

static const char *tap_at(Emit *e, const WindowLoops *loops, int first, int64_t size) {
    Text text = {.arena = e->arena};
    for (int i = first; i < loops->window->dims; i++) {
        int64_t stride = size;
        for (int j = i + 1; j < loops->window->dims; j++) stride *= loops->window->size[j];
        if (loops->window->size[i] > 1) text_printf(&text, "%s%s", text.length ? " + " : "", times(e, taps[i], stride));
    }
    return text.length ? text_chars(&text) : "0";
}

const char *window_tap_at(Emit *e, const WindowLoops *loops, int64_t size) { return tap_at(e, loops, 0, size); }
const char *window_tap_number(Emit *e, const WindowLoops *loops, int first) { return tap_at(e, loops, first, 1); }

const char *window_places(Emit *e, const WindowLoops *loops, const char *body) {
    for (int i = loops->window->dims - 1; i >= first_loop(loops); i--) {
        const int64_t size = loops->out.dim[loops->first + i];
        if (size > 1)
            body = filled(e, "map_loop",
                          (Hole[]){{"var", places[i]}, {"size", integer(e, size)}, {"body", body}, {NULL, NULL}});
    }
    const char *const samples = size_text(e, loops->image, 0, loops->first);
    if (has_one_sample(e, loops)) return body;
    return filled(e, "map_loop", (Hole[]){{"var", "sample"}, {"size", samples}, {"body", body}, {NULL, NULL}});
}

const char *window_taps_of(Emit *e, const WindowLoops *loops, int first, int end, bool unrolled, const char *body) {
    for (int i = end - 1; i >= first; i--) {
        if (loops->window->size[i] == 1) continue;
        const bool edge = has_edge(loops, i);
        Hole holes[] = {{edge ? "tap" : "var", taps[i]},
                        {"size", integer(e, loops->window->size[i])},
                        {"body", body},
                        {NULL, NULL}};
        body = filled(e, edge ? "window_tap" : unrolled ? "map_unrolled" : "map_loop", holes);
    }
    return body;
}

const char *window_taps(Emit *e, const WindowLoops *loops, const char *body) {
    return window_taps_of(e, loops, 0, loops->window->dims, false, body);
}

const char *window_channels(Emit *e, const WindowLoops *loops, const char *lanes, const char *body) {
    const int64_t channels = loops->image.dim[loops->image.rank - 1];
    return filled(e, lanes ? "map_lanes" : "map_vectors",
                  (Hole[]){{"var", "c"}, {"size", integer(e, channels)}, {"body", body}, {NULL, NULL}});
}

const char *window_edges(Emit *e, const WindowLoops *loops) {
    const Window *window = loops->window;
    Text text = {.arena = e->arena};
    for (int i = 0; i < window->dims; i++) {
        if (window->size[i] == 1 || !has_edge(loops, i)) continue;
        const bool moves = loops->out.dim[loops->first + i] > 1;
        text_puts(&text, filled(e, window->low[i] > 0 ? "window_edges" : "window_end",
                                (Hole[]){{"tap", taps[i]},
                                         {"place", moves ? place_name(loops, i) : "(size_t)0"},
                                         {"stride", integer(e, window->stride[i])},
                                         {"low", integer(e, window->low[i])},
                                         {"size", integer(e, window->size[i])},
                                         {"image", integer(e, loops->image.dim[loops->first + i] + window->low[i])},
                                         {NULL, NULL}}));
    }
    return text_chars(&text);
}

/* *differs: it is not the same for all windows. */
static const char *positions(Emit *e, const WindowLoops *loops, bool *differs) {
    int64_t count = 1;
    Text text = {.arena = e->arena};
    for (int i = 0; i < loops->window->dims; i++) {
        if (has_edge(loops, i) && loops->window->size[i] > 1)
            text_printf(&text, "%s(end_%s - first_%s)", text.length ? " * " : "", taps[i], taps[i]);
        else count *= loops->window->size[i];
    }
    *differs = text.length > 0;
    if (!text.length) return integer(e, count);
    return count > 1 ? formatted(e, "%s * %lld", text_chars(&text), (long long)count) : text_chars(&text);
}

const char *window_count(Emit *e, const WindowLoops *loops) {
    bool differs;
    const char *const count = positions(e, loops, &differs);
    return differs ? formatted(e, "(%s)(%s)", e->real, count) : count;
}

const char *window_positions(Emit *e, const WindowLoops *loops) {
    bool differs;
    const char *const count = positions(e, loops, &differs);
    return differs ? formatted(e, "(uint32_t)(%s)", count) : count;
}
