/* SPDX-License-Identifier: MIT-0 */
/* nnc-import for many command lines: it starts once, with the libraries loaded, which takes longer than most of what is
 * asked of it. A line of its input is one command, its words separated by tabs: the files of its output and of its
 * errors, then nnc's arguments. It answers with a line, the exit status. */
#define main compiler_main
#include "main.c"
#undef main

#include <sys/wait.h>
#include <unistd.h>

static int run_command(char *line) {
    enum { WORDS = 64 };
    char *words[WORDS + 1] = {"nnc"}, *place = NULL;
    int count = 1;
    const char *const output = strtok_r(line, "\t\n", &place), *const errors = strtok_r(NULL, "\t\n", &place);
    while (count < WORDS && (words[count] = strtok_r(NULL, "\t\n", &place)) != NULL) count++;
    if (!output || !errors || !freopen("/dev/null", "r", stdin) || !freopen(output, "w", stdout) ||
        !freopen(errors, "w", stderr))
        return 99;
    return compiler_main(count, words);
}

int main(void) {
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        int status;
        fflush(NULL);
        const pid_t child = fork();
        if (child == 0) return run_command(line);
        if (child < 0 || waitpid(child, &status, 0) != child) return 1;
        printf("%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
        fflush(stdout);
    }
    return 0;
}
