/* SPDX-License-Identifier: MIT-0 */
/* The program that runs: where it lies, and others beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/running.h"

/* Where a shell finds `name`: itself where it has a slash, else in the first folder of PATH that has such a program. */
static nnc_path_text found_by_name(const char *name) {
    nnc_path_text path = {""};
    if (strchr(name, '/')) {
        if (strlen(name) < sizeof path.text) snprintf(path.text, sizeof path.text, "%s", name);
        return path;
    }
    for (const char *folder = getenv("PATH"), *end; folder; folder = *end ? end + 1 : NULL) {
        end = folder + strcspn(folder, ":");
        const int written = snprintf(path.text, sizeof path.text, "%.*s%s%s", (int)(end - folder), folder,
                                     end == folder ? "./" : "/", name); /* an empty folder is this one */
        if (written > 0 && (size_t)written < sizeof path.text && access(path.text, X_OK) == 0) return path;
    }
    return (nnc_path_text){""};
}

nnc_path_text running_program(const char *name) {
    nnc_path_text path;
    const ssize_t length = readlink("/proc/self/exe", path.text, sizeof path.text - 1);
    if (length <= 0) return found_by_name(name);
    path.text[length] = '\0';
    return path;
}

void running_become(const char *what, char **argv) {
    const nnc_path_text program = running_program(argv[0]);
    char path[sizeof program.text + 16];
    if (!*program.text) return;
    snprintf(path, sizeof path, "%s%s", program.text, what);
    execv(path, argv);
}
