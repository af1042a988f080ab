/* SPDX-License-Identifier: MIT-0 */
/* The network as a picture: --emit=svg. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/summary.h"
#include "plan/draw.h"
#include "plan/plan.h"
#include "plan/sizes.h"

/* In pixels. */
enum {
    EDGE = 24,      /* around all */
    BOX = 46,       /* high */
    GAP = 26,       /* between boxes */
    LEAST_BOX = 96, /* wide */
    MOST_BOX = 320,
    LETTER = 8, /* is no wider; of names */
    TEXT = 300, /* beside the boxes */
    BAR = 160,  /* of a layer that has all parameters */
    LINE = 20
};

static const char *const style =
    "<style>\n"
    "    svg { color-scheme: light dark; font-family: system-ui, sans-serif; }\n"
    "    .ground { fill: #ffffff; } .box { fill: #eaf1f8; stroke: #0a5c9e; } .way { stroke: #5a5c66; fill: none; }\n"
    "    .bar { fill: #0a5c9e; } text { fill: #1c1d21; font-size: 13px; } .soft { fill: #5a5c66; }\n"
    "    .name { font-size: 14px; font-weight: 600; }\n"
    "    @media (prefers-color-scheme: dark) {\n"
    "        .ground { fill: #1d1f25; } .box { fill: #22303d; stroke: #7cc0f5; } .way { stroke: #a9abb6; }\n"
    "        .bar { fill: #7cc0f5; } text { fill: #e9e8e4; } .soft { fill: #a9abb6; }\n"
    "    }\n"
    "</style>\n";

typedef struct Drawing {
    Text *out;
    int center;               /* of the boxes */
    int64_t most_made;        /* values of a sample: of the layer with the most */
    int64_t parameters, real; /* of all; bytes of one */
    int least, y;             /* of a box; where the next one begins */
} Drawing;

/* Names have no character that XML escapes. */
static void put_text(Text *out, const char *class, int x, int y, const char *anchor, const char *text) {
    text_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", class, x, y, anchor, text);
}

/* Of a sample. */
static int64_t values_of(Shape shape) { return shape_size(shape, 1); }

/* As wide as its values are many, on a logarithmic scale. */
static int box_width(const Drawing *drawing, int64_t values) {
    const double most = log2(1 + (double)drawing->most_made), part = log2(1 + (double)values) / most;
    const int width = LEAST_BOX + (int)(part * (MOST_BOX - LEAST_BOX));
    return width > drawing->least ? width : drawing->least;
}

/* A box, and beside it what comes out. */
static void put_box(Drawing *drawing, const char *name, const char *class, Shape shape) {
    Text *const out = drawing->out;
    const int width = box_width(drawing, values_of(shape)), y = drawing->y;
    text_printf(out, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n",
                drawing->center - width / 2, y, width, BOX);
    put_text(out, "name", drawing->center, y + 19, "middle", name);
    put_text(out, "soft", drawing->center, y + 37, "middle", class);
    put_text(out, "shape", 2 * drawing->center, y + 19, "start", summary_shape(out->arena, shape));
    drawing->y += BOX;
}

/* "LSTM in Bidirectional". */
static const char *class_text(Arena *arena, const Layer *layer) {
    const char *text = layer->def->class.name;
    while (layer->inner.count > 0) {
        layer = layer->inner.at[0];
        text = arena_printf(arena, "%s in %s", layer->def->class.name, text);
    }
    return text;
}

static void put_layer(Drawing *drawing, const Layer *layer) {
    Text *const out = drawing->out;
    const Parameters own = summary_parameters(layer);
    const int64_t all = own.trainable + own.rest;
    text_printf(out, "<path class=\"way\" d=\"M%d %dv%d\"/>\n", drawing->center, drawing->y, GAP);
    drawing->y += GAP;
    put_box(drawing, layer->name, class_text(out->arena, layer), layer->output);
    if (all == 0) return;
    const int x = 2 * drawing->center, y = drawing->y - BOX;
    put_text(out, "soft", x, y + 37, "start",
             arena_printf(out->arena, "%s parameters%s, %s", summary_number(out->arena, all),
                          own.trainable ? "" : ", not trained", summary_bytes(out->arena, drawing->real * all)));
    const int bar = (int)((double)all / (double)drawing->parameters * BAR);
    text_printf(out, "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"3\"/>\n", x, y + 43,
                bar > 0 ? bar : 1);
}

/* What the whole network needs. */
static void put_totals(Drawing *drawing, const Plan *plan) {
    Text *const out = drawing->out;
    const Sizes sizes = plan_sizes(plan);
    drawing->y += GAP;
    const char *const lines[] = {
        arena_printf(out->arena, "%s parameters, %s", summary_number(out->arena, drawing->parameters),
                     summary_bytes(out->arena, sizes.params_bytes)),
        arena_printf(out->arena, "prediction: %s of RAM", summary_bytes(out->arena, sizes.inference_ram)),
        sizes.training_ram ? arena_printf(out->arena, "training, %lld samples at once: %s of RAM",
                                          (long long)plan->model->batch, summary_bytes(out->arena, sizes.training_ram))
                           : NULL};
    for (size_t i = 0; i < sizeof lines / sizeof *lines && lines[i]; i++) {
        put_text(out, i ? "soft" : "name", EDGE, drawing->y + LINE / 2, "start", lines[i]);
        drawing->y += LINE;
    }
}

void plan_draw(const Plan *plan, Text *out) {
    const Model *const model = plan->model;
    Text inside = {.arena = out->arena};
    Drawing drawing = {.out = &inside, .most_made = values_of(model->input), .least = LEAST_BOX, .y = EDGE};
    drawing.real = element_bytes(plan->real);
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *const layer = model->layers.at[i];
        const Parameters own = summary_parameters(layer);
        const int64_t made = values_of(layer->output);
        const char *const class = class_text(out->arena, layer);
        const size_t letters = strlen(layer->name) > strlen(class) ? strlen(layer->name) : strlen(class);
        const int wide = (int)letters * LETTER + EDGE;
        drawing.least = wide > drawing.least ? wide : drawing.least;
        drawing.most_made = made > drawing.most_made ? made : drawing.most_made;
        drawing.parameters += own.trainable + own.rest;
    }
    drawing.center = EDGE + (drawing.least > MOST_BOX ? drawing.least : MOST_BOX) / 2;
    put_box(&drawing, "input", model->integer_input ? "int32" : "float32", model->input);
    for (int i = 0; i < model->layers.count; i++) put_layer(&drawing, model->layers.at[i]);
    put_totals(&drawing, plan);
    const int width = 2 * drawing.center + TEXT, height = drawing.y + EDGE - LINE / 2;
    text_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\"",
                width, height, width, height);
    text_printf(out, " role=\"img\">\n<title>%s: %d layers, %s parameters</title>\n%s", model->name,
                model->layers.count, summary_number(out->arena, drawing.parameters), style);
    text_printf(out, "<rect class=\"ground\" width=\"%d\" height=\"%d\" rx=\"12\"/>\n%s</svg>\n", width, height,
                text_chars(&inside));
}
