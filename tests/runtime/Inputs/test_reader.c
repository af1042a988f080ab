/* SPDX-License-Identifier: MIT-0 */
/* test_reader.c - reading plain and gzipped files, and writing them whole or not at all, in the folder argv[1]. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[3000];

static const char *in_folder(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const void *bytes, size_t size) {
    FILE *file = fopen(in_folder(name), "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(name);
        exit(2);
    }
}

/* Size of the packed file. */
static size_t write_gzip(const char *name, const void *bytes, unsigned size, const char *mode) {
    gzFile file = gzopen(in_folder(name), mode);
    if (file == NULL || gzwrite(file, bytes, size) != (int)size || gzclose(file) != Z_OK) {
        exit(2);
    }
    struct stat status;
    return stat(in_folder(name), &status) == 0 ? (size_t)status.st_size : 0;
}

/* The whole file through a reader; 0 when it is `expected`. */
static int read_back(nnc_host *host, const char *name, const void *expected, size_t expected_size) {
    nnc_reader reader;
    unsigned char *bytes;
    size_t size;
    if (nnc_reader_open(host, &reader, in_folder(name)) != 0) {
        return -1;
    }
    int status = nnc_reader_take_all(&reader, &bytes, &size);
    nnc_reader_close(&reader);
    if (status != 0) {
        return -1;
    }
    status = size == expected_size && (size == 0 || memcmp(bytes, expected, size) == 0) ? 0 : 1;
    free(bytes);
    return status;
}

static void test_plain_and_gzip(const unsigned char *text, unsigned size) {
    nnc_host host = {0};
    write_file("plain", text, size);
    CHECK(read_back(&host, "plain", text, size) == 0);
    write_gzip("packed", text, size, "wb");
    CHECK(read_back(&host, "packed", text, size) == 0);
    write_gzip("twice", text, size / 2, "wb");
    write_gzip("twice", text + size / 2, size - size / 2, "ab"); /* a second member */
    CHECK(read_back(&host, "twice", text, size) == 0);
    write_file("empty", "", 0);
    CHECK(read_back(&host, "empty", "", 0) == 0);
    CHECK(host.status == 0);
}

static void test_damaged(const unsigned char *text, unsigned size) {
    nnc_host host = {0};
    static unsigned char bytes[1 << 20];
    size_t packed = write_gzip("packed", text, size, "wb");
    FILE *file = fopen(in_folder("packed"), "rb");
    CHECK(file != NULL && fread(bytes, 1, sizeof bytes, file) == packed);
    fclose(file);
    for (size_t cut = 2; cut < packed; cut += cut < 40 || cut + 40 > packed ? 1 : 997) {
        write_file("cut", bytes, cut);
        CHECK(read_back(&host, "cut", text, size) == -1);
        CHECK_ERROR(&host, "truncated");
    }
    for (size_t at = 30; at < packed; at += 1009) {
        bytes[at] ^= 0x10;
        write_file("flipped", bytes, packed);
        CHECK(read_back(&host, "flipped", text, size) == -1);
        bytes[at] ^= 0x10;
    }
    CHECK(read_back(&host, "missing", text, size) == -1);
    CHECK_ERROR(&host, "No such file");
    CHECK(read_back(&host, ".", text, size) == -1);
    CHECK_ERROR(&host, "directory");
}

static void test_read_and_fill(const unsigned char *text, unsigned size) {
    nnc_host host = {0};
    nnc_reader reader;
    unsigned char part[1000];
    void *taken;
    write_gzip("packed", text, size, "wb");
    CHECK(nnc_reader_open(&host, &reader, in_folder("packed")) == 0);
    CHECK(nnc_reader_fill(&reader, 512) == 0 && reader.end - reader.begin >= 512);
    CHECK(memcmp(reader.buffer + reader.begin, text, 512) == 0);
    CHECK(nnc_reader_read(&reader, part, sizeof part) == 0 && memcmp(part, text, sizeof part) == 0);
    CHECK(nnc_reader_take(&reader, size - sizeof part, &taken) == 0);
    CHECK(memcmp(taken, text + sizeof part, size - sizeof part) == 0);
    free(taken);
    CHECK(nnc_reader_expect_end(&reader) == 0);
    CHECK(nnc_reader_read(&reader, part, 1) == -1);
    CHECK_ERROR(&host, "truncated");
    nnc_reader_close(&reader);
    /* A claim of 2^40 bytes costs no more than the file holds. */
    CHECK(nnc_reader_open(&host, &reader, in_folder("packed")) == 0);
    CHECK(nnc_reader_take(&reader, (size_t)1 << 40, &taken) == -1 && taken == NULL);
    CHECK_ERROR(&host, "truncated");
    nnc_reader_close(&reader);
    CHECK(nnc_reader_part(&host, &reader, "memory", &(nnc_store){text, 10, 0, NULL}, 0, 10, NNC_CODING_PLAIN) == 0);
    CHECK(nnc_reader_read(&reader, part, 9) == 0 && nnc_reader_expect_end(&reader) == -1);
    CHECK_ERROR(&host, "too long");
    nnc_reader_close(&reader);
}

static int count_files(void) {
    char command[4096];
    int count = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *pipe = popen(command, "r");
    if (pipe == NULL || fscanf(pipe, "%d", &count) != 1) {
        count = -1;
    }
    pclose(pipe);
    return count;
}

static void test_writer(void) {
    nnc_host host = {0};
    nnc_writer writer;
    struct stat status;
    umask(022);
    CHECK(nnc_writer_open(&host, &writer, in_folder("new")) == 0);
    nnc_writer_write(&writer, "hello", 5);
    CHECK(stat(in_folder("new"), &status) != 0); /* not before it is complete */
    CHECK(nnc_writer_commit(&writer) == 0);
    CHECK(read_back(&host, "new", "hello", 5) == 0);
    CHECK(stat(in_folder("new"), &status) == 0 && (status.st_mode & 0777) == 0644);
    chmod(in_folder("new"), 0600);
    int files = count_files();
    CHECK(nnc_writer_open(&host, &writer, in_folder("new")) == 0);
    nnc_writer_write(&writer, "other", 5);
    nnc_writer_abandon(&writer);
    CHECK(read_back(&host, "new", "hello", 5) == 0);
    CHECK(nnc_writer_probe(&host, in_folder("new")) == 0 && nnc_writer_probe(&host, in_folder("newer")) == 0);
    CHECK(count_files() == files && files > 0);
    CHECK(nnc_writer_open(&host, &writer, in_folder("new")) == 0);
    nnc_writer_write(&writer, "other", 5);
    CHECK(nnc_writer_commit(&writer) == 0 && read_back(&host, "new", "other", 5) == 0);
    CHECK(stat(in_folder("new"), &status) == 0 && (status.st_mode & 0777) == 0600);
    CHECK(nnc_writer_open(&host, &writer, in_folder("no/such/folder")) == -1);
    CHECK_ERROR(&host, "cannot be created");
    CHECK(nnc_writer_open(&host, &writer, "/dev/full") == 0);
    nnc_writer_write(&writer, "hello", 5);
    CHECK(nnc_writer_commit(&writer) == -1);
    CHECK_ERROR(&host, "No space left");
}

int main(int argc, char **argv) {
    enum { SIZE = 300000 };
    static unsigned char text[SIZE];
    nnc_stream stream = nnc_stream_for(0, NNC_PURPOSE_DATA, 0);
    snprintf(folder, sizeof folder, "%s", argc > 1 ? argv[1] : ".");
    for (int i = 0; i < SIZE; i++) {
        text[i] = (unsigned char)nnc_stream_below(&stream, 200);
    }
    test_plain_and_gzip(text, SIZE);
    test_damaged(text, SIZE);
    test_read_and_fill(text, SIZE);
    test_writer();
    return check_end();
}
