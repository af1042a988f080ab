/* SPDX-License-Identifier: MIT-0 */
/* host_paths.c - whether a result would be written over what is read, or over another result. */
#include "host/host.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

NNC_API int nnc_path_is_written(const nnc_pathname *path) {
    return path->use == NNC_PATH_WRITE || path->use == NNC_PATH_WRITE_WEIGHTS;
}

NNC_API nnc_path_text nnc_follow_links(const char *path) {
    nnc_path_text at;
    char target[sizeof at.text];
    snprintf(at.text, sizeof at.text, "%s", path);
    for (int links = 0; links < 40; links++) {
        ssize_t size = readlink(at.text, target, sizeof target - 1);
        if (size < 0) {
            break; /* no link any more */
        }
        target[size] = '\0';
        char *slash = target[0] != '/' ? strrchr(at.text, '/') : NULL;
        size_t folder = slash != NULL ? (size_t)(slash - at.text) + 1 : 0;
        snprintf(at.text + folder, sizeof at.text - folder, "%s", target);
    }
    return at;
}

/* What no other name leads to, and nothing is lost in: standard input and output, devices, pipes, folders. */
static int nnc_is_exempt(const char *path) {
    struct stat status;
    return strcmp(path, "-") == 0 || strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0 ||
           (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
}

/* A field of a pattern, {epoch:02d}, at *pattern: as many characters of a number as it may be. */
static size_t nnc_match_field(const char **pattern, const char *text) {
    int is_whole = strncmp(*pattern, "{epoch", 6) == 0 || strncmp(*pattern, "{batch", 6) == 0;
    *pattern += strcspn(*pattern, "}");
    *pattern += **pattern == '}';
    return strspn(text, is_whole ? "0123456789" : "0123456789+-.einfa");
}

/* Whether the text is what the pattern may become. */
static int nnc_match(const char *pattern, const char *text) {
    for (;;) {
        if (pattern[0] == '{' && pattern[1] != '{') {
            for (size_t size = nnc_match_field(&pattern, text); size > 0; size--) {
                if (nnc_match(pattern, text + size)) {
                    return 1;
                }
            }
            return 0;
        }
        pattern += (pattern[0] == '{' || pattern[0] == '}') && pattern[1] == pattern[0];
        if (*pattern != *text) {
            return 0;
        }
        if (*text == '\0') {
            return 1;
        }
        pattern++;
        text++;
    }
}

/* The next component of a path, "" at its end; neither empty ones nor "." count. */
static const char *nnc_component(const char *path, size_t *size) {
    do {
        path += strspn(path, "/");
        *size = strcspn(path, "/");
        if (*size != 1 || *path != '.') {
            return path;
        }
        path++;
    } while (1);
}

/* What of a path is not there yet. */
static int nnc_same_rest(const char *a, const char *b, int a_is_pattern) {
    char text_a[1024], text_b[1024];
    for (;;) {
        size_t size_a, size_b;
        a = nnc_component(a, &size_a);
        b = nnc_component(b, &size_b);
        if (size_a == 0 || size_b == 0 || size_a >= sizeof text_a || size_b >= sizeof text_b) {
            return size_a == size_b && size_a == 0;
        }
        snprintf(text_a, sizeof text_a, "%.*s", (int)size_a, a);
        snprintf(text_b, sizeof text_b, "%.*s", (int)size_b, b);
        if (a_is_pattern ? !nnc_match(text_a, text_b) : strcmp(text_a, text_b) != 0) {
            return 0;
        }
        a += size_a;
        b += size_b;
    }
}

/* The length of the folder that the first `size` characters of a path are in; 0 is the working directory. */
static size_t nnc_folder_length(const char *path, size_t size) {
    while (size > 0 && path[size - 1] == '/') {
        size--;
    }
    while (size > 0 && path[size - 1] != '/') {
        size--;
    }
    return size;
}

static int nnc_stat_prefix(const char *path, size_t size, struct stat *status) {
    nnc_path_text prefix;
    if (size >= sizeof prefix.text) {
        return -1;
    }
    snprintf(prefix.text, sizeof prefix.text, "%.*s", (int)size, path);
    return stat(size == 0 ? "." : prefix.text, status);
}

/* How much of a path is there: all of it, or the folders before what is new. A pattern's fields are always new. */
static size_t nnc_there(const char *path, int is_pattern, struct stat *status) {
    size_t size = is_pattern ? strcspn(path, "{}") : strlen(path);
    if (is_pattern) {
        size = nnc_folder_length(path, size);
    }
    while (nnc_stat_prefix(path, size, status) != 0 && size > 0) {
        size = nnc_folder_length(path, size);
    }
    return size;
}

/* Whether `a` leads to `b`: by device and inode as far as there are files and folders, and by name from there on. */
static int nnc_leads_to(const char *a, int a_is_pattern, const char *b) {
    struct stat there, status;
    size_t size = nnc_there(a, a_is_pattern, &there);
    for (size_t end = strlen(b);; end = nnc_folder_length(b, end)) {
        if (nnc_stat_prefix(b, end, &status) == 0 && status.st_dev == there.st_dev && status.st_ino == there.st_ino &&
            nnc_same_rest(a + size, b + end, a_is_pattern)) {
            return 1;
        }
        if (end == 0 || (end == 1 && b[0] == '/')) {
            return 0;
        }
    }
}

static int nnc_has_fields(const nnc_pathname *path) { return path->is_pattern && strpbrk(path->path, "{}") != NULL; }

/* Whether writing `a` destroys `b`: it is the same file, or the one that `a` is called until it is whole. */
static int nnc_overwrites(const nnc_pathname *a, const nnc_pathname *b) {
    nnc_path_text to = nnc_follow_links(b->path), from = nnc_follow_links(a->path), partial;
    if (nnc_has_fields(a)) {
        return nnc_has_fields(b) ? strcmp(a->path, b->path) == 0 : nnc_leads_to(a->path, 1, to.text);
    }
    if (nnc_has_fields(b)) {
        return nnc_leads_to(b->path, 1, from.text);
    }
    snprintf(partial.text, sizeof partial.text, "%.4080s.partial", from.text);
    return nnc_leads_to(from.text, 0, to.text) || nnc_leads_to(partial.text, 0, to.text);
}

NNC_API int nnc_paths_clash(const nnc_pathname *paths, size_t count, const nnc_pathname **output,
                            const nnc_pathname **other) {
    for (size_t i = 0; i < count; i++) {
        const nnc_pathname *a = &paths[i];
        if (a->path == NULL || !nnc_path_is_written(a) || nnc_is_exempt(a->path)) {
            continue;
        }
        for (size_t j = 0; j < count; j++) {
            const nnc_pathname *b = &paths[j];
            int in_place = a->use == NNC_PATH_WRITE_WEIGHTS && b->use == NNC_PATH_READ_WEIGHTS;
            if (j != i && b->path != NULL && !in_place && !nnc_is_exempt(b->path) && nnc_overwrites(a, b)) {
                *output = a;
                *other = b;
                return 1;
            }
        }
    }
    return 0;
}
