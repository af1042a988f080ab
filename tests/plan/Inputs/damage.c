/* SPDX-License-Identifier: MIT-0 */
/* Damages a sound plan in one way after the other, and says what plan_check() finds. Linked with the compiler's
 * objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "frontend/constants.h"
#include "frontend/parser.h"
#include "lower/lower.h"
#include "model/prepare.h"
#include "model/check.h"
#include "model/model.h"
#include "model/shapes.h"
#include "passes/passes.h"
#include "plan/check.h"
#include "plan/uses.h"

static Plan *plan_of(Arena *arena, const char *path, const char *pass) {
    static Options options = {.list_kind = -1, .max_ram = -1};
    const char *error = NULL;
    options.input = path;
    options.target = strstr(path, "place.nn") ? "small" : NULL;
    const Source *source = source_load(arena, path, &error);
    Diags *diags = diags_new(arena, source);
    AstFile *file = parse_file(arena, source, diags);
    Constants *constants = constants_new(arena, diags);
    constants_define(constants, file);
    Model *model = model_from_ast(arena, file, constants, &options, diags);
    model_shapes(model, diags);
    model_prepare(model, diags);
    model_check(model, diags);
    Plan *plan = plan_from_model(arena, model, &options, diags);
    plan_optimize(plan, pass ? pass_named(pass) : NULL);
    return plan;
}

/* The first operation of a program whose name ends like this. */
static Op *op_like(Program *program, const char *end) {
    for (int i = 0; i < program->ops.count; i++) {
        const char *const name = program->ops.at[i]->name;
        if (strlen(name) >= strlen(end) && !strcmp(name + strlen(name) - strlen(end), end)) return program->ops.at[i];
    }
    fprintf(stderr, "no operation %s\n", end);
    exit(1);
}

static Tensor *value_named(Program *program, const char *name) {
    for (int i = 0; i < program->tensors.count; i++)
        if (!strcmp(program->tensors.at[i]->name, name)) return program->tensors.at[i];
    fprintf(stderr, "no value %s\n", name);
    exit(1);
}

static void swap(Program *program, int a, int b) {
    Op *const op = program->ops.at[a];
    program->ops.at[a] = program->ops.at[b];
    program->ops.at[b] = op;
}

static void nothing(Plan *plan) { (void)plan; }

static void stale_place(Plan *plan) { swap(&plan->train, 0, 1); }

static void other_input(Plan *plan) { op_like(&plan->train, "dense_1_forward")->in[0] = plan->train.input; }

static void no_reader(Plan *plan) {
    Op *const op = op_like(&plan->train, "dense_1_forward");
    op->uses = op->uses->next_of_op;
}

static void dropped_by_hand(Plan *plan) {
    Program *const program = &plan->train;
    for (int i = op_like(program, "dense_1_forward")->at; i + 1 < program->ops.count; i++) {
        program->ops.at[i] = program->ops.at[i + 1];
        program->ops.at[i]->at = i;
    }
    program->ops.count--;
}

static void wrong_order(Plan *plan) {
    Program *const program = &plan->train;
    swap(program, op_like(program, "dense_forward")->at, op_like(program, "dense_1_forward")->at);
    program_index(plan, program);
}

static void not_a_register(Plan *plan) { value_named(&plan->train, "dense")->in_registers = true; }

static void same_place(Plan *plan) {
    value_named(&plan->train, "dense_1")->offset = value_named(&plan->train, "dense")->offset;
}

static void short_arena(Plan *plan) { plan->train.arena_size -= 16; }

static void view_too_far(Plan *plan) {
    Tensor *const whole = value_named(&plan->train, "lstm.output_states");
    for (Tensor *view = whole->views; view; view = view->next_view) view->index += 2;
}

static void two_steps_in_one(Plan *plan) { /* the gates of a step where its state lies */
    Program *const program = &plan->train;
    Tensor *state = value_named(program, "lstm.output_states"), *other = value_named(program, "lstm.cell_states");
    other->offset = state->offset;
}

/* What works in place has lost its place by one. */
static void little_lead(Plan *plan) { value_named(&plan->train, "dense")->offset++; }

int main(int argc, char **argv) {
    static const struct Damage {
        const char *name, *model, *pass;
        void (*damage)(Plan *plan);
    } all[] = {
        {"nothing", "dense", NULL, nothing},
        {"nothing in lstm", "lstm", NULL, nothing},
        {"stale place", "dense", NULL, stale_place},
        {"other input", "dense", "drop-unread", other_input},
        {"no reader", "dense", "drop-unread", no_reader},
        {"dropped by hand", "dense", "drop-unread", dropped_by_hand},
        {"wrong order", "dense", "drop-unread", wrong_order},
        {"not a register", "dense", "fuse-steps", not_a_register},
        {"same place", "dense", NULL, same_place},
        {"short arena", "dense", NULL, short_arena},
        {"view too far", "lstm", "drop-unread", view_too_far},
        {"two states in one place", "lstm", NULL, two_steps_in_one},
        {"nothing in place", "place", NULL, nothing},
        {"little lead", "place", NULL, little_lead},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all && argc > 1; i++) {
        Arena *const arena = arena_new();
        Plan *const plan = plan_of(arena, arena_printf(arena, "%s/%s.nn", argv[1], all[i].model), all[i].pass);
        all[i].damage(plan);
        const char *const wrong = plan_check(plan, &plan->train);
        printf("%s: %s\n", all[i].name, wrong ? wrong : "sound");
        arena_free(arena);
    }
    return 0;
}
