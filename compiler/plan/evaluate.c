/* SPDX-License-Identifier: MIT-0 */
/* Formulas of numbers: expressions of C with the functions of nnc_vec.h and nnc_math.h, read from left to right. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "plan/evaluate.h"

typedef struct Reader {
    const char *at;
    const Step *step;
    const double *numbers;
} Reader;

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static double itself(double x) { return x; }

static const struct {
    const char *name;
    double (*value)(double);
} functions[] = {{"v_exp", exp},         {"v_expm1", expm1}, {"v_log", log},         {"v_log1p", log1p},
                 {"v_tanh", tanh},       {"v_sqrt", sqrt},   {"v_sigmoid", sigmoid}, {"v_softplus", softplus},
                 {"v_abs", fabs},        {"v_erf", erf},     {"v_splat", itself},    {"v_floor", floor},
                 {"v_sin", sin},         {"v_cos", cos}};

static double read_expression(Reader *reader);

static bool read_sign(Reader *reader, const char *sign) {
    while (*reader->at == ' ' || *reader->at == '\n') reader->at++;
    const size_t length = strlen(sign);
    if (strncmp(reader->at, sign, length) != 0) return false;
    reader->at += length;
    return true;
}

static double call(const char *name, int length, const double *of, int count) {
#define CALLED(word) (strlen(word) == (size_t)length && !strncmp(name, word, (size_t)length))
    if (count == 2 && CALLED("v_max")) return of[0] > of[1] ? of[0] : of[1];
    if (count == 2 && CALLED("v_min")) return of[0] < of[1] ? of[0] : of[1];
    if (count == 2 && CALLED("v_pow")) return pow(of[0], of[1]);
    if (count == 3 && CALLED("v_clip")) return of[0] < of[1] ? of[1] : of[0] > of[2] ? of[2] : of[0];
    if (count == 3 && CALLED("v_select")) return of[0] != 0 ? of[1] : of[2];
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (count == 1 && CALLED(functions[i].name)) return functions[i].value(of[0]);
    return NAN;
#undef CALLED
}

static double read_name(Reader *reader) {
    const char *const name = reader->at;
    const int length = word_length(name);
    double of[4];
    int count = 0;
    reader->at += length;
    if (!read_sign(reader, "(")) {
        for (int i = 0; i < reader->step->operand_count; i++) {
            const Operand *const operand = &reader->step->operands[i];
            if (strlen(operand->name) == (size_t)length && !strncmp(operand->name, name, (size_t)length))
                return operand->kind == OPERAND_NUMBER ? operand->number : reader->numbers[i];
        }
        return NAN;
    }
    do {
        if (count == 4) return NAN;
        of[count++] = read_expression(reader);
    } while (read_sign(reader, ","));
    return read_sign(reader, ")") ? call(name, length, of, count) : NAN;
}

static double read_factor(Reader *reader) {
    if (read_sign(reader, "-")) return -read_factor(reader);
    if (read_sign(reader, "(")) {
        const double value = read_expression(reader);
        return read_sign(reader, ")") ? value : NAN;
    }
    const char c = *reader->at;
    if (word_length(reader->at) && !(c >= '0' && c <= '9')) return read_name(reader);
    char *end;
    const double number = strtod(reader->at, &end);
    if (end == reader->at) return NAN;
    reader->at = end;
    return number;
}

static double read_product(Reader *reader) {
    double value = read_factor(reader);
    for (;;)
        if (read_sign(reader, "*")) value *= read_factor(reader);
        else if (read_sign(reader, "/")) value /= read_factor(reader);
        else return value;
}

static double read_sum(Reader *reader) {
    double value = read_product(reader);
    for (;;)
        if (read_sign(reader, "+")) value += read_product(reader);
        else if (read_sign(reader, "-")) value -= read_product(reader);
        else return value;
}

static double read_comparison(Reader *reader) {
    const double left = read_sum(reader);
    if (read_sign(reader, ">=")) return left >= read_sum(reader);
    if (read_sign(reader, "<=")) return left <= read_sum(reader);
    if (read_sign(reader, "==")) return left == read_sum(reader);
    if (read_sign(reader, ">")) return left > read_sum(reader);
    if (read_sign(reader, "<")) return left < read_sum(reader);
    return left;
}

static double read_expression(Reader *reader) {
    double value = read_comparison(reader);
    for (;;)
        if (read_sign(reader, "&")) value = (read_comparison(reader) != 0) & (value != 0);
        else if (read_sign(reader, "|")) value = (read_comparison(reader) != 0) | (value != 0);
        else return value;
}

double step_value(const Step *step, const double *numbers) {
    Reader reader = {step->text, step, numbers};
    const double value = read_expression(&reader);
    return *reader.at ? NAN : value;
}
