/* SPDX-License-Identifier: MIT-0 */
/* A step of training that is shared out, as C: each round is a function, of which everybody makes a part. */
#include "base/arena.h"
#include "emit/emit.h"
#include "file/state.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/brackets.h"
#include "file/job.h"
#include "file/program.h"
#include "file/ranks.h"
#include "file/rounds.h"
#include "file/used.h"
#include "plan/plan.h"

const char *round_name(Emit *emit, int round) {
    return formatted(emit, "%s_train_%d", emit->plan->model->name, round + 1);
}

/* "const nnc_share of_784 = nnc_share_of(784, TILE_ROWS, part, job->parts);" */
static const char *ranges_text(Emit *emit) {
    Text text = {.arena = emit->arena};
    for (int i = 0; i < emit->file->ranges.count; i++) {
        const Range *const range = &emit->file->ranges.at[i];
        if (!range->used) continue;
        const char *const length =
            range->length < 0 ? times(emit, "batch", -range->length) : integer(emit, range->length);
        text_printf(&text, "const nnc_share %s = nnc_share_of(%s, %s, %s);\n", range->name, length, range->grain,
                    range->everywhere ? "part - job->first, job->own" : "part, job->parts");
    }
    return text_chars(&text);
}

static void print_round(Emit *emit, const Hole *holes, const Round *round, const char *name, Text *programs,
                        const ProgramText *text) {
    const char *const ranges = ranges_text(emit);
    const char *const body = formatted(emit, "%s%s%s%s", ranges, text->values, text->before, text->calls);
    const char *const declared =
        formatted(emit, "%s%s", job_declarations(emit, holes, round->loop != NULL, body), ranges);
    emit_template(emit, programs, "round",
                  with(emit, holes,
                       (Hole[]){{"name", name},
                                {"declarations",
                                 formatted(emit, "%s%s", declared, uses_name(body, "part") ? "" : "(void)part;\n")},
                                {"values", text->values},
                                {"before", text->before},
                                {"calls", text->calls},
                                {NULL, NULL}}));
}

/* How a round is called: by the team, or where nothing is shared out at once. */
static const char *call_text(Emit *emit, const Round *round, const char *name) {
    return round->alone ? formatted(emit, "%s(&job, 0);\n", name)
                        : formatted(emit, "team->run(team->pool, %s, &job, job.parts);\n", name);
}

void emit_rounds(Emit *emit, const Hole *holes, Text *programs) {
    const Program *const program = &emit->plan->train;
    const Calls calls = program_calls(emit, program, FORWARD | BACKWARD | UPDATE);
    Text text = {.arena = emit->arena};
    bool forward = true;
    for (int i = 0; i < program->rounds.count; i++) {
        const Round *const round = &program->rounds.at[i];
        const ProgramText printed = emit_round(emit, &calls, round);
        print_round(emit, holes, round, round_name(emit, i), programs, &printed);
        const TimeLoop *const loop = round->loop, *const before = i > 0 ? round[-1].loop : NULL,
                              *const after = i + 1 < program->rounds.count ? round[1].loop : NULL;
        if (forward && program->ops.at[round->first]->phase != PHASE_FORWARD) {
            text_puts(&text, loss_check);
            forward = false;
        }
        const bool opens = loop && loop != before;
        const char *const given =
            emit_given(emit, holes, &round->before, opens ? NULL : loop, given_before(emit, i), programs);
        const char *call = call_text(emit, round, round_name(emit, i));
        if (opens) text_puts(&text, given);
        else call = formatted(emit, "%s%s", given, call);
        call = formatted(emit, "%s%s", call,
                         emit_given(emit, holes, &round->after, loop, given_after(emit, i), programs));
        if (loop && loop->steps > 1) {
            if (opens) text_printf(&text, "%s    job.step = step;\n", loop_opening(emit, loop));
            call = formatted(emit, "%s%s", indented(emit, call), loop != after ? "}\n" : "");
        }
        text_puts(&text, call);
    }
    text_puts(&text, emit_given(emit, holes, &program->at_end, NULL, given_at_end(emit), programs));
    if (forward) text_puts(&text, loss_check);
    emit_template(emit, programs, emit->plan->options->ranks ? "ranks_train" : "rounds_train",
                  with(emit, holes, (Hole[]){{"calls", text_chars(&text)}, {NULL, NULL}}));
    if (emit->plan->options->ranks) emit_gather(emit, holes, programs);
}
