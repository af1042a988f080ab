/* SPDX-License-Identifier: MIT-0 */
/* data_images.c - PNG pictures in folders by class, read with libspng. */
#include "data/data.h"
#include "host/host.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef NNC_PNG
#include <spng.h>
#endif

/* The files, folder after folder, both sorted by name. */
typedef struct nnc_folder {
    nnc_host *host;
    const char *path;
    char **files;
    uint32_t *classes, *order;
    size_t count, file_capacity, class_capacity;
} nnc_folder;

static int nnc_compare_texts(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int nnc_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static char *nnc_path_in(nnc_host *host, const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = nnc_alloc(host, size, 1);
    if (path != NULL) {
        snprintf(path, size, "%s/%s", folder, name);
    }
    return path;
}

/* The sorted paths in a folder, of folders or of what ends with .png; hidden ones are left out. */
static int nnc_list_folder(nnc_host *host, const char *path, int folders, char ***names, size_t *count) {
    size_t capacity = 0;
    struct dirent *entry;
    DIR *folder = opendir(path);
    *names = NULL;
    *count = 0;
    if (folder == NULL) {
        return nnc_fail_at(host, path, 0, 0, "expected a folder with a folder of pictures for each class: %s",
                           strerror(errno));
    }
    int status = 0;
    while (status == 0 && (entry = readdir(folder)) != NULL) {
        const char *name = entry->d_name, *end = strrchr(name, '.');
        int is_png = end != NULL && (strcmp(end, ".png") == 0 || strcmp(end, ".PNG") == 0);
        if (name[0] == '.') {
            continue;
        }
        char *full = nnc_path_in(host, path, name);
        void *grown = *names;
        if (full == NULL || nnc_grow(host, &grown, &capacity, *count + 1, sizeof full) != 0) {
            free(full);
            status = -1;
            continue;
        }
        *names = grown;
        if (nnc_is_folder(full) == folders && (folders || is_png)) {
            (*names)[(*count)++] = full;
        } else {
            free(full);
        }
    }
    closedir(folder);
    if (*count > 0) {
        qsort(*names, *count, sizeof **names, nnc_compare_texts);
    }
    return status;
}

static void nnc_free_names(char **names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
}

/* The pictures of one class; their paths move into `folder`. */
static int nnc_add_class(nnc_folder *folder, const char *path, int class_number) {
    char **files;
    size_t count;
    int status = nnc_list_folder(folder->host, path, 0, &files, &count);
    for (size_t i = 0; i < count; i++) {
        void *grown_files = folder->files, *grown_classes = folder->classes;
        if (status != 0 ||
            nnc_grow(folder->host, &grown_files, &folder->file_capacity, folder->count + 1, sizeof *files) != 0) {
            free(files[i]);
            status = -1;
            continue;
        }
        folder->files = grown_files;
        if (nnc_grow(folder->host, &grown_classes, &folder->class_capacity, folder->count + 1, sizeof(uint32_t)) != 0) {
            free(files[i]);
            status = -1;
            continue;
        }
        folder->classes = grown_classes;
        folder->classes[folder->count] = (uint32_t)class_number;
        folder->files[folder->count++] = files[i];
    }
    free(files);
    return status;
}

/* Learns the classes from the names of the folders, or finds those that are known. */
static int nnc_scan(nnc_folder *folder, nnc_labels *learned) {
    char **classes;
    size_t count;
    int learns = learned->count == 0;
    int status = nnc_list_folder(folder->host, folder->path, 1, &classes, &count);
    if (status == 0 && count == 0) {
        status = nnc_fail_at(folder->host, folder->path, 0, 0,
                             "expected a folder of pictures for each class in it, found none");
    }
    for (size_t i = 0; i < count && status == 0; i++) {
        const char *name = strrchr(classes[i], '/') + 1;
        if (learns) {
            status = nnc_labels_add(folder->host, learned, name, strlen(name));
        }
        int number = nnc_labels_find(learned, name, strlen(name));
        if (status == 0 && number < 0) {
            status = nnc_fail_at(folder->host, classes[i], 0, 0, "expected a folder of one of the classes %s, found %s",
                                 nnc_labels_list(learned).text, nnc_quote(name, strlen(name)).text);
        }
        status = status != 0 ? status : nnc_add_class(folder, classes[i], number);
    }
    nnc_free_names(classes, count);
    if (status == 0 && folder->count == 0) {
        return nnc_fail_at(folder->host, folder->path, 0, 0, "expected .png files in its folders, found none");
    }
    if (status != 0 || folder->count > UINT32_MAX) {
        return -1;
    }
    /* A split must not cut off the last classes. The order follows from the number of files alone, so that pictures and
     * labels agree and a run repeats itself. */
    folder->order = nnc_alloc(folder->host, folder->count, sizeof *folder->order);
    if (folder->order == NULL) {
        return -1;
    }
    nnc_shuffle(0, 0, folder->order, folder->count);
    return 0;
}

#ifdef NNC_PNG
/* libspng tells memory that ran out while it unpacked as damaged data: it is seen here. */
static int nnc_png_lacks_memory;

static void *nnc_png_seen(void *block, size_t size) {
    nnc_png_lacks_memory |= block == NULL && size > 0;
    return block;
}

static void *nnc_png_malloc(size_t size) { return nnc_png_seen(malloc(size), size); }
static void *nnc_png_realloc(void *block, size_t size) { return nnc_png_seen(realloc(block, size), size); }
static void *nnc_png_calloc(size_t count, size_t size) { return nnc_png_seen(calloc(count, size), size); }

static int nnc_png_fail(nnc_host *host, const char *path, int error) {
    return nnc_png_lacks_memory
               ? nnc_fail(host, "out of memory: %s cannot be unpacked", path)
               : nnc_fail_at(host, path, 0, 0, "expected a PNG picture: %s", spng_strerror(error));
}

/* A file of `file_size` bytes must be able to hold as many pixels as its header claims. */
static int nnc_png_fits(nnc_host *host, spng_ctx *png, const char *path, const struct spng_ihdr *header,
                        size_t file_size) {
    size_t raw;
    int error = spng_decoded_image_size(png, SPNG_FMT_RAW, &raw);
    if (error != 0) {
        return nnc_png_fail(host, path, error);
    }
    return nnc_can_unpack(file_size, raw)
               ? 0
               : nnc_fail_at(host, path, 0, 0, "claims %u x %u pixels, more than its %zu bytes can hold: it is damaged",
                             header->width, header->height, file_size);
}

/* The size of a picture must be that of the array, or becomes it. */
static int nnc_png_agrees(nnc_host *host, const char *path, const struct spng_ihdr *header, nnc_array *array) {
    if (array->shape[1] == 0) {
        array->shape[1] = (int64_t)header->height;
        array->shape[2] = (int64_t)header->width;
    }
    if (array->shape[1] != (int64_t)header->height || array->shape[2] != (int64_t)header->width) {
        return nnc_fail_at(host, path, 0, 0,
                           "expected a picture of %lld x %lld pixels as the one before, found %u x %u",
                           (long long)array->shape[2], (long long)array->shape[1], header->width, header->height);
    }
    return 0;
}

/* Decoded pixels of 3 bytes to 1, in place. */
static void nnc_make_grey(unsigned char *pixels, size_t count) {
    const unsigned char *from = pixels;
    for (size_t i = 0; i < count; i++, from += 3) { /* ITU-R 601 luma in 16 bits, as Pillow computes it */
        pixels[i] = (unsigned char)((from[0] * 19595u + from[1] * 38470u + from[2] * 7471u + 0x8000u) >> 16);
    }
}

/* One picture to pixels of 1, 3 or 4 bytes. */
static int nnc_decode(nnc_host *host, spng_ctx *png, const char *path, size_t file_size, int channels, nnc_array *array,
                      nnc_sink *all) {
    struct spng_ihdr header;
    size_t size, capacity = 0;
    void *decoded = NULL;
    int format = channels == 4 ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;
    int error = spng_get_ihdr(png, &header);
    error = error != 0 ? error : spng_decoded_image_size(png, format, &size);
    if (error != 0) {
        return nnc_png_fail(host, path, error);
    }
    if (nnc_png_fits(host, png, path, &header, file_size) != 0 ||
        nnc_png_agrees(host, path, &header, array) != 0 ||
        nnc_grow(host, &decoded, &capacity, size, 1) != 0) {
        return -1;
    }
    if ((error = spng_decode_image(png, decoded, size, format, SPNG_DECODE_TRNS)) != 0) {
        free(decoded);
        return nnc_png_fail(host, path, error);
    }
    size_t pixels = (size_t)header.height * header.width;
    if (channels == 1) {
        nnc_make_grey(decoded, pixels);
    }
    int status = nnc_sink_put(all, decoded, pixels * (size_t)channels);
    free(decoded);
    return status;
}

static int nnc_read_png(nnc_host *host, const char *path, int channels, nnc_array *array, nnc_sink *all) {
    unsigned char *bytes;
    size_t size;
    if (nnc_read_file(host, path, &bytes, &size) != 0) {
        return -1;
    }
    enum { MOST = 1 << 14, MOST_OTHER = 1 << 26 }; /* pixels each way; bytes of texts and profiles, unpacked */
    struct spng_alloc alloc = {nnc_png_malloc, nnc_png_realloc, nnc_png_calloc, free};
    nnc_png_lacks_memory = 0;
    spng_ctx *png = spng_ctx_new2(&alloc, 0);
    int error = png == NULL ? SPNG_EMEM : spng_set_image_limits(png, MOST, MOST);
    error = error != 0 ? error : spng_set_chunk_limits(png, MOST_OTHER, MOST_OTHER);
    error = error != 0 ? error : spng_set_png_buffer(png, bytes, size);
    int status = error != 0 ? nnc_png_fail(host, path, error)
                            : nnc_decode(host, png, path, size, channels, array, all);
    spng_ctx_free(png);
    free(bytes);
    return status;
}
#else
static int nnc_read_png(nnc_host *host, const char *path, int channels, nnc_array *array, nnc_sink *all) {
    (void)channels, (void)array, (void)all;
    return nnc_fail_at(host, path, 0, 0,
                       "is a PNG picture, which this program cannot read: a standalone one is compiled with -DNNC_PNG "
                       "-lspng, libnnc.a needs libspng when it is built (Debian: libspng-dev)");
}
#endif

NNC_API int nnc_read_images(nnc_host *host, const char *path, int channels, nnc_labels *learned, nnc_array *array) {
    nnc_labels own;
    nnc_folder folder;
    nnc_sink all = {.host = host};
    memset(&own, 0, sizeof own);
    memset(&folder, 0, sizeof folder);
    folder.host = host;
    folder.path = path;
    int status = nnc_scan(&folder, learned != NULL ? learned : &own);
    array->shape[0] = (int64_t)folder.count;
    array->rank = channels > 0 ? 4 : 1;
    array->shape[3] = channels;
    array->dtype = channels > 0 ? NNC_U8 : NNC_I32;
    for (size_t i = 0; i < folder.count && status == 0; i++) {
        const size_t from = folder.order[i];
        const int32_t number = (int32_t)folder.classes[from];
        status = channels == 0 ? nnc_sink_put(&all, &number, sizeof number)
                               : nnc_read_png(host, folder.files[from], channels, array, &all);
    }
    status = nnc_array_end(array, &all, NULL, status);
    nnc_free_names(folder.files, folder.count);
    free(folder.classes);
    free(folder.order);
    nnc_labels_free(&own);
    return status;
}
