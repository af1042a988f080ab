/* SPDX-License-Identifier: MIT-0 */
/* Strings as JSON has them. */
#include <inttypes.h>
#include <string.h>

#include "base/json_text.h"
#include "base/source.h"

void text_json(Text *out, const char *text) {
    text_puts(out, "\"");
    for (size_t length = strlen(text); length > 0;) {
        uint32_t code;
        int size = utf8_decode(text, length, &code);
        if (code == UTF8_INVALID) {
            text_puts(out, "\\ufffd");
        } else if (code == '"' || code == '\\') {
            text_printf(out, "\\%c", (char)code);
        } else if (code < 0x20 || code == 0x7F) {
            text_printf(out, "\\u%04" PRIx32, code);
        } else {
            text_append(out, text, (size_t)size);
        }
        text += size;
        length -= (size_t)size;
    }
    text_puts(out, "\"");
}
