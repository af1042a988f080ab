/* SPDX-License-Identifier: MIT-0 */
/* nnc_store.c - weights and trainers as safetensors files in memory: written, and read whoever wrote them. A file is 8
 * bytes of the head's size, the head, which is JSON, and the numbers, lowest byte first. Nothing in it is believed. */
#include "nnc.h"

#include <string.h>

/* @part nnc_crc_bytes */

/* CRC-32 of ISO 3309 (polynomial 0xedb88320, reflected), four bits at a time. */
NNC_API uint32_t nnc_crc_bytes(uint32_t crc, const unsigned char *from, size_t size) {
    static const uint32_t table[16] = {0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u,
                                       0x4db26158u, 0x5005713cu, 0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
                                       0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
    for (size_t i = 0; i < size; i++) {
        crc = crc >> 4 ^ table[(crc ^ from[i]) & 15];
        crc = crc >> 4 ^ table[(crc ^ (uint32_t)(from[i] >> 4)) & 15];
    }
    return crc;
}

/* @part nnc_copy_little */

/* Numbers of `width` bytes from this machine's order to the file's, or back. */
static void nnc_copy_little(unsigned char *to, const unsigned char *from, size_t size, size_t width) {
    const uint16_t one = 1;
    unsigned char lowest;
    memcpy(&lowest, &one, 1);
    if (lowest == 1) {
        memcpy(to, from, size);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        to[i] = from[i ^ (width - 1)];
    }
}

/* @part nnc_file_write */

NNC_API void nnc_file_write(const nnc_layout *layout, const void *from, void *file) {
    unsigned char *const first = (unsigned char *)file, *to = first;
    uint32_t crc;
    for (int i = 0; i < 8; i++) {
        *to++ = (unsigned char)((uint64_t)layout->head_size >> 8 * i & 255);
    }
    memcpy(to, layout->head, layout->head_size);
    to += layout->head_size;
    for (size_t i = 0; i < layout->count; i++) {
        const nnc_numbers *const numbers = &layout->numbers[i];
        nnc_copy_little(to, (const unsigned char *)from + numbers->offset, numbers->size, numbers->width);
        to += numbers->size;
    }
    crc = ~nnc_crc_bytes(0xffffffffu, first, (size_t)(to - first));
    for (int i = 0; i < 4; i++) {
        *to++ = (unsigned char)(crc >> 8 * i & 255);
    }
}

/* @part nnc_span nnc_span_is nnc_same_span */

typedef struct nnc_span {
    const char *at;
    size_t size;
} nnc_span;

/* Not by memcmp, of which clang makes a call that not every library has. */
static int nnc_span_is(nnc_span span, const char *text, size_t size) {
    size_t same = 0;
    while (span.size == size && same < size && span.at[same] == text[same]) {
        same++;
    }
    return span.size == size && same == size;
}

static int nnc_same_span(nnc_span a, nnc_span b) {
    return nnc_span_is(a, b.at, b.size);
}

/* @part nnc_head nnc_head_blank nnc_head_takes */

/* The head, and how far it is read. */
typedef struct nnc_head {
    const char *text;
    size_t size, at;
} nnc_head;

static int nnc_head_blank(const nnc_head *head) {
    const char c = head->text[head->at];
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int nnc_head_takes(nnc_head *head, char wanted) {
    while (head->at < head->size && nnc_head_blank(head)) {
        head->at++;
    }
    if (head->at == head->size || head->text[head->at] != wanted) {
        return 0;
    }
    head->at++;
    return 1;
}

/* @part nnc_head_string nnc_head_number nnc_head_numbers */

/* A string as it stands there: no name that nnc gives has an escape in it. 0: there is none. */
static int nnc_head_string(nnc_head *head, nnc_span *string) {
    size_t end;
    if (!nnc_head_takes(head, '"')) {
        return 0;
    }
    for (end = head->at; end < head->size && head->text[end] != '"'; end += head->text[end] == '\\' ? 2 : 1) {
        if ((unsigned char)head->text[end] < ' ') {
            return 0;
        }
    }
    if (end >= head->size) {
        return 0;
    }
    string->at = head->text + head->at;
    string->size = end - head->at;
    head->at = end + 1;
    return 1;
}

static int nnc_head_number(nnc_head *head, size_t *number) {
    size_t first;
    (void)nnc_head_takes(head, '\0'); /* passes blanks */
    first = head->at;
    *number = 0;
    for (; head->at < head->size && head->text[head->at] >= '0' && head->text[head->at] <= '9'; head->at++) {
        const size_t digit = (size_t)(head->text[head->at] - '0');
        if (*number > ((size_t)-1 - digit) / 10 || (head->at > first && *number == 0)) {
            return 0;
        }
        *number = *number * 10 + digit;
    }
    return head->at > first;
}

/* [n, n, ...]: its text, the first two, and how many there are. */
static int nnc_head_numbers(nnc_head *head, nnc_span *list, size_t two[2], size_t *count) {
    size_t first, number;
    *count = 0;
    if (!nnc_head_takes(head, '[')) {
        return 0;
    }
    first = head->at;
    if (!nnc_head_takes(head, ']')) {
        do {
            if (!nnc_head_number(head, &number)) {
                return 0;
            }
            if (*count < 2) {
                two[*count] = number;
            }
            ++*count;
        } while (nnc_head_takes(head, ','));
        if (!nnc_head_takes(head, ']')) {
            return 0;
        }
    }
    list->at = head->text + first;
    list->size = head->at - first;
    return 1;
}

/* @part nnc_item nnc_head_tensor nnc_head_metadata nnc_head_next nnc_head_find */

/* A tensor: its bytes among the numbers. */
typedef struct nnc_item {
    nnc_span name, type, shape;
    size_t begin, end;
} nnc_item;

/* {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, in any order. */
static int nnc_head_tensor(nnc_head *head, nnc_item *item) {
    unsigned seen = 0;
    if (!nnc_head_takes(head, '{')) {
        return 0;
    }
    do {
        nnc_span key, list;
        size_t two[2] = {0, 0}, count = 0;
        unsigned bit;
        if (!nnc_head_string(head, &key) || !nnc_head_takes(head, ':')) {
            return 0;
        }
        if (nnc_span_is(key, "dtype", 5)) {
            bit = 1;
            count = (size_t)nnc_head_string(head, &item->type);
        } else if (nnc_span_is(key, "shape", 5)) {
            bit = 2;
            count = (size_t)nnc_head_numbers(head, &item->shape, two, &count);
        } else {
            bit = 4;
            if (nnc_head_numbers(head, &list, two, &count) && nnc_span_is(key, "data_offsets", 12) && count == 2) {
                item->begin = two[0];
                item->end = two[1];
            } else {
                count = 0;
            }
        }
        if (count == 0 || (seen & bit) != 0) {
            return 0;
        }
        seen |= bit;
    } while (nnc_head_takes(head, ','));
    return seen == 7 && nnc_head_takes(head, '}');
}

/* {"key": "text", ...}, of which nothing is kept. */
static int nnc_head_metadata(nnc_head *head) {
    nnc_span text;
    if (!nnc_head_takes(head, '{')) {
        return 0;
    }
    if (nnc_head_takes(head, '}')) {
        return 1;
    }
    do {
        if (!nnc_head_string(head, &text) || !nnc_head_takes(head, ':') || !nnc_head_string(head, &text)) {
            return 0;
        }
    } while (nnc_head_takes(head, ','));
    return nnc_head_takes(head, '}');
}

/* The next tensor: 1. 0: there are no more; -1: this is no head. */
static int nnc_head_next(nnc_head *head, nnc_item *item) {
    for (;;) {
        const int is_first = head->at == 0;
        if (is_first && !nnc_head_takes(head, '{')) {
            return -1;
        }
        if (nnc_head_takes(head, '}')) {
            while (head->at < head->size && nnc_head_blank(head)) {
                head->at++;
            }
            return head->at == head->size ? 0 : -1;
        }
        if ((!is_first && !nnc_head_takes(head, ',')) || !nnc_head_string(head, &item->name) ||
            !nnc_head_takes(head, ':')) {
            return -1;
        }
        if (!nnc_span_is(item->name, "__metadata__", 12)) {
            return nnc_head_tensor(head, item) ? 1 : -1;
        }
        if (!nnc_head_metadata(head)) {
            return -1;
        }
    }
}

/* The tensor called `name`, looked for from `head` on, all around: files have them in nearly the same order. */
static int nnc_head_find(nnc_head *head, nnc_span name, nnc_item *found) {
    for (int turn = 0; turn < 2; turn++) {
        while (nnc_head_next(head, found) > 0) {
            if (nnc_same_span(found->name, name)) {
                return 1;
            }
        }
        head->at = 0;
    }
    return 0;
}

/* @part nnc_same_list nnc_all_finite nnc_is_checksum */

/* The same numbers, with blanks between them or without. */
static int nnc_same_list(nnc_span a, nnc_span b) {
    const nnc_head whole_a = {a.at, a.size, 0}, whole_b = {b.at, b.size, 0};
    nnc_head x = whole_a, y = whole_b;
    for (;;) {
        (void)nnc_head_takes(&x, '\0');
        (void)nnc_head_takes(&y, '\0');
        if (x.at == x.size || y.at == y.size || x.text[x.at] != y.text[y.at]) {
            return x.at == x.size && y.at == y.size;
        }
        x.at++;
        y.at++;
    }
}

static int nnc_all_finite(const unsigned char *numbers, size_t size, size_t width) {
    const unsigned char high = width == 4 ? 0x80 : 0xf0; /* of the exponent, in the byte below the highest */
    for (size_t i = width; i <= size; i += width) {
        if ((numbers[i - 1] & 0x7f) == 0x7f && (numbers[i - 2] & high) == high) {
            return 0;
        }
    }
    return 1;
}

static int nnc_is_checksum(nnc_span name) {
    return nnc_span_is(name, "@checksum", 9);
}

/* @part nnc_file_check nnc_reading nnc_numbers_of nnc_file_read */

typedef struct nnc_reading {
    const nnc_layout *layout;
    nnc_head own, head; /* of the layout, and of the file */
    const unsigned char *file, *data;
    size_t data_size;
} nnc_reading;

/* The numbers of a tensor of the layout; *at becomes its bytes' offset from the beginning of the struct. */
static const nnc_numbers *nnc_numbers_of(const nnc_layout *layout, const nnc_item *own, size_t *at) {
    const nnc_numbers *numbers = layout->numbers;
    size_t begin = 0;
    while (own->begin >= begin + numbers->size) {
        begin += numbers->size;
        numbers++;
    }
    *at = numbers->offset + (own->begin - begin);
    return numbers;
}

/* Whether the file is sound by itself, with a checksum that is right if it has one; *known: how many of its tensors the
 * layout has, too. It may have others, as checkpoints do, whose names begin with @, where a checksum vouches for it. */
static int nnc_file_check(const nnc_reading *reading, size_t *known) {
    nnc_head head = reading->head, own = reading->own;
    nnc_item item, mine;
    size_t total = 0, foreign = 0, vouched = 0;
    int more;
    *known = 0;
    while ((more = nnc_head_next(&head, &item)) > 0) {
        const size_t size = item.end - item.begin;
        if (item.begin > item.end || item.end > reading->data_size || size > reading->data_size - total) {
            return NNC_E_FORMAT;
        }
        total += size;
        if (nnc_is_checksum(item.name)) {
            const unsigned char *const at = reading->data + item.begin;
            vouched++;
            if (size != 4 || item.end != reading->data_size ||
                (at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24) !=
                    (uint32_t)~nnc_crc_bytes(0xffffffffu, reading->file, (size_t)(at - reading->file))) {
                return NNC_E_CORRUPT;
            }
        } else if (nnc_head_find(&own, item.name, &mine)) {
            ++*known;
        } else if (item.name.size > 0 && item.name.at[0] == '@') {
            foreign++;
        } else {
            return NNC_E_MODEL;
        }
    }
    if (more < 0 || total != reading->data_size || vouched > 1) {
        return NNC_E_FORMAT;
    }
    return foreign > 0 && vouched == 0 ? NNC_E_MODEL : NNC_OK;
}

NNC_API int nnc_file_read(const nnc_layout *layout, void *to, const void *file, size_t size) {
    nnc_reading reading;
    nnc_head own, head;
    nnc_item mine, item;
    uint64_t head_size = 0;
    size_t known, count = 0, at;
    int status;
    reading.layout = layout;
    reading.file = (const unsigned char *)file;
    for (size_t i = 0; i < 8 && i < size; i++) {
        head_size |= (uint64_t)reading.file[i] << 8 * i;
    }
    if (size < 8 || head_size > size - 8) {
        return NNC_E_FORMAT;
    }
    reading.data = reading.file + 8 + (size_t)head_size;
    reading.data_size = size - 8 - (size_t)head_size;
    head.text = (const char *)file + 8;
    head.size = (size_t)head_size;
    own.text = layout->head;
    own.size = layout->head_size;
    head.at = own.at = 0;
    reading.head = head;
    reading.own = own;
    status = nnc_file_check(&reading, &known);
    for (; status == NNC_OK && nnc_head_next(&own, &mine) > 0 && !nnc_is_checksum(mine.name); count++) {
        const nnc_numbers *const numbers = nnc_numbers_of(layout, &mine, &at);
        const size_t bytes = mine.end - mine.begin;
        if (!nnc_head_find(&head, mine.name, &item) || !nnc_same_span(item.type, mine.type) ||
            !nnc_same_list(item.shape, mine.shape) || item.end - item.begin != bytes) {
            return NNC_E_MODEL;
        }
        if (mine.name.at[0] != '@' && !nnc_all_finite(reading.data + item.begin, bytes, numbers->width)) {
            return NNC_E_NONFINITE;
        }
    }
    if (status != NNC_OK || count != known) { /* a name that is there twice */
        return status != NNC_OK ? status : NNC_E_FORMAT;
    }
    for (own.at = 0; nnc_head_next(&own, &mine) > 0 && !nnc_is_checksum(mine.name);) {
        const nnc_numbers *const numbers = nnc_numbers_of(layout, &mine, &at);
        (void)nnc_head_find(&head, mine.name, &item);
        nnc_copy_little((unsigned char *)to + at, reading.data + item.begin, mine.end - mine.begin, numbers->width);
    }
    return NNC_OK;
}

/* @end */
