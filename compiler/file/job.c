/* SPDX-License-Identifier: MIT-0 */
/* What C of a step that is shared out takes of the step's job. */
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/job.h"
#include "file/used.h"

/* What a round uses of the step; what stands first here may use what stands behind it. */
const char *job_declarations(Emit *emit, const Hole *holes, bool in_step, const char *body) {
    static const char *const names[] = {"arena",         "p",      "step", "batch", "sums",
                                        "sample_weight", "target", "x",    "t",     NULL};
    const char *text = "";
    for (int i = 0; names[i]; i++) {
        Text one = {.arena = emit->arena};
        if (!strcmp(names[i], "step") && !in_step) continue; /* its loops are whole */
        if (!uses_name(text, names[i]) && !uses_name(body, names[i])) continue;
        emit_template(emit, &one, formatted(emit, "round_%s", names[i]), holes);
        text = formatted(emit, "%s%s", text_chars(&one), text);
    }
    return text;
}
