/* SPDX-License-Identifier: MIT-0 */
/* test_samples.c - which files fit which models, in the folder argv[1]: shapes, labels, rows, columns, scale. */
#include "check.h"

#include <math.h>

static const nnc_source any = NNC_NO_SOURCE;
static char folder[3000];

static const char *in_folder(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_text(const char *name, const char *text) {
    FILE *file = fopen(in_folder(name), "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        perror(name);
        exit(2);
    }
}

/* An .npy file of float, 0, 1, 2, … times `factor`. */
static void write_array(const char *name, int rank, const int64_t *shape, float factor) {
    nnc_host host = {0};
    nnc_writer writer;
    size_t count;
    if (nnc_writer_open(&host, &writer, in_folder(name)) != 0 || nnc_shape_count(shape, rank, &count) != 0) {
        exit(2);
    }
    nnc_write_npy_header(&writer, NNC_F32, rank, shape);
    for (size_t i = 0; i < count; i++) {
        float value = (float)i * factor;
        nnc_writer_write(&writer, &value, sizeof value);
    }
    if (nnc_writer_commit(&writer) != 0) {
        exit(2);
    }
}

/* What a model takes, for its x or y. */
static nnc_role role_of(int rank, const int64_t *shape) {
    nnc_model model;
    memset(&model, 0, sizeof model);
    model.real_size = sizeof(float);
    model.input_rank = rank;
    memcpy(model.input_shape, shape, (size_t)rank * sizeof *shape);
    return nnc_role_x(&model);
}

static nnc_role role_of_labels(int rank, const int64_t *output_shape, int64_t classes, int64_t ignored) {
    nnc_model model;
    memset(&model, 0, sizeof model);
    model.real_size = sizeof(float);
    model.integer_target = 1;
    model.classes = classes;
    model.ignore_class = ignored;
    model.output_rank = rank;
    memcpy(model.output_shape, output_shape, (size_t)rank * sizeof *output_shape);
    return nnc_role_y(&model);
}

static int load(nnc_host *host, const nnc_source *source, const char *name, nnc_role role, nnc_samples *samples) {
    memset(host, 0, sizeof *host);
    return nnc_load_samples(host, source, in_folder(name), NULL, &role, samples);
}

/* 0 when a file of shape `have` fits samples of shape `want`. */
static int fits(int have_rank, const int64_t *have, int want_rank, const int64_t *want) {
    nnc_host host;
    nnc_samples samples;
    write_array("shape.npy", have_rank, have, 1);
    int status = load(&host, &any, "shape.npy", role_of(want_rank, want), &samples);
    if (status != 0) {
        CHECK_ERROR(&host, "x has samples of shape (");
        CHECK_ERROR(&host, "the model wants (");
    } else {
        CHECK(samples.count == (size_t)have[0]);
    }
    nnc_samples_free(&samples);
    return status;
}

#define SHAPE(...) \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]) { __VA_ARGS__ }

static void test_shapes(void) {
    CHECK(fits(SHAPE(2, 4, 6), SHAPE(4, 6)) == 0);
    CHECK(fits(SHAPE(2, 24), SHAPE(4, 6)) == 0);
    CHECK(fits(SHAPE(2, 4, 6), SHAPE(24)) == 0);
    CHECK(fits(SHAPE(2, 4, 6, 1), SHAPE(4, 6)) == 0);
    CHECK(fits(SHAPE(2, 4, 6), SHAPE(4, 6, 1)) == 0);
    CHECK(fits(SHAPE(2, 1, 24), SHAPE(4, 6)) == 0);
    CHECK(fits(SHAPE(5), SHAPE(1)) == 0);
    CHECK(fits(SHAPE(5, 1), SHAPE(1)) == 0);
    CHECK(fits(SHAPE(2, 6, 4), SHAPE(4, 6)) == -1); /* transposed: the same number of values, another meaning */
    CHECK(fits(SHAPE(2, 4, 4, 6), SHAPE(6, 4, 4)) == -1);
    CHECK(fits(SHAPE(2, 3, 8), SHAPE(4, 6)) == -1);
    CHECK(fits(SHAPE(2, 23), SHAPE(4, 6)) == -1);
    CHECK(fits(SHAPE(24), SHAPE(4, 6)) == -1);
    CHECK(fits(SHAPE(2, 0), SHAPE(4)) == -1);
}

static void test_labels(void) {
    nnc_host host;
    nnc_samples samples;
    int32_t label;
    const int64_t ten[] = {10}, sequence[] = {3, 4};
    write_text("labels.csv", "label\n3\n9\n0\n");
    CHECK(load(&host, &any, "labels.csv", role_of_labels(1, ten, 10, INT64_MIN), &samples) == 0 && samples.count == 3);
    nnc_copy_sample(&samples, 1, &label);
    CHECK(label == 9);
    nnc_samples_free(&samples);
    CHECK(load(&host, &any, "labels.csv", role_of_labels(1, ten, 9, INT64_MIN), &samples) == -1);
    CHECK(strstr(host.place, "labels.csv:3") != NULL);
    CHECK_ERROR(&host, "expected a class from 0 to 8, found 9: y of row 1, value 0 (counted from 0)");
    nnc_samples_free(&samples);
    CHECK(load(&host, &any, "labels.csv", role_of_labels(1, ten, 9, 9), &samples) == 0); /* ignored, so allowed */
    nnc_samples_free(&samples);
    write_text("labels.csv", "0\n1.5\n");
    CHECK(load(&host, &any, "labels.csv", role_of_labels(1, ten, 10, INT64_MIN), &samples) == -1);
    CHECK_ERROR(&host, "expected a class from 0 to 9, found 1.5");
    nnc_samples_free(&samples);
    write_text("labels.csv", "0\n-1\n");
    CHECK(load(&host, &any, "labels.csv", role_of_labels(1, ten, 10, INT64_MIN), &samples) == -1);
    CHECK_ERROR(&host, "expected a class from 0 to 9, found -1");
    nnc_samples_free(&samples);
    write_text("labels.csv", "0\n1e300\n");
    CHECK(load(&host, &any, "labels.csv", role_of_labels(1, ten, 10, INT64_MIN), &samples) == -1);
    CHECK_ERROR(&host, "expected a class from 0 to 9, found 1e+300");
    nnc_samples_free(&samples);
    write_array("hot.npy", SHAPE(2, 10), 0);
    CHECK(load(&host, &any, "hot.npy", role_of_labels(1, ten, 10, INT64_MIN), &samples) == -1);
    CHECK_ERROR(&host, "a sparse loss wants class numbers, not one-hot rows");
    nnc_samples_free(&samples);
    write_array("sequence.npy", SHAPE(2, 3), 0.0f);
    CHECK(load(&host, &any, "sequence.npy", role_of_labels(2, sequence, 4, INT64_MIN), &samples) == 0 &&
          samples.width == 3);
    nnc_samples_free(&samples);
}

static void test_values(void) {
    nnc_host host;
    nnc_samples samples;
    float values[3];
    write_array("finite.npy", SHAPE(4, 3), 2);
    nnc_source source = any;
    source.path = "finite.npy";
    source.scale = 0.5;
    source.first_row = 1;
    source.end_row = 3;
    nnc_role role = role_of(SHAPE(3));
    memset(&host, 0, sizeof host);
    CHECK(nnc_load_samples(&host, &source, NULL, folder, &role, &samples) == 0 && samples.count == 2);
    nnc_copy_sample(&samples, 0, values);
    CHECK(fabsf(values[0] - 3) < 1e-6f && fabsf(values[2] - 5) < 1e-6f);
    nnc_samples_free(&samples);
    CHECK(load(&host, &source, "finite.npy", role, &samples) == 0 && samples.count == 4); /* another file: all rows */
    nnc_samples_free(&samples);
    source.end_row = 5;
    CHECK(nnc_load_samples(&host, &source, NULL, folder, &role, &samples) == -1);
    CHECK_ERROR(&host, "rows 1 to 5 are wanted, but it has 4");
    nnc_samples_free(&samples);
    source.end_row = 1;
    CHECK(nnc_load_samples(&host, &source, NULL, folder, &role, &samples) == -1);
    CHECK_ERROR(&host, "holds no samples");
    nnc_samples_free(&samples);
    write_array("infinite.npy", SHAPE(4, 3), 1e38f);
    CHECK(load(&host, &any, "infinite.npy", role, &samples) == -1);
    CHECK_ERROR(&host, "expected a finite value, found inf: x of row 1, value 1 (counted from 0)");
    nnc_samples_free(&samples);
    source = any;
    source.path = "finite.npy";
    source.scale = 1e38;
    CHECK(load(&host, &source, "finite.npy", role, &samples) == -1);
    CHECK_ERROR(&host, "expected a value that a float can hold, found 4e+38");
    nnc_samples_free(&samples);
}

static void test_columns(void) {
    nnc_host host;
    nnc_samples samples;
    float values[3];
    static const int64_t columns[] = {-1, 0, 1}, beyond[] = {3};
    nnc_source source = any;
    source.path = "table.npy";
    source.columns = columns;
    source.column_count = 3;
    write_array("table.npy", SHAPE(2, 3), 1);
    CHECK(load(&host, &source, "table.npy", role_of(SHAPE(3)), &samples) == 0);
    nnc_copy_sample(&samples, 1, values);
    CHECK(fabsf(values[0] - 5) < 1e-6f && fabsf(values[1] - 3) < 1e-6f && fabsf(values[2] - 4) < 1e-6f);
    nnc_samples_free(&samples);
    source.columns = beyond;
    source.column_count = 1;
    CHECK(load(&host, &source, "table.npy", role_of(SHAPE(1)), &samples) == -1);
    CHECK_ERROR(&host, "column 3 is wanted, but it has 3 columns (0 to 2)");
    nnc_samples_free(&samples);
    write_array("table.npy", SHAPE(2, 3, 2), 1);
    CHECK(load(&host, &source, "table.npy", role_of(SHAPE(1)), &samples) == -1);
    CHECK_ERROR(&host, "columns are wanted, but it is no matrix: its shape is (2, 3, 2)");
    nnc_samples_free(&samples);
}

int main(int argc, char **argv) {
    snprintf(folder, sizeof folder, "%s", argc > 1 ? argv[1] : ".");
    test_shapes();
    test_labels();
    test_values();
    test_columns();
    return check_end();
}
