/* SPDX-License-Identifier: MIT-0 */
/* Files that appear whole or not at all, while several processes write the same one, and behind one that was killed. */
#include "check.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITERS = 4, ROUNDS = 60, LONGEST = 20000 };

/* All bytes of a file are equal, and its length says which. */
static int write_one(nnc_host *host, int value) {
    static char bytes[LONGEST];
    nnc_writer writer;
    if (nnc_writer_open(host, &writer, "file") != 0) {
        return -1;
    }
    memset(bytes, value, sizeof bytes);
    for (size_t size = 2000 + 100 * (size_t)value, at = 0; at < size; at += 100) {
        nnc_writer_write(&writer, bytes, 100);
    }
    return nnc_writer_commit(&writer);
}

static int is_whole(nnc_host *host) {
    unsigned char *bytes;
    size_t size;
    if (nnc_read_file(host, "file", &bytes, &size) != 0) {
        return 0;
    }
    int whole = size > 0 && size == 2000 + 100 * (size_t)bytes[0];
    for (size_t i = 0; i < size; i++) {
        whole = whole && bytes[i] == bytes[0];
    }
    free(bytes);
    return whole;
}

/* Files in this folder besides "file". */
static int others(void) {
    DIR *folder = opendir(".");
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += entry->d_name[0] != '.' && strcmp(entry->d_name, "file") != 0;
    }
    closedir(folder);
    return count;
}

static void test_many(nnc_host *host) {
    pid_t writers[WRITERS];
    CHECK(write_one(host, 1) == 0);
    for (int i = 0; i < WRITERS; i++) {
        if ((writers[i] = fork()) == 0) {
            int failed = 0;
            for (int round = 0; round < ROUNDS; round++) {
                failed += write_one(host, 1 + (i * ROUNDS + round) % 150) != 0;
            }
            _exit(failed != 0);
        }
    }
    int torn = 0, status = 0;
    for (int running = WRITERS; running > 0; torn += !is_whole(host)) {
        while (running > 0 && waitpid(-1, &status, WNOHANG) > 0) {
            CHECK(status == 0);
            running--;
        }
    }
    CHECK(torn == 0);
    CHECK(others() == 0);
}

/* Killed with a file half written: it stays, and the next writer takes it over. */
static void test_killed(nnc_host *host) {
    struct stat status;
    for (int i = 0; i < 3; i++) {
        pid_t writer = fork();
        if (writer == 0) {
            nnc_writer half;
            nnc_writer_open(host, &half, "file");
            nnc_writer_write(&half, "half", 4);
            fflush(half.file);
            raise(SIGKILL);
        }
        waitpid(writer, NULL, 0);
        CHECK(others() == 1);
        CHECK(stat("file.partial", &status) == 0 && status.st_size == 4);
        CHECK(is_whole(host));
    }
    CHECK(write_one(host, 9) == 0);
    CHECK(others() == 0);
    CHECK(is_whole(host));
}

/* What stands under the name and is not a file of this user alone is neither written to nor taken over. */
static void test_foreign(nnc_host *host) {
    struct stat status;
    CHECK(symlink("elsewhere", "file.partial") == 0);
    CHECK(write_one(host, 3) == 0 && is_whole(host));
    CHECK(lstat("file.partial", &status) == 0 && S_ISLNK(status.st_mode) && stat("elsewhere", &status) != 0);
    CHECK(unlink("file.partial") == 0 && link("file", "file.partial") == 0);
    CHECK(write_one(host, 4) == 0 && is_whole(host));
    CHECK(stat("file.partial", &status) == 0 && status.st_size == 2300);
    CHECK(unlink("file.partial") == 0 && mkdir("file.partial", 0777) == 0);
    CHECK(write_one(host, 5) == 0 && is_whole(host));
    CHECK(rmdir("file.partial") == 0);
    CHECK(others() == 0);
}

int main(void) {
    nnc_host host = {0};
    test_many(&host);
    test_killed(&host);
    test_foreign(&host);
    return check_end();
}
