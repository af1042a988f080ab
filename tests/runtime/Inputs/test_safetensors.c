/* SPDX-License-Identifier: MIT-0 */
/* test_safetensors.c - files of tensors: written and read back, damaged in every way, and made up by an enemy. */
#include "check.h"

#include <math.h>

/* Parses a copy, of exactly that size, so that a sanitizer sees every byte read beyond. */
static int parse(nnc_host *host, const void *bytes, size_t size, nnc_tensors *tensors) {
    unsigned char *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, bytes, size);
    memset(host, 0, sizeof *host);
    return nnc_tensors_parse(host, "file", copy, size, tensors);
}

/* A file with this header, padded to `json_size` when it is longer, and `data_size` bytes of data. */
static int parse_header(nnc_host *host, const char *json, size_t data_size, nnc_tensors *tensors) {
    static unsigned char bytes[1 << 16];
    size_t size = strlen(json);
    memset(bytes, 0, sizeof bytes);
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(size >> 8 * i & 255);
    }
    memcpy(bytes + 8, json, size);
    return parse(host, bytes, 8 + size + data_size, tensors);
}

static void refuse_from(const char *json, size_t data_size, const char *part, int line) {
    nnc_host host;
    nnc_tensors tensors;
    checks.done++;
    if (parse_header(&host, json, data_size, &tensors) != -1 || strstr(host.text, part) == NULL) {
        checks.failed++;
        printf("line %d: '%s' is not in '%s'\n", line, part, host.text);
    }
    nnc_tensors_free(&tensors);
}
#define REFUSE(json, data_size, part) refuse_from(json, data_size, part, __LINE__)

/* Writes a file with all that is difficult, and reads its bytes back. */
static size_t write_and_read(const char *path, unsigned char *bytes, size_t capacity) {
    nnc_host host = {0};
    static float kernel[6] = {1, -2, 3.5f, 4, 5, 6};
    static double bias[3] = {0.1, 0.2, 0.3};
    static float scalar = 7;
    nnc_entry entries[] = {
        {"dense/kernel", NNC_F32, 2, {2, 3}, kernel, 6},
        {"quote\" back\\slash \x01 \xc3\xa9", NNC_F64, 1, {3}, bias, 3},
        {"scalar", NNC_F32, 0, {0}, &scalar, 1},
        {"empty", NNC_F32, 2, {0, 4}, kernel, 0},
    };
    CHECK(nnc_tensors_write(&host, path, entries, 4, NULL) == 0);
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(bytes, 1, capacity, file) : 0;
    fclose(file);
    return size;
}

static void test_round_trip(const unsigned char *bytes, size_t size) {
    nnc_host host;
    nnc_tensors tensors;
    double values[6];
    CHECK(size > 0 && size % 8 == 4 && bytes[0] % 8 == 0);
    CHECK(parse(&host, bytes, size, &tensors) == 0 && tensors.count == 4);
    const nnc_entry *kernel = nnc_tensors_find(&tensors, "dense/kernel");
    const nnc_entry *bias = nnc_tensors_find(&tensors, "quote\" back\\slash \x01 \xc3\xa9");
    const nnc_entry *scalar = nnc_tensors_find(&tensors, "scalar");
    CHECK(nnc_tensors_find(&tensors, "dense/kerne") == NULL && nnc_tensors_find(&tensors, "zzz") == NULL);
    CHECK(kernel != NULL && kernel->dtype == NNC_F32 && kernel->rank == 2 && kernel->shape[1] == 3);
    CHECK(bias != NULL && bias->dtype == NNC_F64 && bias->count == 3);
    CHECK(scalar != NULL && scalar->rank == 0 && scalar->count == 1);
    CHECK(nnc_tensors_find(&tensors, "empty") != NULL && nnc_tensors_find(&tensors, "empty")->count == 0);
    if (bias != NULL) {
        memcpy(values, bias->data, 3 * sizeof values[0]);
        CHECK(values[0] >= 0.1 && values[0] <= 0.1 && values[2] >= 0.3 && values[2] <= 0.3);
    }
    nnc_tensors_free(&tensors);
}

/* Every truncation is refused; every flipped bit is refused or gives tensors within the file. */
static void test_damage(unsigned char *bytes, size_t size) {
    nnc_host host;
    nnc_tensors tensors;
    size_t accepted = 0;
    for (size_t cut = 0; cut < size; cut++) {
        CHECK(parse(&host, bytes, cut, &tensors) == -1 && host.text[0] != '\0');
        nnc_tensors_free(&tensors);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (parse(&host, bytes, size, &tensors) == 0) {
            accepted++;
            for (size_t i = 0; i < tensors.count; i++) {
                const nnc_entry *entry = &tensors.entries[i];
                const unsigned char *data = entry->data;
                size_t bytes_of = entry->count * nnc_dtype_of(entry->dtype).size;
                CHECK(data >= tensors.bytes && data + bytes_of <= tensors.bytes + size);
            }
        }
        nnc_tensors_free(&tensors);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    printf("%zu of %zu flipped bits change a name or a value\n", accepted, 8 * size);
}

#define T(begin, end) "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" #begin "," #end "]"

static void test_sound(void) {
    nnc_host host;
    nnc_tensors tensors;
    CHECK(parse_header(&host, "{}", 0, &tensors) == 0 && tensors.count == 0);
    nnc_tensors_free(&tensors);
    CHECK(parse_header(&host, "{\"__metadata__\":{\"format\":\"pt\"},\"b\":{" T(8, 16) "},\"a\":{" T(0, 8) "}}  ", 16,
                       &tensors) == 0);
    CHECK(tensors.count == 2 && strcmp(tensors.entries[0].name, "a") == 0);
    nnc_tensors_free(&tensors);
    CHECK(parse_header(&host,
                       " { \"\\u0061\\ud83d\\ude00\" : { \"shape\" : [ 2 ] , \"data_offsets\" : [ 0 , 8 ] , \"dtype\" "
                       ": \"F32\" } } ",
                       8, &tensors) == 0);
    CHECK(tensors.count == 1 && strcmp(tensors.entries[0].name, "a\xf0\x9f\x98\x80") == 0);
    nnc_tensors_free(&tensors);
}

/* Headers that are no JSON of tensors, or do not cover the data behind them. */
static void test_hostile(void) {
    REFUSE("", 0, "'{' is expected, found its end");
    REFUSE("[]", 0, "'{' is expected, found '['");
    REFUSE("{", 0, "expected");
    REFUSE("{}x", 0, "its end is expected, found 'x'");
    REFUSE("{} {}", 0, "its end is expected");
    REFUSE("{}", 1, "belong to no tensor");
    REFUSE("{\"a\":{" T(0, 8) "}", 8, "',' or '}' is expected, found its end");
    REFUSE("{\"a\":{" T(0, 8) "},}", 8, "'\"' is expected");
    REFUSE("{\"a\":{" T(0, 8) "},\"a\":{" T(8, 16) "}}", 16, "tensor 'a' occurs twice");
    REFUSE("{\"a\":{" T(0, 8) "},\"b\":{" T(0, 8) "}}", 8, "does not begin where");
    REFUSE("{\"a\":{" T(0, 8) "},\"b\":{" T(4, 12) "}}", 12, "does not begin where");
    REFUSE("{\"a\":{" T(0, 8) "},\"b\":{" T(9, 17) "}}", 17, "does not begin where");
    REFUSE("{\"a\":{" T(4, 12) "}}", 12, "does not begin where");
    REFUSE("{\"a\":{" T(0, 8) "}}", 9, "belong to no tensor");
    REFUSE("{\"a\":{" T(0, 8) "}}", 7, "tensor 'a' has shape (2,) of float32 at bytes 0 to 8 of 7");
    REFUSE("{\"a\":{" T(0, 9) "}}", 9, "cannot be");
    REFUSE("{\"a\":{" T(8, 0) "}}", 8, "cannot be");
    REFUSE("{\"a\":{" T(0, 8) ",\"dtype\":\"F32\"}}", 8, "once each");
    REFUSE("{\"a\":{" T(0, 8) ",\"x\":1}}", 8, "once each");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "once each");
    REFUSE("{\"a\":{}}", 0, "'\"' is expected");
    REFUSE("{\"a\":1}", 0, "'{' is expected");
}

/* Types, shapes and offsets that cannot be. */
static void test_hostile_entries(void) {
    REFUSE("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2,
           "type 'F8_E4M3', which cannot be read");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "a size is expected, found '-'");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, "expected, found '.'");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[02],\"data_offsets\":[0,8]}}", 8, "a size is expected");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e1],\"data_offsets\":[0,8]}}", 8, "expected, found 'e'");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,],\"data_offsets\":[0,8]}}", 8, "a size is expected");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "two offsets is expected");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, "the end of the list");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", 8,
           "the end of the list");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "cannot be");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0, "cannot be");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}", 0,
           "a size is expected");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}", 8, "cannot be");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807,9223372036854775807],\"data_offsets\":[0,0]}}",
           0, "cannot be");
}

/* Strings, metadata, the size of the header. */
static void test_hostile_strings(void) {
    nnc_host host;
    nnc_tensors tensors;
    REFUSE("{\"a\\x\":1}", 0, "an escape character is expected");
    REFUSE("{\"a\\u12g4\":1}", 0, "a hexadecimal digit is expected");
    REFUSE("{\"a\\u0000\":1}", 0, "a Unicode character is expected");
    REFUSE("{\"a\\ud83d\":1}", 0, "a Unicode character is expected");
    REFUSE("{\"a\\ude00\":1}", 0, "a Unicode character is expected");
    REFUSE("{\"a\n\":1}", 0, "no control character is expected");
    REFUSE("{\"a", 0, "a closing quote is expected");
    REFUSE("{\"a\\\"", 0, "a closing quote is expected");
    REFUSE("{\"a\\", 0, "a closing quote is expected");
    REFUSE("{\"__metadata__\":{\"a\":1}}", 0, "'\"' is expected");
    REFUSE("{\"__metadata__\":[]}", 0, "'{' is expected");
    REFUSE("{\"__metadata__\":{\"a\":{}}}", 0, "'\"' is expected");
    CHECK(parse(&host, "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, &tensors) == -1);
    CHECK_ERROR(&host, "announce a header of 18446744073709551615");
    nnc_tensors_free(&tensors);
}

/* A million brackets, a million tensors: no recursion, no squares. */
static void test_large(void) {
    enum { COUNT = 200000 };
    static unsigned char bytes[8 + COUNT * 64];
    nnc_host host;
    nnc_tensors tensors;
    size_t at = 8;
    bytes[at++] = '{';
    for (int i = 0; i < COUNT; i++) {
        at += (size_t)sprintf((char *)bytes + at, "%s\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}",
                              i > 0 ? "," : "", i);
    }
    bytes[at++] = '}';
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)((at - 8) >> 8 * i & 255);
    }
    CHECK(parse(&host, bytes, at, &tensors) == 0 && tensors.count == COUNT);
    CHECK(nnc_tensors_find(&tensors, "199999") != NULL && nnc_tensors_find(&tensors, "200000") == NULL);
    nnc_tensors_free(&tensors);
    memset(bytes + 8, '[', at - 8);
    CHECK(parse(&host, bytes, at, &tensors) == -1);
    nnc_tensors_free(&tensors);
    memset(bytes + 9, '{', at - 9);
    CHECK(parse(&host, bytes, at, &tensors) == -1);
    nnc_tensors_free(&tensors);
}

int main(int argc, char **argv) {
    static unsigned char bytes[4096];
    char path[4096];
    snprintf(path, sizeof path, "%s/small.safetensors", argc > 1 ? argv[1] : ".");
    size_t size = write_and_read(path, bytes, sizeof bytes);
    test_round_trip(bytes, size);
    test_damage(bytes, size);
    test_sound();
    test_hostile();
    test_hostile_entries();
    test_hostile_strings();
    test_large();
    return check_end();
}
