/* SPDX-License-Identifier: MIT-0 */
/* host_group.c - processes that share a run: they agree on how it goes on, and when one fails, all end with what it has
 * to say. They meet at the same places of the run; who fails comes once more, wherever the others meet next. */
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

/* What a process says where they meet. */
typedef struct nnc_said {
    int64_t said;
    uint64_t value;
} nnc_said;

enum { NNC_GROUP_FAILED = 1 << 20 };

/* What everybody says, as many words as there are processes (from malloc); NULL: the run has ended. */
static nnc_said *nnc_group_meet(nnc_host *host, int64_t said, uint64_t value) {
    nnc_group *group = host->group;
    const nnc_said own = {said, value};
    nnc_said *all = group->has_ended ? NULL : malloc(group->count * sizeof *all);
    if (all == NULL || group->collect(group->context, &own, sizeof own, all) != 0) {
        free(all);
        return NULL;
    }
    for (size_t i = 0; i < group->count; i++) {
        group->has_ended |= all[i].said == NNC_GROUP_FAILED;
    }
    if (group->has_ended) {
        free(all);
        return NULL;
    }
    return all;
}

NNC_API int nnc_group_agree(nnc_host *host, int own) {
    int greatest = own;
    if (host->group == NULL) {
        return own;
    }
    nnc_said *all = nnc_group_meet(host, own, 0);
    for (size_t i = 0; all != NULL && i < host->group->count; i++) {
        greatest = all[i].said > greatest ? (int)all[i].said : greatest;
    }
    const int has_ended = all == NULL;
    free(all);
    return has_ended ? -1 : greatest;
}

NNC_API int nnc_group_same(nnc_host *host, uint64_t value, const char *what) {
    size_t other = 0;
    if (host->group == NULL) {
        return 0;
    }
    nnc_said *all = nnc_group_meet(host, 0, value);
    for (size_t i = 0; all != NULL && i < host->group->count && other == 0; i++) {
        other = all[i].value != all[0].value ? i : 0;
    }
    const int has_ended = all == NULL;
    free(all);
    return has_ended    ? -1
           : other == 0 ? 0
                        : nnc_fail(host, "rank %zu does not have %s of rank 0", other, what);
}

/* An error, as it goes from one process to the others. */
typedef struct nnc_group_error {
    int status, has_failed;
    char place[sizeof((nnc_host *)0)->place], text[sizeof((nnc_host *)0)->text];
} nnc_group_error;

NNC_API int nnc_group_end(nnc_host *host, int status) {
    nnc_group *group = host->group;
    const int has_failed = host->text[0] != '\0' || status == NNC_EXIT_FAILED || status == NNC_EXIT_USAGE;
    if (!group->has_ended) {
        nnc_group_agree(host, has_failed ? NNC_GROUP_FAILED : 0);
    }
    if (!group->has_ended) {
        return status;
    }
    nnc_group_error own, *all = calloc(group->count, sizeof *all);
    memset(&own, 0, sizeof own);
    own.status = status;
    own.has_failed = has_failed && host->text[0] != '\0';
    memcpy(own.place, host->place, sizeof own.place);
    memcpy(own.text, host->text, sizeof own.text);
    if (all != NULL && group->collect(group->context, &own, sizeof own, all) == 0) {
        size_t first = 0;
        while (first < group->count && !all[first].has_failed) {
            first++;
        }
        if (first < group->count) {
            status = all[first].status != NNC_EXIT_OK ? all[first].status : NNC_EXIT_FAILED;
            memcpy(host->place, all[first].place, sizeof host->place);
            if (first > 0) {
                snprintf(host->text, sizeof host->text, "rank %zu: %.*s", first, (int)sizeof host->text - 32,
                         all[first].text);
            }
        }
    }
    free(all);
    return status;
}
