/* SPDX-License-Identifier: MIT-0 */
/* NAME_predict_mc: mean and deviation of predictions with random layers on. The texts are in mc.t.c. */
#include "base/arena.h"
#include "file/mc.h"
#include "file/program.h"
#include "file/used.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"

void emit_monte_carlo(Emit *emit, const Hole *holes, const char *check, const char *run, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    const ProgramText text = emit_program(emit, &plan->monte_carlo, FORWARD);
    const char *const arena = *text.values ? formatted(emit, "%s *const arena = w->arena;\n", emit->real) : "";
    const Hole *const all =
        with(emit, holes,
             (Hole[]){{"values", text.values},
                      {"before", text.before},
                      {"calls", text.calls},
                      {"unused", unused_by(emit, &text, arena, "p w x seed sample first batch")},
                      {"mc_arena", arena},
                      {"mc_at", integer(emit, plan->monte_carlo.arena_size)},
                      {"mc_rows", integer(emit, plan->mc_rows)},
                      {"check", check},
                      {"run_sample", run},
                      {NULL, NULL}});
    emit_template(emit, programs, "program_mc", all);
    emit_template(emit, out, "api_mc", all);
}
