/* SPDX-License-Identifier: MIT-0 */
/* What stands around the calls of a program. */
#include "emit/emit.h"
#include "file/state.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/brackets.h"
#include "file/calls.h"
#include "plan/plan.h"
#include "plan/tensor.h"

const char loss_check[] = "if (!is_finite(sums[0])) {\n    return NNC_E_NONFINITE;\n}\n";

/* What a step does that no sample has a part in. */
static const char *masked_step(Emit *emit, const TimeLoop *loop) {
    const Shape shape = loop->valid->shape;
    Text text = {.arena = emit->arena};
    text_printf(&text, "    /* masked in every sample: states stay as they are */\n    if (!any_is_valid(%s, %s)) {\n",
                tensor_address(emit, NULL, loop->valid), size_text(emit, shape, 0, shape.rank));
    for (int i = 0; i < loop->carries.count; i++) {
        const Carry *const carry = loop->carries.at[i];
        if (carry->sequence->rolled) continue;
        text_printf(&text, "        memcpy(%s, %s, %s * sizeof(%s));\n", tensor_address(emit, NULL, carry->next),
                    tensor_address(emit, NULL, carry->previous),
                    size_text(emit, carry->next->shape, 0, carry->next->shape.rank), emit->real);
    }
    text_puts(&text, "        continue;\n    }\n");
    return text_chars(&text);
}

const char *loop_opening(Emit *emit, const TimeLoop *loop) {
    return formatted(emit,
                     loop->reversed ? "for (size_t step = %lld; step-- > 0;) {\n%s"
                                    : "for (size_t step = 0; step < %lld; step++) {\n%s",
                     (long long)loop->steps, loop->skips_masked ? masked_step(emit, loop) : "");
}

static bool is_paced(const Op *op) { return op && (op->pace.first > 0 || op->pace.every > 1); }

const char *step_text(const Op *op) { return is_paced(op) ? "line" : "step"; }

const char *another_step(Emit *emit, const Op *op, bool first) {
    if (first != emit->file->loop->reversed) return formatted(emit, "%s > 0", step_text(op));
    return formatted(emit, "step < %lld", (long long)emit->file->loop->steps - 1);
}

static bool is_loop(const TimeLoop *loop) { return loop && loop->steps > 1; }

static bool waits(const Emit *emit, const Op *op) {
    return op->phase == PHASE_UPDATE && emit->plan->update.accumulated > 1;
}

static bool pace_together(const Op *a, const Op *b) {
    return a->loop == b->loop && a->pace.first == b->pace.first && a->pace.every == b->pace.every &&
           a->pace.count == b->pace.count;
}

/* Whether an operation makes a line in all steps of its loop. */
static bool keeps_pace(const Op *op) {
    return !op->pace.count || (!is_paced(op) && op->pace.count == op->loop->steps);
}

/* Whether a call says which line it is of. */
static bool says_line(const Emit *emit, const Function *function) {
    for (int i = 0; i < function->params.count; i++) {
        const Param *const param = &function->params.at[i];
        if (param->kind == PARAM_LINE || param->kind == PARAM_ADD) return true;
        const Slice slice = param->kind == PARAM_TENSOR ? view_slice(emit, param->tensor) : (Slice){0};
        if (slice.stepped && slice.lines != 1) return true;
    }
    return false;
}

/* The same of those that are made together, from `at` on. */
static bool say_line(const Emit *emit, const Calls *calls, int at) {
    const Op *const first = calls->functions[at]->op;
    for (; at < calls->end && pace_together(first, calls->functions[at]->op); at++)
        if (says_line(emit, calls->functions[at])) return true;
    return false;
}

/* The condition under which there is a line to make in a step, and which. */
static const char *pace_opening(Emit *emit, const Op *op, bool says_line) {
    const Pace pace = op->pace;
    const char *const since = pace.first ? formatted(emit, "step - %lld", (long long)pace.first) : "step";
    Text text = {.arena = emit->arena};
    text_puts(&text, "if (");
    if (pace.first) text_printf(&text, "step >= %lld", (long long)pace.first);
    if (pace.first + pace.every * pace.count < op->loop->steps)
        text_printf(&text, "%sstep < %lld", pace.first ? " && " : "",
                    (long long)(pace.first + pace.every * (pace.count - 1) + 1));
    if (pace.every > 1)
        text_printf(&text, "%s%s %% %lld == %lld", text.length > 4 ? " && " : "", "step", (long long)pace.every,
                    (long long)(pace.first % pace.every));
    text_puts(&text, ") {\n");
    if (!says_line || !is_paced(op)) return text_chars(&text);
    if (pace.every == 1) text_printf(&text, "    const size_t line = %s;\n", since);
    else
        text_printf(&text, "    const size_t line = %s / %lld;\n", pace.first ? formatted(emit, "(%s)", since) : since,
                    (long long)pace.every);
    return text_chars(&text);
}

static bool skip_together(const Op *a, const Op *b) { return a->skips_last && b->skips_last && a->loop == b->loop; }

Brackets brackets_of(const Emit *emit, const Calls *calls, int at) {
    const Op *const op = calls->functions[at]->op,
                    *const before = at > calls->first ? calls->functions[at - 1]->op : NULL,
                    *const after = at + 1 < calls->end ? calls->functions[at + 1]->op : NULL;
    Brackets brackets = {.checked = at == calls->checked};
    if (!calls->round || !calls->round->loop) { /* else each step is a round */
        brackets.within = is_loop(op->loop) || waits(emit, op);
        brackets.waits = waits(emit, op) && !(before && before->phase == PHASE_UPDATE);
        brackets.loops = !brackets.waits && is_loop(op->loop) && !(before && before->loop == op->loop);
        brackets.ends = brackets.within && (!after || after->loop != op->loop || after->phase != op->phase);
    }
    brackets.paced = !keeps_pace(op);
    brackets.paced_first = brackets.paced && (!before || !pace_together(before, op));
    brackets.paced_last = brackets.paced && (!after || !pace_together(op, after));
    brackets.says_line = brackets.paced_first && say_line(emit, calls, at);
    brackets.skipped = op->skips_last;
    brackets.skipped_first = op->skips_last && (!before || !skip_together(before, op));
    brackets.skipped_last = op->skips_last && (!after || !skip_together(op, after));
    brackets.alone = calls->round && !calls->round->alone && op->share.kind == SHARE_NONE;
    brackets.alone_first = brackets.alone && (!before || before->share.kind != SHARE_NONE);
    brackets.alone_last = brackets.alone && (!after || after->share.kind != SHARE_NONE);
    return brackets;
}

int brackets_left_open(const Brackets *brackets) {
    return brackets->waits + brackets->loops + brackets->paced_first + brackets->skipped_first + brackets->alone_first -
           brackets->ends - brackets->paced_last - brackets->skipped_last - brackets->alone_last;
}

/* A call between the lines that begin and end what it stands in, if it is the first and the last there. */
static const char *within(Emit *emit, const char *begin, const char *call, bool last) {
    return formatted(emit, "%s%s%s", begin, indented(emit, call), last ? "}\n" : "");
}

const char *bracketed(Emit *emit, const Op *op, const Brackets *brackets, const char *call) {
    if (brackets->skipped) {
        const char *const begin =
            brackets->skipped_first ? formatted(emit, "if (%s) {\n", another_step(emit, op, false)) : "";
        call = within(emit, begin, call, brackets->skipped_last);
    }
    if (brackets->paced) {
        const char *const begin = brackets->paced_first ? pace_opening(emit, op, brackets->says_line) : "";
        call = within(emit, begin, call, brackets->paced_last);
    }
    if (brackets->alone) { /* the last of those who share it makes it, for shares of the last are the smallest */
        const char *const last = emit->plan->options->ranks ? "if (part == job->first + job->own - 1) {\n"
                                                            : "if (part == job->parts - 1) {\n";
        call = within(emit, brackets->alone_first ? last : "", call, brackets->alone_last);
    }
    const char *const begin = brackets->waits ? formatted(emit, "if ((t->batches + 1) %% %lld == 0) {\n",
                                                          (long long)emit->plan->update.accumulated)
                              : brackets->loops ? loop_opening(emit, op->loop)
                                                : "";
    if (brackets->within) call = within(emit, begin, call, brackets->ends);
    return brackets->checked ? formatted(emit, "%s%s", loss_check, call) : call;
}
