/* SPDX-License-Identifier: MIT-0 */
/* file_kind.c - what a file is, by its first bytes: whoever brings the wrong one is told which it is, and what makes
 * the right one of it. */
#include "tensors/tensors.h"

#include <ctype.h>
#include <string.h>

static int nnc_starts_with(const unsigned char *bytes, size_t size, const char *start, size_t length) {
    return size >= length && memcmp(bytes, start, length) == 0;
}

/* The name of a zip archive's first member, which says whose archive it is. */
static nnc_file_kind nnc_zip_kind(const unsigned char *bytes, size_t size) {
    enum { NAME_SIZE_AT = 26, NAME_AT = 30, SHOWN = 255 };
    char name[SHOWN + 1] = "";
    if (size >= NAME_AT) {
        size_t length = (size_t)(bytes[NAME_SIZE_AT] | bytes[NAME_SIZE_AT + 1] << 8);
        length = length < SHOWN ? length : SHOWN;
        length = length < size - NAME_AT ? length : size - NAME_AT;
        memcpy(name, bytes + NAME_AT, length);
    }
    const size_t length = strlen(name);
    if (strcmp(name, "metadata.json") == 0 || strcmp(name, "config.json") == 0 ||
        strncmp(name, "model.weights", 13) == 0) {
        return NNC_FILE_KERAS;
    }
    if (strstr(name, "/data.pkl") != NULL || strstr(name, "/.format_version") != NULL ||
        strstr(name, "/version") != NULL) {
        return NNC_FILE_TORCH;
    }
    return length > 4 && strcmp(name + length - 4, ".npy") == 0 ? NNC_FILE_NPZ : NNC_FILE_ZIP;
}

/* A message of protobuf whose first field is a small version and whose second is one of those that may follow it in
 * ONNX. */
static int nnc_is_onnx(const unsigned char *bytes, size_t size) {
    enum { IR_VERSION = 1 << 3, NEWEST_VERSION = 63, LENGTH = 2 };
    static const unsigned char next[] = {2, 3, 4, 6, 7, 8, 14, 20};
    if (size < 3 || bytes[0] != IR_VERSION || bytes[1] == 0 || bytes[1] > NEWEST_VERSION) {
        return 0;
    }
    for (size_t i = 0; i < sizeof next; i++) {
        if (bytes[2] == (next[i] << 3 | LENGTH)) {
            return 1;
        }
    }
    return bytes[2] == 5 << 3; /* model_version */
}

/* A name of Python and the end of its line: where the next line begins, 0 when there is none. */
static size_t nnc_name_line(const unsigned char *bytes, size_t size, size_t at) {
    const size_t start = at;
    while (at < size && (isalnum(bytes[at]) || bytes[at] == '_' || bytes[at] == '.')) {
        at++;
    }
    return at > start && at < size && bytes[at] == '\n' ? at + 1 : 0;
}

/* Protocols from 2 on begin with their number; older ones with a dict or a list, or with a class by its module and its
 * name, and each is remembered under a number. */
static int nnc_is_pickle(const unsigned char *bytes, size_t size) {
    static const char *const objects[] = {"(dp", "(lp", "}q", "]q"};
    if (size > 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
        return 1;
    }
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        if (nnc_starts_with(bytes, size, objects[i], strlen(objects[i]))) {
            return 1;
        }
    }
    const size_t module = size > 0 && bytes[0] == 'c' ? nnc_name_line(bytes, size, 1) : 0;
    const size_t name = module > 0 ? nnc_name_line(bytes, size, module) : 0;
    return name > 0 && name < size && (bytes[name] == 'p' || bytes[name] == 'q');
}

/* JSON behind a length that the file can hold. */
static int nnc_is_safetensors(const unsigned char *bytes, size_t size) {
    uint64_t json = 0;
    for (size_t i = 0; i < 8 && i < size; i++) {
        json |= (uint64_t)bytes[i] << 8 * i;
    }
    return size > 8 && json <= (uint64_t)1 << 30 && bytes[8] == '{';
}

NNC_API nnc_file_kind nnc_file_kind_of(const unsigned char *bytes, size_t size) {
    /* HDF5 may begin behind one of this size, or of twice, ...; so may a member of an archive */
    enum { USER_BLOCK = 512 };
    static const char hdf5[] = "\211HDF\r\n\032\n";
    if (size == 0) {
        return NNC_FILE_EMPTY;
    }
    if (nnc_starts_with(bytes, size, "PK\003\004", 4)) {
        return nnc_zip_kind(bytes, size);
    }
    for (size_t at = 0; at + sizeof hdf5 - 1 <= size && at <= 8 * USER_BLOCK; at = at > 0 ? 2 * at : USER_BLOCK) {
        if (nnc_starts_with(bytes + at, size - at, hdf5, sizeof hdf5 - 1)) {
            return NNC_FILE_HDF5;
        }
    }
    if (nnc_starts_with(bytes, size, "\223NUMPY", 6)) {
        return NNC_FILE_NPY;
    }
    if (size > 8 && memcmp(bytes + 4, "TFL3", 4) == 0) {
        return NNC_FILE_TFLITE;
    }
    if (nnc_is_safetensors(bytes, size)) { /* whose length may look like what follows */
        return NNC_FILE_SAFETENSORS;
    }
    if (nnc_is_pickle(bytes, size)) {
        return NNC_FILE_PICKLE;
    }
    return nnc_is_onnx(bytes, size) ? NNC_FILE_ONNX : NNC_FILE_UNKNOWN;
}

#define NNC_TORCH_WAY                                                                                       \
    "in Python, safetensors.torch.save_file(module.state_dict(), 'net.safetensors') saves what nnc import " \
    "net.safetensors "                                                                                      \
    "--for MODEL.nn --weights WEIGHTS.safetensors takes"

static const struct {
    const char *name, *way_out;
} nnc_file_kinds[NNC_FILE_KIND_COUNT] = {
    [NNC_FILE_UNKNOWN] = {"a file of another kind", NULL},
    [NNC_FILE_EMPTY] = {"an empty file", NULL},
    [NNC_FILE_HDF5] =
        {"an HDF5 file, as Keras saves it",
         "nnc import FILE.h5 --for MODEL.nn --weights WEIGHTS.safetensors converts its weights, and nnc import "
         "FILE.h5 -o MODEL.nn --weights WEIGHTS.safetensors a whole model"},
    [NNC_FILE_KERAS] = {"a model of Keras 3",
                        "nnc import FILE.keras -o MODEL.nn --weights WEIGHTS.safetensors converts it"},
    [NNC_FILE_TORCH] = {"a zip archive of PyTorch", NNC_TORCH_WAY},
    [NNC_FILE_PICKLE] = {"a pickle of Python", NNC_TORCH_WAY},
    [NNC_FILE_NPZ] =
        {"a .npz archive of NumPy",
         "in Python, safetensors.numpy.save_file(dict(numpy.load('FILE.npz')), 'FILE.safetensors') converts it"},
    [NNC_FILE_NPY] = {"a .npy array of NumPy",
                      "weights are many arrays: safetensors.numpy.save_file() saves them with their names"},
    [NNC_FILE_ONNX] = {"an ONNX model", "nnc import FILE.onnx -o MODEL.nn --weights WEIGHTS.safetensors converts it"},
    [NNC_FILE_ZIP] = {"a zip archive", NULL},
    [NNC_FILE_TFLITE] = {"a TensorFlow Lite model", "nnc import takes the Keras model that it was made from"},
    [NNC_FILE_SAFETENSORS] = {"a safetensors file", NULL},
};

NNC_API const char *nnc_file_kind_name(nnc_file_kind kind) { return nnc_file_kinds[kind].name; }

NNC_API const char *nnc_file_kind_way_out(nnc_file_kind kind) { return nnc_file_kinds[kind].way_out; }
