/* SPDX-License-Identifier: MIT-0 */
/* tensors.h - files of named tensors: weights, gradients, masks. */
#ifndef NNC_TENSORS_H_INCLUDED
#define NNC_TENSORS_H_INCLUDED

#include "data/data.h"
#include "host/host.h"

/* Safetensors (safetensors.c, safetensors_write.c, weights.c, weights_names.c) ------------------------------------- */

typedef struct nnc_entry {
    char *name;
    nnc_dtype dtype;
    int rank;
    int64_t shape[NNC_MAX_RANK];
    const void *data; /* count elements, little endian when read from a file */
    size_t count;
} nnc_entry;

/** A file of named tensors, whole in memory. */
typedef struct nnc_tensors {
    const char *path;
    unsigned char *bytes;
    nnc_entry *entries;
    size_t count;
    nnc_notes notes; /* the metadata */
} nnc_tensors;

/** What a file is, by its first bytes; their number may be that of all. (file_kind.c) */
typedef enum nnc_file_kind {
    NNC_FILE_UNKNOWN,
    NNC_FILE_EMPTY,
    NNC_FILE_HDF5,
    NNC_FILE_KERAS,
    NNC_FILE_TORCH,
    NNC_FILE_PICKLE,
    NNC_FILE_NPZ,
    NNC_FILE_NPY,
    NNC_FILE_ONNX,
    NNC_FILE_ZIP,
    NNC_FILE_TFLITE,
    NNC_FILE_SAFETENSORS,
    NNC_FILE_KIND_COUNT
} nnc_file_kind;
NNC_API nnc_file_kind nnc_file_kind_of(const unsigned char *bytes, size_t size);
/** "an HDF5 file, as Keras saves it" */
NNC_API const char *nnc_file_kind_name(nnc_file_kind kind);
/** What makes weights of it, or NULL. */
NNC_API const char *nnc_file_kind_way_out(nnc_file_kind kind);

/** Reads and checks a file completely. */
NNC_API int nnc_tensors_read(nnc_host *host, const char *path, nnc_tensors *tensors);
NNC_API int nnc_tensors_parse(nnc_host *host, const char *path, unsigned char *bytes, size_t size,
                              nnc_tensors *tensors);
NNC_API void nnc_tensors_free(nnc_tensors *tensors);
NNC_API const nnc_entry *nnc_tensors_find(const nnc_tensors *tensors, const char *name);
/** Writes tensors (data in this machine's order), sorted as given, and metadata unless `notes` is NULL. */
NNC_API int nnc_tensors_write(nnc_host *host, const char *path, const nnc_entry *entries, size_t count,
                              const nnc_notes *notes);
/** The same with a last tensor, the checksum of all bytes before it; and reads such a file, the checksum first. */
NNC_API int nnc_tensors_write_checked(nnc_host *host, const char *path, const nnc_entry *entries, size_t count,
                                      const nnc_notes *notes);
NNC_API int nnc_tensors_read_checked(nnc_host *host, const char *path, nnc_tensors *tensors);

/** The entry of each of the model's weights, under its own name or one that Keras gives it; NULL: there is none.
 *  Returns how many characters all names of the file have before that. (weights_names.c) */
NNC_API size_t nnc_weights_find(const nnc_model *model, const nnc_tensors *file, const nnc_entry **found);
/** An error where an entry was not found to be a weight, nor is what a checkpoint holds besides. */
NNC_API int nnc_weights_unknown(nnc_host *host, const nnc_model *model, const nnc_tensors *file,
                                const nnc_entry *const *found, size_t skipped);
/** The error that a file lacks the model's weight `missing`: names some that it has, and whose they are. */
NNC_API int nnc_weights_missing(nnc_host *host, const nnc_model *model, const nnc_tensors *file, const char *missing);
/** Whether it is learned of the data, mean or deviation of x or y, what fills x, which Keras does not know. */
NNC_API int nnc_names_statistic(const char *name);
/** Whether PyTorch names tensors so: lstm.weight_ih_l0, 0.weight. */
NNC_API int nnc_names_torch(const char *name);
/** Fills all weights of `params` from a file, or none; and what stands with them, unless `learned` is NULL. With
 *  `learned`, mean and deviation of x may be missing: learned->knows_x says so. */
NNC_API int nnc_weights_load(nnc_host *host, const nnc_model *model, const char *path, void *params,
                             nnc_learned *learned);
/** Error: weights of a model that standardizes x lack mean and deviation. */
NNC_API int nnc_fail_statistics(nnc_host *host, const nnc_model *model, const char *path);
NNC_API int nnc_weights_save(nnc_host *host, const nnc_model *model, const char *path, const void *params,
                             const nnc_learned *learned);
/** Error unless all `reals` of an entry are finite; they came from `from`, elements of the entry's type. */
NNC_API int nnc_check_finite(nnc_host *host, const nnc_model *model, const char *path, const nnc_entry *entry,
                             const void *from, const void *reals);
/** Saves the gradients of the trainable weights under the weights' names. */
NNC_API int nnc_gradients_save(nnc_host *host, const nnc_model *model, const char *path, const void *gradients);
/** Error unless the file holds masks of this model only. */
NNC_API int nnc_masks_check(nnc_host *host, const nnc_model *model, const nnc_tensors *masks);
/** Copies the masks `name@batch` of a batch of `n` samples into the trainer. */
NNC_API int nnc_masks_set(nnc_host *host, const nnc_model *model, const nnc_tensors *masks, uint64_t batch, size_t n,
                          void *trainer);

#endif
