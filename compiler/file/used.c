/* SPDX-License-Identifier: MIT-0 */
/* Which names a text of C uses. */
#include <string.h>

#include "base/arena.h"
#include "base/words.h"
#include "file/used.h"
#include "emit/emit.h"
#include "emit/text.h"

/* Whether the name of `length` stands in a text of C: not in a comment, nor as a member. */
static bool uses(const char *text, const char *name, size_t length) {
    char before = ' ';
    for (const char *at = text; *at;) {
        size_t word = 0;
        while (is_word_char(at[word])) word++;
        if (word == length && !strncmp(at, name, length) && before != '.' && before != '>') return true;
        const size_t comment = comment_length(at), passed = comment ? comment : word;
        if (passed) at += passed - 1;
        before = *at++;
    }
    return false;
}

bool uses_name(const char *text, const char *name) { return uses(text, name, strlen(name)); }

const char *unused_names(Emit *emit, const char *names, const char *text) {
    Text out = {.arena = emit->arena};
    for (size_t length; *names; names += length + (names[length] == ' ')) {
        length = strcspn(names, " ");
        if (!uses(text, names, length)) text_printf(&out, "(void)%.*s;\n", (int)length, names);
    }
    return text_chars(&out);
}

const char *unused_by(Emit *emit, const ProgramText *program, const char *arena, const char *names) {
    return unused_names(emit, names,
                        formatted(emit, "%s%s%s%s", arena, program->values, program->before, program->calls));
}
