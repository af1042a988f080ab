/* SPDX-License-Identifier: MIT-0 */
/* Running the passes. */
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/check.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "plan/uses.h"

static const Pass passes[] = {
#define PASS(name, function) {name, pass_##function},
#include "passes/passes.def"
#undef PASS
};
enum { PASS_COUNT = sizeof passes / sizeof *passes };

const Pass *pass_named(const char *name) {
    for (int i = 0; i < PASS_COUNT; i++)
        if (!strcmp(passes[i].name, name)) return &passes[i];
    return NULL;
}

const char *pass_list(Arena *arena, const char *indent, size_t width) {
    Text names = {.arena = arena};
    size_t column = width;
    for (int i = 0; i < PASS_COUNT; i++) {
        const char *const name = arena_printf(arena, "%s%s", passes[i].name, i + 1 < PASS_COUNT ? "," : "\n");
        const bool wraps = column + 1 + strlen(name) > width;
        text_printf(&names, "%s%s%s", !wraps ? " " : i ? "\n" : "", wraps ? indent : "", name);
        column = (wraps ? strlen(indent) : column + 1) + strlen(name);
    }
    return text_chars(&names);
}

void cost_dump(const Plan *plan, Text *out) {
    int64_t all = 0;
    for (int i = 0; i <= PASS_COUNT; i++) {
        text_printf(out, "%-20s %12lld\n", i ? passes[i - 1].name : "lower", (long long)plan->costs[i]);
        all += plan->costs[i];
    }
    text_printf(out, "%-20s %12lld\n", "all", (long long)all);
}

/* --check-plan: a pass that leaves a plan that is not sound is a fault of the compiler. */
static void check(const Plan *plan, const Program *program, const char *pass) {
    const char *const wrong = plan->options->check_plan ? plan_check(plan, program) : NULL;
    if (wrong) internal_error("behind %s, in program %s: %s", pass, program->name, wrong);
}

void plan_optimize(Plan *plan, const Pass *last) {
    Program *programs[MAX_PROGRAMS];
    const int count = plan_programs(plan, programs);
    for (int i = 0; i < count; i++) program_index(plan, programs[i]);
    plan->costs = NEW_ARRAY(plan->arena, int64_t, PASS_COUNT + 1);
    plan->costs[0] = plan_visits;
    for (int i = 0; i < count; i++) {
        check(plan, programs[i], "lowering");
        for (int j = 0; j < PASS_COUNT; j++) {
            const int64_t before = plan_visits;
            visit(programs[i]->ops.count);
            passes[j].run(plan, programs[i]);
            plan->costs[j + 1] += plan_visits - before;
            check(plan, programs[i], passes[j].name);
            if (&passes[j] == last) break;
        }
    }
    if (plan->ranges && !last) settle_quantized(plan);
}

