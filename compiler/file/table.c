/* SPDX-License-Identifier: MIT-0 */
/* Members of structs, a line each. */
#include <inttypes.h>

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/table.h"

void put_member(Text *out, const char *member, const char *value) { text_printf(out, "%s, /* %s */\n", value, member); }

void put_count(Text *out, const char *member, int64_t value) {
    text_printf(out, "%" PRId64 ", /* %s */\n", value, member);
}

void put_struct(Emit *emit, Text *out, const char *member, const char *lines) {
    text_printf(out, "{ /* %s */\n%s},\n", member, indented(emit, lines));
}

const char *string_or_null(Emit *emit, const char *text) { return text ? string_literal(emit, text) : "NULL"; }
