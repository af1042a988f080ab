/* SPDX-License-Identifier: MIT-0 */
/* data_npy.c - NumPy's .npy: magic number, version, a Python dictionary of three keys, the elements. */
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

static const char nnc_npy_magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};
enum { NNC_NPY_MAX_HEADER = 1 << 16, NNC_NPY_ALIGNMENT = 64 };

/* The header while it is parsed: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
typedef struct nnc_npy_header {
    const char *at, *end;
    char kind; /* f, i, u, b */
    int size;
    int is_big_endian, is_fortran;
    int rank;
    int64_t shape[NNC_MAX_RANK];
    int has_descr, has_order, has_shape;
    const char *problem; /* what stands in the way of reading it; NULL: the text is not a header */
} nnc_npy_header;

static void nnc_npy_skip(nnc_npy_header *header) {
    while (header->at < header->end && (*header->at == ' ' || *header->at == '\n' || *header->at == '\t')) {
        header->at++;
    }
}

static int nnc_npy_accept(nnc_npy_header *header, const char *token) {
    size_t size = strlen(token);
    nnc_npy_skip(header);
    if ((size_t)(header->end - header->at) < size || memcmp(header->at, token, size) != 0) {
        return 0;
    }
    header->at += size;
    return 1;
}

/* A string in either quotes, without escapes, of at most size - 1 characters. */
static int nnc_npy_string(nnc_npy_header *header, char *text, size_t size) {
    nnc_npy_skip(header);
    if (header->at == header->end || (*header->at != '\'' && *header->at != '"')) {
        return -1;
    }
    char quote = *header->at++;
    size_t length = 0;
    while (header->at < header->end && *header->at != quote) {
        if (length + 1 >= size || *header->at == '\\') {
            return -1;
        }
        text[length++] = *header->at++;
    }
    text[length] = '\0';
    return nnc_npy_accept(header, quote == '"' ? "\"" : "'") ? 0 : -1;
}

/* '<f4': byte order, kind, bytes. */
static int nnc_npy_descr(nnc_npy_header *header) {
    char text[32];
    if (nnc_npy_accept(header, "[")) {
        header->problem = "it holds records; save one plain array";
        return -1;
    }
    if (nnc_npy_string(header, text, sizeof text) != 0 || strlen(text) < 2 || strchr("<>|=", text[0]) == NULL) {
        return -1;
    }
    if (text[1] == 'O') {
        header->problem = "it holds Python objects; save numbers";
        return -1;
    }
    if (text[2] < '1' || text[2] > '9') {
        return -1;
    }
    header->is_big_endian = text[0] == '>';
    header->kind = text[1];
    header->size = text[2] - '0';
    if (text[3] != '\0' || strchr("fiub", text[1]) == NULL) {
        header->problem = "its elements are not float16/32/64, int8-64, uint8-64 or bool";
        return -1;
    }
    return 0;
}

static int nnc_npy_shape(nnc_npy_header *header) {
    if (!nnc_npy_accept(header, "(")) {
        return -1;
    }
    header->rank = 0;
    while (!nnc_npy_accept(header, ")")) {
        int64_t size = 0;
        int digits = 0;
        nnc_npy_skip(header);
        for (; header->at < header->end && *header->at >= '0' && *header->at <= '9'; header->at++, digits++) {
            if (size > (INT64_MAX - 9) / 10) {
                header->problem = "its shape is impossibly large";
                return -1;
            }
            size = size * 10 + (*header->at - '0');
        }
        if (digits == 0) {
            return -1;
        }
        if (header->rank == NNC_MAX_RANK) {
            header->problem = "it has more than 8 dimensions";
            return -1;
        }
        header->shape[header->rank++] = size;
        nnc_npy_accept(header, "L"); /* Python 2 wrote long integers so */
        if (!nnc_npy_accept(header, ",")) {
            return nnc_npy_accept(header, ")") && header->rank > 1 ? 0 : -1;
        }
    }
    return 0;
}

/* One key with its value, each allowed once. */
static int nnc_npy_item(nnc_npy_header *header) {
    char key[16];
    if (nnc_npy_string(header, key, sizeof key) != 0 || !nnc_npy_accept(header, ":")) {
        return -1;
    }
    if (strcmp(key, "descr") == 0 && !header->has_descr) {
        header->has_descr = 1;
        return nnc_npy_descr(header);
    }
    if (strcmp(key, "shape") == 0 && !header->has_shape) {
        header->has_shape = 1;
        return nnc_npy_shape(header);
    }
    if (strcmp(key, "fortran_order") == 0 && !header->has_order) {
        header->has_order = 1;
        header->is_fortran = nnc_npy_accept(header, "True");
        return header->is_fortran || nnc_npy_accept(header, "False") ? 0 : -1;
    }
    return -1;
}

static int nnc_npy_dict(nnc_npy_header *header) {
    if (!nnc_npy_accept(header, "{")) {
        return -1;
    }
    while (!nnc_npy_accept(header, "}")) {
        if (nnc_npy_item(header) != 0) {
            return -1;
        }
        if (!nnc_npy_accept(header, ",")) {
            if (!nnc_npy_accept(header, "}")) {
                return -1;
            }
            break;
        }
    }
    nnc_npy_skip(header);
    return header->at == header->end && header->has_descr && header->has_order && header->has_shape ? 0 : -1;
}

static int nnc_npy_dtype(const nnc_npy_header *header, nnc_dtype *dtype) {
    static const struct {
        char kind;
        int size;
        nnc_dtype dtype;
    } table[] = {{'u', 1, NNC_U8},  {'i', 1, NNC_I8},  {'u', 2, NNC_U16}, {'i', 2, NNC_I16},
                 {'u', 4, NNC_U32}, {'i', 4, NNC_I32}, {'u', 8, NNC_U64}, {'i', 8, NNC_I64},
                 {'f', 2, NNC_F16}, {'f', 4, NNC_F32}, {'f', 8, NNC_F64}, {'b', 1, NNC_U8}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].kind == header->kind && table[i].size == header->size) {
            *dtype = table[i].dtype;
            return 0;
        }
    }
    return -1;
}

/* Reads and understands all before the elements. */
static int nnc_npy_preamble(nnc_reader *reader, nnc_npy_header *header, nnc_dtype *dtype) {
    nnc_host *host = reader->host;
    unsigned char start[8], length[4] = {0, 0, 0, 0};
    if (nnc_reader_read(reader, start, sizeof start) != 0) {
        return -1;
    }
    if (memcmp(start, nnc_npy_magic, sizeof nnc_npy_magic) != 0 || start[6] < 1 || start[6] > 3) {
        return nnc_fail_at(host, reader->path, 0, 0,
                           "is not an .npy file of version 1, 2 or 3: it does not start with \\x93NUMPY and a version");
    }
    if (nnc_reader_read(reader, length, start[6] == 1 ? 2 : 4) != 0) {
        return -1;
    }
    size_t size = (size_t)length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16 | (size_t)length[3] << 24;
    if (size > NNC_NPY_MAX_HEADER) {
        return nnc_fail_at(host, reader->path, 0, 0, "is not a plain .npy file: its header claims %zu bytes", size);
    }
    void *text;
    if (nnc_reader_take(reader, size, &text) != 0) {
        return -1;
    }
    memset(header, 0, sizeof *header);
    header->at = text;
    header->end = (const char *)text + size;
    int status = nnc_npy_dict(header);
    nnc_quoted shown = nnc_quote(text, size);
    free(text);
    if (status == 0 && nnc_npy_dtype(header, dtype) != 0) {
        header->problem = "its elements are not float16/32/64, int8-64, uint8-64 or bool";
        status = -1;
    }
    if (status != 0) {
        return nnc_fail_at(host, reader->path, 0, 0, "cannot be read as .npy: %s: %s",
                           header->problem != NULL ? header->problem : "its header is not NumPy's", shown.text);
    }
    return 0;
}

/* Column-major to row-major: walks the destination, counting the index like an odometer. */
static int nnc_npy_from_fortran(nnc_reader *reader, nnc_array *array, size_t count, size_t size) {
    nnc_host *host = reader->host;
    size_t stride[NNC_MAX_RANK], index[NNC_MAX_RANK] = {0}, from = 0, next = 1;
    if (nnc_store_is_left(&array->data) || count * size > nnc_memory_left(host)) {
        return nnc_fail_at(host, reader->path, 0, 0,
                           "is in Fortran order, and there is no memory to put it in order: save it as "
                           "np.ascontiguousarray(x)");
    }
    char *ordered = nnc_alloc(host, count, size);
    if (ordered == NULL) {
        return -1;
    }
    for (int i = 0; i < array->rank; i++) {
        stride[i] = next;
        next *= (size_t)array->shape[i];
    }
    for (size_t to = 0; to < count; to++) {
        memcpy(ordered + to * size, array->data.bytes + from * size, size);
        for (int i = array->rank - 1; i >= 0; i--) {
            from += stride[i];
            if (++index[i] < (size_t)array->shape[i]) {
                break;
            }
            from -= stride[i] * (size_t)array->shape[i];
            index[i] = 0;
        }
    }
    nnc_store_free(&array->data);
    return nnc_store_of_block(host, ordered, count * size, &array->data);
}

NNC_API int nnc_read_npy(nnc_reader *reader, nnc_array *array) {
    nnc_npy_header header;
    size_t count;
    if (nnc_npy_preamble(reader, &header, &array->dtype) != 0) {
        return -1;
    }
    array->rank = header.rank;
    memcpy(array->shape, header.shape, sizeof array->shape);
    if (header.rank == 0) {
        return nnc_fail_at(reader->host, reader->path, 0, 0, "holds one number, not an array of samples");
    }
    if (nnc_shape_count(array->shape, array->rank, &count) != 0) {
        return nnc_fail_at(reader->host, reader->path, 0, 0, "claims the impossible shape %s",
                           nnc_show_shape(array->shape, array->rank).text);
    }
    size_t size = nnc_dtype_of(array->dtype).size;
    array->is_swapped = nnc_is_swapped(size, header.is_big_endian);
    if (nnc_reader_store(reader, count * size, &array->data) != 0 || nnc_reader_expect_end(reader) != 0) {
        return -1;
    }
    return header.is_fortran && array->rank > 1 && count > 0 ? nnc_npy_from_fortran(reader, array, count, size) : 0;
}

NNC_API void nnc_write_npy_header(nnc_writer *writer, nnc_dtype dtype, int rank, const int64_t *shape) {
    char text[512];
    const uint16_t probe = 1;
    int is_little = *(const unsigned char *)&probe == 1;
    const size_t before = sizeof nnc_npy_magic + 4;
    int used = snprintf(text, sizeof text, "{'descr': '%cf%zu', 'fortran_order': False, 'shape': %s, }",
                        is_little ? '<' : '>', nnc_dtype_of(dtype).size, nnc_show_shape(shape, rank).text);
    size_t size = (size_t)used;
    do {
        text[size++] = ' ';
    } while ((before + size + 1) % NNC_NPY_ALIGNMENT != 0);
    text[size++] = '\n';
    unsigned char version[4] = {1, 0, (unsigned char)(size & 255), (unsigned char)(size >> 8)};
    nnc_writer_write(writer, nnc_npy_magic, sizeof nnc_npy_magic);
    nnc_writer_write(writer, version, sizeof version);
    nnc_writer_write(writer, text, size);
}
