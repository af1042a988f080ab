/* SPDX-License-Identifier: MIT-0 */
/* host_writer.c - writing: a file is there whole or not at all. */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a file of this user alone, and locks it against other processes; -1, silently. */
static int nnc_open_locked(const char *path) {
    struct stat own, named;
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    /* Before it was locked, whoever had it may have given it its final name: then it is another file, to be left
     * alone. */
    if (file >= 0 && (fcntl(file, F_SETLK, &lock) != 0 || fstat(file, &own) != 0 || lstat(path, &named) != 0 ||
                      own.st_ino != named.st_ino || own.st_dev != named.st_dev || !S_ISREG(own.st_mode) ||
                      own.st_uid != geteuid() || own.st_nlink != 1)) {
        close(file);
        return -1;
    }
    if (file >= 0 && ftruncate(file, 0) != 0) { /* nobody else has it: it would only lie there */
        unlink(path);
        close(file);
        return -1;
    }
    return file;
}

static void nnc_drop_temporary(nnc_writer *writer) {
    if (writer->temporary != NULL) {
        unlink(writer->temporary);
    }
    free(writer->temporary);
    writer->temporary = NULL;
}

/* It is called FILE.partial, so that what a killed process leaves is taken over by the next one that writes FILE. While
 * another process writes FILE, and where files cannot be locked, it has a name of its own. */
static int nnc_open_temporary(nnc_writer *writer, mode_t mode) {
    size_t size = strlen(writer->path) + sizeof ".partial";
    writer->temporary = malloc(size);
    if (writer->temporary == NULL) {
        return nnc_fail(writer->host, "out of memory");
    }
    snprintf(writer->temporary, size, "%s.partial", writer->path);
    int file = nnc_open_locked(writer->temporary);
    if (file < 0) {
        snprintf(writer->temporary, size, "%s.XXXXXX", writer->path);
        file = mkstemp(writer->temporary);
    }
    /* Until here it is private; results are ordinary files. */
    if (file < 0 || fchmod(file, mode) != 0 || (writer->file = fdopen(file, "wb")) == NULL) {
        nnc_fail_at(writer->host, writer->path, 0, 0, "cannot be created: %s", strerror(errno));
        nnc_drop_temporary(writer);
        close(file);
        return -1;
    }
    return 0;
}

/* A link to a file is followed, so that the file is replaced and not the link. What /dev/stdout leads to may be a file
 * too, but whoever opened it reads it there. */
static char *nnc_follow(const char *path) {
    struct stat status;
    int is_device = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
    int leads_to_file = !is_device && stat(path, &status) == 0 && S_ISREG(status.st_mode);
    nnc_path_text followed;
    if (leads_to_file) {
        followed = nnc_follow_links(path);
        path = followed.text;
    }
    return strdup(path);
}

/* Where standard output stands, and without cutting off what is in the file that it may be. */
static int nnc_open_output(nnc_writer *writer) {
    fflush(stdout);
    int file = dup(STDOUT_FILENO);
    writer->file = file >= 0 ? fdopen(file, "wb") : NULL;
    if (writer->file == NULL && file >= 0) {
        close(file);
    }
    return writer->file != NULL ? 0 : -1;
}

NNC_API int nnc_writer_open(nnc_host *host, nnc_writer *writer, const char *path) {
    struct stat status;
    memset(writer, 0, sizeof *writer);
    writer->host = host;
    path = host->is_silent ? "/dev/null" : path;
    int is_output = strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
    writer->path = is_output ? strdup("<stdout>") : nnc_follow(path);
    if (writer->path == NULL) {
        return nnc_fail(host, "out of memory");
    }
    int exists = !is_output && lstat(writer->path, &status) == 0;
    int outcome;
    if (is_output) {
        outcome = nnc_open_output(writer) == 0 ? 0 : nnc_fail(host, "standard output cannot be written");
    } else if (exists && !S_ISREG(status.st_mode)) { /* not to be replaced: a pipe, a device, or a link to one */
        writer->file = fopen(writer->path, "wb");
        outcome = writer->file != NULL ? 0 : nnc_fail_at(host, path, 0, 0, "cannot be written: %s", strerror(errno));
    } else {
        mode_t mask = umask(0);
        umask(mask);
        outcome = nnc_open_temporary(writer, exists ? status.st_mode & 0777 : 0666 & ~mask);
    }
    if (outcome != 0) {
        nnc_writer_abandon(writer);
    }
    return outcome;
}

NNC_API int nnc_writer_probe(nnc_host *host, const char *path) {
    struct stat status;
    nnc_writer writer;
    path = host->is_silent ? "/dev/null" : path;
    int exists = strcmp(path, "-") != 0 && lstat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        return nnc_fail_at(host, path, 0, 0, "is a directory, not a file");
    }
    if (exists && !S_ISREG(status.st_mode)) {
        return 0; /* whoever reads a pipe would take the probe for the end */
    }
    if (nnc_writer_open(host, &writer, path) != 0) {
        return -1;
    }
    nnc_writer_abandon(&writer);
    return 0;
}

NNC_API void nnc_writer_write(nnc_writer *writer, const void *bytes, size_t size) {
    if (size > 0 && fwrite(bytes, 1, size, writer->file) != size && writer->error == 0) {
        writer->error = errno != 0 ? errno : EIO;
    }
    writer->size += size;
    writer->crc = nnc_crc32(writer->crc, bytes, size);
}

/* The rename itself is on disk once its directory is. Best effort: some file systems cannot. */
static void nnc_sync_directory(const char *path) {
    char *directory = strdup(path);
    if (directory == NULL) {
        return;
    }
    char *slash = strrchr(directory, '/');
    if (slash != NULL) {
        slash[slash == directory ? 1 : 0] = '\0';
    }
    int file = open(slash != NULL ? directory : ".", O_RDONLY);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
    free(directory);
}

/* Keeps the first failure of a step. */
static void nnc_writer_note(nnc_writer *writer, int outcome) {
    if (outcome != 0 && writer->error == 0) {
        writer->error = errno;
    }
}

NNC_API int nnc_writer_commit(nnc_writer *writer) {
    nnc_writer_note(writer, fflush(writer->file));
    if (writer->temporary == NULL) {
        nnc_writer_note(writer, fclose(writer->file));
        writer->file = NULL;
    }
    if (writer->temporary != NULL && writer->error == 0) {
        nnc_writer_note(writer, fsync(fileno(writer->file)));
    }
    if (writer->temporary != NULL && writer->error == 0) {
        nnc_writer_note(writer, rename(writer->temporary, writer->path));
        if (writer->error == 0) {
            free(writer->temporary);
            writer->temporary = NULL;
            nnc_sync_directory(writer->path);
        }
    }
    int error = writer->error;
    if (error != 0) {
        nnc_fail_at(writer->host, writer->path, 0, 0, "cannot be written: %s", strerror(error));
    }
    nnc_writer_abandon(writer);
    return error != 0 ? -1 : 0;
}

/* Closing ends the lock, so it comes last: the temporary name is nobody else's before. What close says then is nothing
 * new, for the file is on disk or to be forgotten. */
NNC_API void nnc_writer_abandon(nnc_writer *writer) {
    nnc_drop_temporary(writer);
    if (writer->file != NULL) {
        fclose(writer->file);
    }
    free(writer->path);
    writer->file = NULL;
    writer->path = NULL;
}
