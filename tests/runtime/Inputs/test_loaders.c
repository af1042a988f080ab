/* SPDX-License-Identifier: MIT-0 */
/* test_loaders.c - the readers of CSV, IDX, NPY and NPZ on sound and on hostile bytes. */
#include "check.h"

#include <math.h>

#define BYTES(text) (text), sizeof(text) - 1

typedef enum kind { CSV, IDX, NPY, NPZ } kind;

static const nnc_source plain = NNC_NO_SOURCE;

/* Reads bytes as a file of that kind. */
static int read_bytes(nnc_host *host, kind what, const nnc_source *source, const void *bytes, size_t size,
                      nnc_array *array) {
    nnc_reader reader;
    memset(array, 0, sizeof *array);
    memset(host, 0, sizeof *host);
    if (nnc_reader_part(host, &reader, "file", &(nnc_store){(const unsigned char *)bytes, size, 0, NULL}, 0, size,
                        NNC_CODING_PLAIN) != 0) {
        return -1;
    }
    int status = what == CSV   ? nnc_read_csv(&reader, source, &(nnc_role){.dtype = NNC_F64}, array)
                 : what == IDX ? nnc_read_idx(&reader, array)
                 : what == NPY ? nnc_read_npy(&reader, array)
                               : nnc_read_npz(&reader, source->array, "x", array);
    nnc_reader_close(&reader);
    return status;
}

/* Value `index` in double. */
static double value_at(const nnc_array *array, size_t index) {
    double value;
    nnc_array_get(array, index, 1, NNC_F64, 1, &value);
    return value;
}

/* Bytes that must be refused with a message that contains `part`. */
static void refuse_from(kind what, const nnc_source *source, const void *bytes, size_t size, const char *part,
                        int line) {
    nnc_host host;
    nnc_array array;
    checks.done++;
    if (read_bytes(&host, what, source, bytes, size, &array) != -1 || strstr(host.text, part) == NULL) {
        checks.failed++;
        printf("line %d: '%s' is not in '%s: %s'\n", line, part, host.place, host.text);
    }
    nnc_array_free(&array);
}
#define REFUSE(what, bytes_and_size, part) refuse_from(what, &plain, bytes_and_size, part, __LINE__)

/* The same for CSV, with its place. */
static void refuse_csv_from(const nnc_source *source, const char *text, const char *place, const char *part, int line) {
    nnc_host host;
    nnc_array array;
    checks.done++;
    if (read_bytes(&host, CSV, source, text, strlen(text), &array) != -1 || strcmp(host.place, place) != 0 ||
        strstr(host.text, part) == NULL) {
        checks.failed++;
        printf("line %d: '%s: %s' is not in '%s: %s'\n", line, place, part, host.place, host.text);
    }
    nnc_array_free(&array);
}
#define REFUSE_CSV(text, place, part) refuse_csv_from(&plain, text, place, part, __LINE__)

/* CSV that must give these values, `rows` lines of them. */
static void accept_csv_from(const nnc_source *source, const char *text, int rows, const double *values, int count,
                            int line) {
    nnc_host host;
    nnc_array array;
    int good = read_bytes(&host, CSV, source, text, strlen(text), &array) == 0 && array.rank == 2 &&
               array.shape[0] == rows && array.shape[1] == count / rows;
    for (int i = 0; good && i < count; i++) {
        good = !(value_at(&array, (size_t)i) < values[i]) && !(value_at(&array, (size_t)i) > values[i]);
    }
    checks.done++;
    if (!good) {
        checks.failed++;
        printf("line %d: wrong values, or '%s: %s'\n", line, host.place, host.text);
    }
    nnc_array_free(&array);
}
#define COUNT(values) ((int)(sizeof(values) / sizeof(values)[0]))
#define ACCEPT_CSV(text, rows, values) accept_csv_from(&plain, text, rows, values, COUNT(values), __LINE__)

static void test_csv(void) {
    static const double four[] = {1, 2, 3, 4}, ones[] = {1, 1}, small[] = {0.5, -2e-3}, one[] = {7};
    ACCEPT_CSV("1,2\n3,4\n", 2, four);
    ACCEPT_CSV("1,2\n3,4", 2, four);
    ACCEPT_CSV("1,2\r\n3,4\r\n", 2, four);
    ACCEPT_CSV("1,2\r3,4\r", 2, four);
    ACCEPT_CSV("\n\n1,2\n\n3,4\n\n\n", 2, four);
    ACCEPT_CSV("a,b\n1,2\n3,4\n", 2, four);
    ACCEPT_CSV("\xef\xbb\xbf"
               "a,b\n1,2\n3,4\n",
               2, four);
    ACCEPT_CSV("\"first, name\",\"sec\"\"ond\"\n1,2\n3,4\n", 2, four);
    ACCEPT_CSV("\"two\nlines\",b\n1,2\n3,4\n", 2, four);
    ACCEPT_CSV("1;2\n3;4\n", 2, four);
    ACCEPT_CSV("1\t2\n3\t4\n", 2, four);
    ACCEPT_CSV("x, m;y, m\n1;2\n3;4\n", 2, four);
    ACCEPT_CSV("x\ty; m\n1\t2\n3\t4\n", 2, four); /* a tab is no part of a title, but a semicolon may be */
    ACCEPT_CSV("1,2\n3\t,4\t\n", 2, four);
    ACCEPT_CSV("  1 ,2  \n3 , 4\n", 2, four);
    ACCEPT_CSV("\"1\",\"2\"\n\"3\",\"4\"\n", 2, four);
    ACCEPT_CSV("1\n1\n", 2, ones);
    ACCEPT_CSV("+5e-1,-.002\n", 1, small);
    ACCEPT_CSV("7", 1, one);
}

static void test_csv_errors(void) {
    REFUSE_CSV("", "file", "is empty");
    REFUSE_CSV("\n\r\n", "file", "is empty");
    REFUSE_CSV("\"\"\n\"\"\n", "file:1:1", "found an empty field"); /* found by fuzzing */
    REFUSE_CSV("a,b\n", "file", "no lines of numbers");
    REFUSE_CSV("1,2\n3,4,5\n", "file:2", "expected 2 fields as in line 1, found 3");
    REFUSE_CSV("1,2\n\n3\n", "file:3", "expected 2 fields as in line 1, found 1");
    REFUSE_CSV("a,b\n1,2\n3,abc\n", "file:3:3", "expected a number in column 1 ('b'), found 'abc'");
    REFUSE_CSV("1,2\n3,\n", "file:2:3", "found an empty field");
    REFUSE_CSV("1,2\n,4\n", "file:2:1", "found an empty field");
    REFUSE_CSV("1,2\n3,nan\n", "file:2:3", "found 'nan': values must be finite");
    REFUSE_CSV("1,2\n-inf,4\n", "file:2:1", "found '-inf': values must be finite");
    REFUSE_CSV("1,2\n1e999,4\n", "file:2:1", "values must be finite");
    REFUSE_CSV("1;2\n1,5;4\n", "file:2:1", "the decimal point must be a point");
    REFUSE_CSV("1 2\n3 4\n", "file:1:1", "separated by comma, semicolon or tab");
    REFUSE_CSV("1,2\n3,\"4\n5,6\n", "file:2:3", "this quote is never closed");
    REFUSE_CSV("1,2\n\"3\"x,4\n", "file:2:4", "text follows a closing quote");
    REFUSE_CSV("1,2\n3,4\x1b[31m\n", "file:2:3", "found '4\\x1b[31m'");
    REFUSE_CSV("a,\"two\nlines\"\n1,2\nx,4\n", "file:4:1", "found 'x'");
    REFUSE_CSV("\xff\xfe"
               "1,2",
               "file", "UTF-16");
    refuse_from(CSV, &plain, BYTES("1,2\n3\0,4\n"), "zero byte", __LINE__);
}

/* A first line that nobody calls a header: without numbers it holds names, else it is a row, and must do as one. */
static void test_csv_first_line(void) {
    static const double four[] = {1, 2, 3, 4}, two[] = {3, 4}, pair[] = {1, 2};
    static const char *const rows[][2] = {
        {"1,\n3,4\n", "file:1:3"},       {",2\n3,4\n", "file:1:1"},      {"NA,2\n3,4\n", "file:1:1"},
        {"1,0x10\n3,4\n", "file:1:3"},   {"1,  \n3,4\n", "file:1:3"},     {"1,abc\n3,4\n", "file:1:3"},
        {"0x10\n3\n", "file:1:1"},       {"NA\n3\n", "file:1:1"},         {"nan\n3\n", "file:1:1"},
        {"inf\n3\n", "file:1:1"},        {"1,5;2,5\n3;4\n", "file:1:1"},  {"\"1\",\"\"\n3,4\n", "file:1:5"},
        {"\xef\xbb\xbf" "1,?\n3,4\n", "file:1:3"}, {"#1,2\n3,4\n", "file:1:1"}, {",0,1\n0,3,4\n", "file:1:1"},
        {"12%\n3\n", "file:1:1"},        {"\n\n-.5e,1\n1,2\n", "file:3:1"}, {"1st,2nd\n3,4\n", "file:1:1"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        refuse_csv_from(&plain, rows[i][0], rows[i][1], "Say header=True or header=False", __LINE__);
    }
    ACCEPT_CSV("1st,second\n1,2\n3,4\n", 2, four);
    ACCEPT_CSV("# a,b\n1,2\n3,4\n", 2, four);
    ACCEPT_CSV(",b\n1,2\n3,4\n", 2, four);
    ACCEPT_CSV("a,NA\n1,2\n3,4\n", 2, four);
    nnc_source source = plain;
    source.header = 1;
    accept_csv_from(&source, "1,b\n3,4\n", 1, two, 2, __LINE__);
    accept_csv_from(&source, ",\n3,4\n", 1, two, 2, __LINE__);
    source.header = 0;
    refuse_csv_from(&source, "a,b\n3,4\n", "file:1:1", "the model file says header=False", __LINE__);
    refuse_csv_from(&source, "1,2\n3,b\n", "file:2:3", "found 'b'", __LINE__);
    /* Columns that are not wanted count, too, where the wanted ones alone say nothing. */
    static const int64_t last[] = {-1}, first_two[] = {0, 1};
    source = plain;
    source.columns = last;
    source.column_count = 1;
    refuse_csv_from(&source, "1,2,price\n3,4,5\n", "file:1:5", "expected a number in column 2, found 'price'",
                    __LINE__);
    source.columns = first_two;
    source.column_count = 2;
    accept_csv_from(&source, "1,2,\n3,4,setosa\n", 2, four, 4, __LINE__);
    accept_csv_from(&source, "a,b,\n1,2,setosa\n", 1, pair, 2, __LINE__);
    refuse_csv_from(&source, "a,b,5\n3,4,5\n", "file:1:1", "found 'a'; does the first line hold names?", __LINE__);
    /* A value that is missing in the only column is an empty line. */
    REFUSE_CSV("1\n\n3\n", "file:2", "found an empty line");
    REFUSE_CSV("a\n\n3\n", "file:2", "found an empty line");
    static const double ones[] = {1, 1};
    ACCEPT_CSV("\n\n1\n1\n\n\n", 2, ones);
}

static void test_csv_columns(void) {
    static const double picked[] = {3, 1, 6, 4}, lone[] = {4};
    static const int64_t last_and_first[] = {-1, 0}, text_left_out[] = {0, 2}, fourth[] = {3}, before[] = {-4},
                         zero[] = {0};
    nnc_source source = plain;
    source.columns = last_and_first;
    source.column_count = 2;
    accept_csv_from(&source, "1,2,3\n4,5,6\n", 2, picked, 4, __LINE__);
    static const double kept[] = {1, 3, 4, 6};
    source.columns = text_left_out;
    accept_csv_from(&source, "1,setosa,3\n4,virginica,6\n", 2, kept, 4, __LINE__);
    source.column_count = 1;
    source.columns = fourth;
    refuse_csv_from(&source, "1,2,3\n", "file:1", "column 3 is wanted, but there are 3 columns (0 to 2)", __LINE__);
    source.columns = before;
    refuse_csv_from(&source, "1,2,3\n", "file:1", "column -4 is wanted", __LINE__);
    source.columns = zero;
    source.header = 0;
    refuse_csv_from(&source, "a\n1\n", "file:1:1", "found 'a'", __LINE__);
    source.header = 1;
    accept_csv_from(&source, "1,2\n4,5\n", 1, lone, 1, __LINE__);
    source.header = -1;
    source.delimiter = '|';
    accept_csv_from(&source, "4|a;b,c\n", 1, lone, 1, __LINE__);
}

static void test_csv_long(void) {
    nnc_host host;
    nnc_array array;
    size_t size = 3 << 20;
    char *text = malloc(size);
    memset(text, '1', size);
    CHECK(read_bytes(&host, CSV, &plain, text, size, &array) == -1);
    CHECK_ERROR(&host, "longer than 1 MiB");
    nnc_array_free(&array);
    for (size_t i = 1; i < size; i += 2) {
        text[i] = ',';
    }
    CHECK(read_bytes(&host, CSV, &plain, text, size, &array) == -1);
    CHECK_ERROR(&host, "more than 1048576 fields");
    nnc_array_free(&array);
    for (size_t i = 1; i < size; i += 2) {
        text[i] = '\n';
    }
    CHECK(read_bytes(&host, CSV, &plain, text, size, &array) == 0 && array.shape[0] == (int64_t)size / 2);
    CHECK(nnc_array_place(&array, size / 2 - 1).line == size / 2);
    nnc_array_free(&array);
    free(text);
}

static void test_idx(void) {
    nnc_host host;
    nnc_array array;
    CHECK(read_bytes(&host, IDX, &plain,
                     BYTES("\0\0\x08\x02\0\0\0\x02\0\0\0\x03"
                           "abcdef"),
                     &array) == 0);
    CHECK(array.dtype == NNC_U8 && array.rank == 2 && array.shape[0] == 2 && array.shape[1] == 3);
    CHECK(memcmp(array.data.bytes, "abcdef", 6) == 0);
    nnc_array_free(&array);
    CHECK(read_bytes(&host, IDX, &plain, BYTES("\0\0\x0b\x01\0\0\0\x02\x01\x02\xff\xfe"), &array) == 0);
    CHECK(array.dtype == NNC_I16 && fabs(value_at(&array, 0) - 258) < 0.1 && fabs(value_at(&array, 1) + 2) < 0.1);
    nnc_array_free(&array);
    CHECK(read_bytes(&host, IDX, &plain, BYTES("\0\0\x0d\x01\0\0\0\x01\x3f\xc0\0\0"), &array) == 0);
    CHECK(array.dtype == NNC_F32 && fabs(value_at(&array, 0) - 1.5) < 1e-9);
    nnc_array_free(&array);
    REFUSE(IDX, BYTES(""), "truncated");
    REFUSE(IDX, BYTES("\0\0\x08"), "truncated");
    REFUSE(IDX, BYTES("\x89PNG"), "not an IDX file: its first bytes are 89 50 4e 47");
    REFUSE(IDX,
           BYTES("\0\0\x07\x01\0\0\0\x01"
                 "a"),
           "not an IDX file");
    REFUSE(IDX, BYTES("\0\0\x08\0"), "has 0 dimensions");
    REFUSE(IDX, BYTES("\0\0\x08\x09"), "has 9 dimensions");
    REFUSE(IDX, BYTES("\0\0\x08\x02\0\0\0\x02\0\0\0"), "truncated");
    REFUSE(IDX,
           BYTES("\0\0\x08\x02\0\0\0\x02\0\0\0\x03"
                 "abcde"),
           "truncated");
    REFUSE(IDX,
           BYTES("\0\0\x08\x02\0\0\0\x02\0\0\0\x03"
                 "abcdefg"),
           "too long");
    REFUSE(IDX, BYTES("\0\0\x0e\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
           "impossible shape");
    REFUSE(IDX,
           BYTES("\0\0\x0e\x02\xff\xff\xff\xff\0\0\xff\xff"
                 "12345678"),
           "truncated");
}

/* A file of version 1 with this header, and 24 bytes of data. */
static void refuse_npy(const char *header, const char *part, int line) {
    char bytes[512] = "\x93NUMPY\x01";
    size_t size = strlen(header);
    bytes[8] = (char)(size & 255);
    bytes[9] = (char)(size >> 8);
    memcpy(bytes + 10, header, size);
    refuse_from(NPY, &plain, bytes, 10 + size + 24, part, line);
}
#define REFUSE_NPY(header, part) refuse_npy(header, part, __LINE__)

static void test_npy(void) {
    nnc_host host;
    nnc_array array;
    static const char two[] =
        "\x93NUMPY\x02\0\x3e\0\0\0{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3L), }\x20\n\n"
        "\1\0\2\0\3\0\4\0\5\0\6\0";
    CHECK(read_bytes(&host, NPY, &plain, BYTES(two), &array) == 0);
    CHECK(array.dtype == NNC_I16 && array.rank == 2 && array.shape[0] == 2 && array.shape[1] == 3);
    static const double rows[] = {1, 3, 5, 2, 4, 6};
    for (size_t i = 0; array.data.size > 0 && i < 6; i++) {
        CHECK(fabs(value_at(&array, i) - rows[i]) < 0.1);
    }
    nnc_array_free(&array);
    REFUSE(NPY, BYTES(""), "truncated");
    REFUSE(NPY, BYTES("\x93NUMPX\x01\0\x01\0{"), "not an .npy file");
    REFUSE(NPY, BYTES("\x93NUMPY\x04\0\x01\0{"), "not an .npy file of version 1, 2 or 3");
    REFUSE(NPY, BYTES("\x93NUMPY\x02\0\xff\xff\xff\xff{"), "claims 4294967295 bytes");
    REFUSE(NPY, BYTES("\x93NUMPY\x01\0\x64\0{"), "truncated");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }\n", "truncated: 4 more bytes");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }\n", "too long");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", "one number");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (6), }\n", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }\n", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, }\n", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}\n", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}\n", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}\n", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x\n", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)", "not NumPy's");
    REFUSE_NPY("{'descr': '<f4", "not NumPy's");
    REFUSE_NPY("{", "not NumPy's");
    REFUSE_NPY("", "not NumPy's");
    REFUSE_NPY("{'descr': '|O', 'fortran_order': False, 'shape': (3,)}\n", "Python objects");
    REFUSE_NPY("{'descr': '|O8', 'fortran_order': False, 'shape': (3,)}\n", "Python objects");
    REFUSE_NPY("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}\n", "records");
    REFUSE_NPY("{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}\n", "not float16/32/64");
    REFUSE_NPY("{'descr': '<U2', 'fortran_order': False, 'shape': (3,)}\n", "not float16/32/64");
    REFUSE_NPY("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}\n", "not float16/32/64");
    REFUSE_NPY("{'descr': '<f3', 'fortran_order': False, 'shape': (8,)}\n", "not float16/32/64");
    REFUSE_NPY("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}\n", "impossible shape");
    REFUSE_NPY("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}\n", "impossibly large");
    REFUSE_NPY("{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846975,)}\n", "truncated");
    REFUSE_NPY("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,3)}\n", "more than 8 dimensions");
}

int main(void) {
    test_csv();
    test_csv_errors();
    test_csv_first_line();
    test_csv_columns();
    test_csv_long();
    test_idx();
    test_npy();
    return check_end();
}
