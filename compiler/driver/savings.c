/* SPDX-License-Identifier: MIT-0 */
/* What --max-ram tries, and what it says. */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "driver/savings.h"
#include "model/model.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "plan/tensor.h"

static int64_t more(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t needed_by(const Plan *plan) {
    const Sizes sizes = plan_sizes(plan);
    return more(sizes.training_ram, sizes.inference_ram);
}

bool memory_exceeds(const Plan *plan, const Options *options) {
    return options->max_ram >= 0 && needed_by(plan) > options->max_ram;
}

/* For small cores: unless the command line says what for. */
static bool for_small(Options *options, const Plan *plan) {
    if (options->target || !plan->target->blocks) return false;
    options->target = target_small.name;
    return true;
}

/* One sample at a time, which changes nothing but the time that many samples take; training would be another. */
static bool one_sample(Options *options, const Plan *plan) {
    if (options->batch || plan->can_train || plan->model->batch == 1) return false;
    options->batch = 1;
    return true;
}

/* Cheapest first. */
static const struct {
    bool (*use)(Options *options, const Plan *plan);
    const char *what;
} rows[] = {{one_sample, "made for one sample at a time, as with --batch=1"},
            {for_small, "made for a small core, as with --for=small"}};
enum { ROWS = sizeof rows / sizeof *rows };
typedef char rows_fit[sizeof rows / sizeof *rows <= MOST_SAVINGS ? 1 : -1];

/* Without the stack, which is not known of every target. */
static int64_t structs_of(const Plan *plan) {
    const Sizes sizes = plan_sizes(plan);
    return more(sizes.training_ram - sizes.train_stack, sizes.inference_ram - sizes.stack);
}

/* Takes a row back that has not helped. Returns whether there was one. */
static bool taken_back(Savings *savings, Options *options, const Plan *plan) {
    const int row = savings->trying - 1;
    const int64_t structs = structs_of(plan);
    savings->trying = 0;
    if (row < 0 || structs < savings->structs) {
        savings->structs = structs;
        savings->needed = needed_by(plan);
        return false;
    }
    *options = savings->before;
    savings->needed_before[row] = 0;
    return true;
}

bool savings_try(Savings *savings, Options *options, const Plan *plan) {
    if (!savings->count) savings->products = plan->products;
    const bool back = taken_back(savings, options, plan);
    while (savings->count < ROWS) {
        const int row = savings->count++;
        savings->before = *options;
        if (!rows[row].use(options, plan)) continue;
        savings->needed_before[row] = savings->needed;
        savings->trying = row + 1;
        return true;
    }
    return back; /* once more, without it */
}

void savings_report(const Savings *savings, const Options *options, const Plan *plan) {
    bool helped = false;
    for (int i = 0; i < ROWS; i++) {
        if (!savings->needed_before[i]) continue;
        if (!helped) fprintf(stderr, "nnc: to fit into %lld bytes:\n", (long long)options->max_ram);
        fprintf(stderr, "  %lld bytes were needed; now it is %s\n", (long long)savings->needed_before[i], rows[i].what);
        helped = true;
    }
    if (helped)
        fprintf(stderr, "  %lld bytes are needed, and %lld multiplications more\n", (long long)needed_by(plan),
                (long long)(plan->products - savings->products));
}

static int by_size(const void *a, const void *b) {
    const Tensor *const x = *(Tensor *const *)a, *const y = *(Tensor *const *)b;
    return (y->size > x->size) - (y->size < x->size);
}

/* The largest values of the program that takes most. */
static void note_values(const Plan *plan, const Program *program, Diags *diags) {
    enum { SHOWN = 5 };
    Tensor **const values = NEW_ARRAY(plan->arena, Tensor *, program->tensors.count + 1);
    int count = 0;
    for (int i = 0; i < program->tensors.count; i++)
        if (program->tensors.at[i]->offset >= 0) values[count++] = program->tensors.at[i];
    qsort(values, (size_t)count, sizeof *values, by_size);
    if (count) diag_note(diags, NO_SPAN, "the largest that lie in scratch memory, some at the same place:");
    for (int i = 0; i < count && i < SHOWN; i++)
        diag_note(diags, NO_SPAN, "%8lld  %s %s", (long long)(values[i]->size * element_bytes(plan->real)),
                  values[i]->name, shape_text(plan->arena, values[i]->shape));
}

static void note_bytes(Diags *diags, int64_t bytes, const char *what) {
    if (bytes > 0) diag_note(diags, NO_SPAN, "%8lld  %s", (long long)bytes, what);
}

void memory_refuse(const Plan *plan, const Options *options, Span span, Diags *diags) {
    const Sizes sizes = plan_sizes(plan);
    const int64_t needed = needed_by(plan), real = element_bytes(plan->real);
    const bool trains = sizes.training_ram >= sizes.inference_ram;
    diag(diags, D_max_ram, span, (long long)needed, (long long)(needed - options->max_ram));
    if (plan->model->batch > 1)
        diag_note(diags, NO_SPAN, "it is made for %lld samples at once; a smaller batch needs less: --batch=1",
                  (long long)plan->model->batch);
    diag_note(diags, NO_SPAN, "what is left, in bytes:");
    if (trains || !options_weights(options)) note_bytes(diags, sizes.params_bytes, "weights");
    if (trains) note_bytes(diags, sizes.slots * real, "what the optimizer keeps of them");
    if (trains) note_bytes(diags, sizes.gradients * real, "gradients, for --gradients");
    note_bytes(diags, sizes.work_bytes, "scratch memory of inference");
    if (trains) note_bytes(diags, sizes.train_arena * real, "scratch memory of training");
    note_bytes(diags, trains ? sizes.train_stack : sizes.stack, "stack, at most");
    note_values(plan, trains ? &plan->train : &plan->predict, diags);
}
