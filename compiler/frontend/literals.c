/* SPDX-License-Identifier: MIT-0 */
/* Actions of the scanner: names, numbers and strings as Python writes them, and what is none of them. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "frontend/parse_state.h"
#include "language/ast.h"

enum { NAME_LIMIT = 128, STRING_LIMIT = 65536, NUMBER_LIMIT = 256 };

/* A syntax error on the same line as one in a token is most likely its consequence. */
static void mark_error(Parse *parse, Span span) {
    parse->token_error_line = source_line(parse->source, span.lo);
    parse->file->incomplete = true;
}

const char *parse_name(Parse *parse, const char *text, int length, Span span) {
    if (length > NAME_LIMIT) {
        diag(parse->diags, D_too_long, span, "name", (int)NAME_LIMIT);
        mark_error(parse, span);
        length = NAME_LIMIT;
    }
    return arena_strndup(parse->arena, text, (size_t)length);
}

/* The digits of an integer in base 2, 8, 10 or 16 without _; false when it does not fit. */
static bool read_integer(const char *digits, int base, int64_t *whole) {
    *whole = 0;
    for (; *digits != '\0'; digits++) {
        int digit = isdigit((unsigned char)*digits) ? *digits - '0' : tolower((unsigned char)*digits) - 'a' + 10;
        if (__builtin_mul_overflow(*whole, (int64_t)base, whole) ||
            __builtin_add_overflow(*whole, (int64_t)digit, whole)) {
            return false;
        }
    }
    return true;
}

Ast *parse_number(Parse *parse, const char *text, int length, Span span) {
    if (length > NUMBER_LIMIT) {
        diag(parse->diags, D_too_long, span, "number", (int)NUMBER_LIMIT);
        mark_error(parse, span);
        return ast_new(parse, AST_ERROR, span);
    }
    char digits[NUMBER_LIMIT + 1];
    int count = 0;
    for (int i = 0; i < length; i++) {
        if (text[i] != '_') {
            digits[count++] = text[i];
        }
    }
    digits[count] = '\0';
    Ast *ast = ast_new(parse, AST_NUMBER, span);
    int prefix = count > 2 && digits[0] == '0' ? tolower((unsigned char)digits[1]) : 0;
    int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
    bool fits;
    if (base != 10 || strpbrk(digits, ".eE") == NULL) {
        ast->number.integer = true;
        fits = read_integer(base == 10 ? digits : digits + 2, base, &ast->number.whole);
        ast->number.value = (double)ast->number.whole;
    } else {
        ast->number.value = strtod(digits, NULL);
        fits = isfinite(ast->number.value);
    }
    if (!fits) {
        diag(parse->diags, D_number_range, span);
        return ast_new(parse, AST_ERROR, span);
    }
    return ast;
}

void parse_bad_number(Parse *parse, const char *text, int length, Span span) {
    const char *shown = arena_printf(parse->arena, "%.*s%s", length > 40 ? 40 : length, text, length > 40 ? "…" : "");
    diag(parse->diags, D_bad_number, span, shown);
    mark_error(parse, span);
}

/* What is probably meant by a character from a word processor or a web page. */
static const char *meant_by(uint32_t code) {
    switch (code) {
    case 0x60: case 0xB4: case 0x2018: case 0x2019: case 0x201A: case 0x201B:
        return "'";
    case 0xAB: case 0xBB: case 0x201C: case 0x201D: case 0x201E: case 0x201F:
        return "\"";
    case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2014: case 0x2212:
        return "-";
    case 0xD7: case 0x2217:
        return "*";
    case 0x2215: case 0xF7:
        return "/";
    default:
        return NULL;
    }
}

static bool is_blank(uint32_t code) {
    return code == 0xA0 || (code >= 0x2000 && code <= 0x200F) || code == 0x202F || code == 0x205F || code == 0x2060 ||
           code == 0x3000 || code == 0xFEFF;
}

bool parse_stray(Parse *parse, const char *text, int length, Span span) {
    uint32_t code;
    int size = utf8_decode(text, (size_t)length, &code);
    mark_error(parse, span);
    if (code == UTF8_INVALID && parse->utf8_reported) {
        return true;
    }
    bool graphic =
        code > 0x20 && code != 0x7F && (code < 0x80 || code > 0xA0) && !is_blank(code) && code != UTF8_INVALID;
    const char *what = graphic          ? arena_printf(parse->arena, "character '%.*s'", size, text)
                       : is_blank(code) ? arena_printf(parse->arena, "blank U+%04X", (unsigned)code)
                                        : arena_printf(parse->arena, "character U+%04X", (unsigned)code);
    diag(parse->diags, D_stray_character, (Span){span.lo, span.lo + size}, what);
    diag_suggest(parse->diags, meant_by(code));
    if (is_blank(code)) {
        diag_note(parse->diags, NO_SPAN, "it looks like a space: type one in its place");
    }
    return !is_blank(code);
}

static int hex_digits(const char *text, const char *end, int wanted, uint32_t *code) {
    *code = 0;
    int count = 0;
    while (count < wanted && text + count < end && isxdigit((unsigned char)text[count])) {
        int c = tolower((unsigned char)text[count++]);
        *code = *code * 16 + (uint32_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    return count;
}

/* Decodes the escape at `text` (a backslash) up to `end` into `out`, and returns how many bytes it took. */
static int decode_escape(Parse *parse, const char *text, const char *end, int offset, Text *out) {
    static const char letters[] = "\\'\"abfnrtv", values[] = "\\'\"\a\b\f\n\r\t\v";
    char letter = text[1];
    const char *simple = letter == '\0' ? NULL : strchr(letters, letter);
    if (letter == '\n') {
        return 2; /* the string goes on in the next line */
    }
    if (simple != NULL) {
        text_append(out, &values[simple - letters], 1);
        return 2;
    }
    uint32_t code = 0;
    int taken = 1;
    bool valid = true;
    if (letter >= '0' && letter <= '7') {
        while (taken < 4 && text + taken < end && text[taken] >= '0' && text[taken] <= '7') {
            code = code * 8 + (uint32_t)(text[taken++] - '0');
        }
    } else if (letter == 'x' || letter == 'u' || letter == 'U') {
        int wanted = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;
        int found = hex_digits(text + 2, end, wanted, &code);
        taken = 2 + found;
        valid = found == wanted && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    } else {
        uint32_t character;
        int size = 1 + utf8_decode(text + 1, (size_t)(end - text - 1), &character);
        diag(parse->diags, D_unknown_escape, (Span){offset, offset + size},
             arena_printf(parse->arena, "%.*s", size, text));
        text_append(out, text, 1);
        return 1;
    }
    if (!valid) {
        diag(parse->diags, D_bad_escape, (Span){offset, offset + taken},
             arena_printf(parse->arena, "%.*s", taken, text));
        return taken;
    }
    char bytes[4];
    text_append(out, bytes, (size_t)utf8_encode(code, bytes));
    return taken;
}

static Ast *string_of(Parse *parse, const char *chars, size_t length, Span span) {
    Ast *ast = ast_new(parse, AST_STRING, span);
    ast->string.chars = chars;
    ast->string.length = length;
    return ast;
}

Ast *parse_string(Parse *parse, const char *text, int length, Span span) {
    if (length > STRING_LIMIT) {
        diag(parse->diags, D_too_long, span, "string", (int)STRING_LIMIT);
        mark_error(parse, span);
        return ast_new(parse, AST_ERROR, span);
    }
    const char *end = text + length - 1; /* the closing quote */
    if (memchr(text, '\\', (size_t)length) == NULL) {
        return string_of(parse, arena_strndup(parse->arena, text + 1, (size_t)length - 2), (size_t)length - 2, span);
    }
    Text out = {.arena = parse->arena};
    for (const char *c = text + 1; c < end;) {
        const char *backslash = memchr(c, '\\', (size_t)(end - c));
        const char *plain_end = backslash == NULL ? end : backslash;
        text_append(&out, c, (size_t)(plain_end - c));
        c = plain_end;
        if (backslash != NULL) {
            c += decode_escape(parse, c, end, span.lo + (int)(c - text), &out);
        }
    }
    return string_of(parse, text_chars(&out), out.length, span);
}

int parse_unclosed_string(Parse *parse, const char *text, int length, Span span) {
    int end = length;
    while (end > 1 && strchr(" \t\r)]},;", text[end - 1]) != NULL && text[end - 1] != '\0') {
        end--;
    }
    /* else most likely one quote was forgotten */
    if (parse->syntax_error_line != source_line(parse->source, span.lo)) {
        diag(parse->diags, D_unterminated_string, (Span){span.lo, span.lo + end}, text[0] == '"' ? "\"" : "'");
    }
    mark_error(parse, span);
    return end;
}
