/* SPDX-License-Identifier: MIT-0 */
/* test_number.c - the parser of numbers against strtod, in whatever locale argv[1] names. */
#include "check.h"

#include <locale.h>
#include <math.h>

static int same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

/* What strtod says in the C locale. */
static double expected(const char *text) {
    char kept[64];
    snprintf(kept, sizeof kept, "%s", setlocale(LC_NUMERIC, NULL));
    setlocale(LC_NUMERIC, "C");
    double value = strtod(text, NULL);
    setlocale(LC_NUMERIC, kept);
    return value;
}

static void test_good(void) {
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "+1",
        "1.",
        ".5",
        "-.5e1",
        "1e0",
        "1E5",
        "1e+5",
        "1e-5",
        "123456789",
        "0.1",
        "0.3",
        "2.675",
        "1e22",
        "1e23",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993e1",
        "18446744073709551615",
        "18446744073709551616",
        "123456789012345678901234567890",
        "0.000000000000000000000000000001",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "1e400",
        "-1e400",
        "1e-400",
        "1e999999999999",
        "0e999999999",
        "1e-999999999999",
        "00000000000000000000000001.5",
        "1.00000000000000011102230246251565404",
        "1.00000000000000011102230246251565405",
        "6.02214076e23",
        "0.00000000000000000000000000000000001e35",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value = -1;
        CHECK(nnc_parse_number(texts[i], strlen(texts[i]), &value) == 0);
        if (!same(value, expected(texts[i]))) {
            printf("%s: %.17g, strtod: %.17g\n", texts[i], value, expected(texts[i]));
            CHECK(!"as strtod");
        }
    }
}

static void test_names(void) {
    double value = 0;
    CHECK(nnc_parse_number("nan", 3, &value) == 0 && isnan(value));
    CHECK(nnc_parse_number("-NaN", 4, &value) == 0 && isnan(value));
    CHECK(nnc_parse_number("inf", 3, &value) == 0 && isinf(value) && value > 0);
    CHECK(nnc_parse_number("-Infinity", 9, &value) == 0 && isinf(value) && value < 0);
}

static void test_bad(void) {
    static const char *const texts[] = {"",   "+",  "-",  ".",   "e5", "1e", "1e+",     "1,5",    "1.2.3", "0x10",
                                        "1f", " 1", "1 ", "--1", "1-", "na", "infinit", "nan(1)", "1e5.0", "१"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value;
        if (nnc_parse_number(texts[i], strlen(texts[i]), &value) != -1) {
            printf("accepted: '%s'\n", texts[i]);
            CHECK(!"rejected");
        }
    }
    double value;
    CHECK(nnc_parse_number("12", 1, &value) == 0 && same(value, 1)); /* no more than it is given */
}

/* Random bits, printed in ways that data files use. */
static void test_random(void) {
    static const char *const formats[] = {"%.17g", "%.16g", "%.9g", "%.6f", "%.3e", "%.25e", "%.40g", "%.18e", "%.15f"};
    nnc_stream stream = nnc_stream_for(0, NNC_PURPOSE_DATA, 0);
    int wrong = 0;
    for (int i = 0; i < 70000; i++) {
        char text[512];
        uint64_t bits = (uint64_t)nnc_stream_next(&stream) << 32 | nnc_stream_next(&stream);
        double number, value;
        memcpy(&number, &bits, sizeof number);
        if (i % 2 == 0) { /* half of them of everyday size */
            number = (nnc_stream_uniform(&stream) - 0.5) * pow(10, (double)nnc_stream_below(&stream, 12) - 4);
        }
        if (!isfinite(number)) {
            continue;
        }
        setlocale(LC_NUMERIC, "C");
        snprintf(text, sizeof text, formats[i % 9], number);
        setlocale(LC_NUMERIC, "");
        wrong += nnc_parse_number(text, strlen(text), &value) != 0 || !same(value, expected(text));
    }
    CHECK(wrong == 0);
}

static void test_count(void) {
    uint64_t value;
    CHECK(nnc_parse_count("0", &value) == 0 && value == 0);
    CHECK(nnc_parse_count("18446744073709551615", &value) == 0 && value == UINT64_MAX);
    CHECK(nnc_parse_count("18446744073709551616", &value) == -1);
    CHECK(nnc_parse_count("", &value) == -1 && nnc_parse_count("-1", &value) == -1);
    CHECK(nnc_parse_count("1x", &value) == -1 && nnc_parse_count("+1", &value) == -1);
}

int main(void) {
    const char *locale = setlocale(LC_ALL, ""); /* of the environment */
    printf("decimal point '%s' in locale %s\n", localeconv()->decimal_point, locale != NULL ? locale : "(none)");
    test_good();
    test_names();
    test_bad();
    test_random();
    test_count();
    return check_end();
}
