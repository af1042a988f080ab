/* SPDX-License-Identifier: MIT-0 */
/* mpi_ranks.c - a group of processes that mpirun has started. This file alone knows of MPI. Nobody waits for a process
 * that is gone: who has waited long after a signal to end, which mpirun sends to all when one has gone, ends. */
#include "commands/commands.h"
#include "host/host.h"

#ifdef NNC_MPI
#include <fcntl.h>
#include <limits.h>
#include <mpi.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct nnc_mpi {
    nnc_group group;
    MPI_Comm comm;
    const char *program;
    char *packed; /* of what is given at once */
    size_t capacity;
    int *counts, *places; /* bytes of each process in it */
} nnc_mpi;

/* A signal to end has come, and the others have not for so long. */
static const double nnc_patience = 0.3; /* seconds: mpirun grants one */

static int nnc_mpi_is_gone(const nnc_mpi *mpi) {
    if (mpi->group.rank == 0) {
        fprintf(stderr, "%s: error: a process of the run is gone, and with it the run%s%s\n", mpi->program,
                mpi->group.resume != NULL ? "; --resume goes on from " : "",
                mpi->group.resume != NULL ? mpi->group.resume : "");
    }
    fflush(NULL);
    if (mpi->group.rank > 0) {
        sleep(2); /* mpirun ends all once one ends, and the first is to speak */
    }
    _exit(NNC_EXIT_FAILED); /* mpirun ends those who are left, which MPI_Abort would do with many words */
}

/* Lets others have the core after a while: there may be more processes than cores. */
static int nnc_mpi_wait(const nnc_mpi *mpi, MPI_Request *request) {
    double signalled = 0;
    for (long rounds = 0;; rounds++) {
        int is_done = 0;
        if (MPI_Test(request, &is_done, MPI_STATUS_IGNORE) != MPI_SUCCESS) {
            return nnc_mpi_is_gone(mpi);
        }
        if (is_done) {
            return 0;
        }
        if (rounds > 100) {
            sched_yield();
        }
        if (rounds % 8 == 0 && nnc_signal_pending() != 0) {
            signalled = signalled > 0 ? signalled : MPI_Wtime();
            if (MPI_Wtime() - signalled > nnc_patience) {
                return nnc_mpi_is_gone(mpi);
            }
        }
    }
}

static int nnc_mpi_collect(void *context, const void *own, size_t size, void *all) {
    nnc_mpi *mpi = context;
    MPI_Request request;
    if (size > INT_MAX ||
        MPI_Iallgather(own, (int)size, MPI_BYTE, all, (int)size, MPI_BYTE, mpi->comm, &request) != MPI_SUCCESS) {
        return -1;
    }
    return nnc_mpi_wait(mpi, &request);
}

/* The range of what the parts of a process have made. */
static nnc_share nnc_mpi_range(const nnc_mpi *mpi, const nnc_given *given, size_t parts, size_t rank) {
    const size_t own = parts / mpi->group.count;
    const nnc_share first = nnc_share_of(given->length, given->grain, rank * own, parts),
                    last = nnc_share_of(given->length, given->grain, rank * own + own - 1, parts);
    return (nnc_share){first.first, last.first + last.count - first.first};
}

/* Bytes of each process; -1: there are more than MPI counts, or there is no memory. */
static int nnc_mpi_count(nnc_mpi *mpi, const nnc_given *given, size_t count, size_t parts, size_t *total) {
    *total = 0;
    for (size_t rank = 0; rank < mpi->group.count; rank++) {
        size_t bytes = 0;
        for (size_t i = 0; i < count; i++) {
            bytes += nnc_mpi_range(mpi, &given[i], parts, rank).count * given[i].each * given[i].rows;
        }
        if (*total > INT_MAX || bytes > INT_MAX - *total) {
            return -1;
        }
        mpi->places[rank] = (int)*total;
        mpi->counts[rank] = (int)bytes;
        *total += bytes;
    }
    return 0;
}

/* Between where they lie and one row of bytes. */
static void nnc_mpi_copy(const nnc_mpi *mpi, const nnc_given *given, size_t count, size_t parts, size_t rank,
                         int packs) {
    char *packed = mpi->packed + mpi->places[rank];
    for (size_t i = 0; i < count; i++) {
        const nnc_share range = nnc_mpi_range(mpi, &given[i], parts, rank);
        const size_t size = range.count * given[i].each;
        for (size_t row = 0; row < given[i].rows && size > 0; row++, packed += size) {
            char *place = (char *)given[i].at + row * given[i].row + range.first * given[i].each;
            memcpy(packs ? packed : place, packs ? place : packed, size);
        }
    }
}

static int nnc_mpi_give(void *context, const nnc_given *given, size_t count, size_t parts) {
    nnc_mpi *mpi = context;
    const int in_place = count == 1 && given[0].rows == 1;
    MPI_Request request;
    size_t total;
    if (nnc_mpi_count(mpi, given, count, parts, &total) != 0) {
        return -1;
    }
    if (!in_place && total > mpi->capacity) {
        free(mpi->packed);
        mpi->packed = malloc(total);
        mpi->capacity = mpi->packed != NULL ? total : 0;
    }
    if (!in_place && mpi->packed == NULL && total > 0) {
        return -1;
    }
    if (!in_place) {
        nnc_mpi_copy(mpi, given, count, parts, mpi->group.rank, 1);
    }
    if (MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, in_place ? given[0].at : mpi->packed, mpi->counts,
                        mpi->places, MPI_BYTE, mpi->comm, &request) != MPI_SUCCESS ||
        nnc_mpi_wait(mpi, &request) != 0) {
        return -1;
    }
    for (size_t rank = 0; rank < mpi->group.count && !in_place; rank++) {
        if (rank != mpi->group.rank) {
            nnc_mpi_copy(mpi, given, count, parts, rank, 0);
        }
    }
    return 0;
}

static void nnc_mpi_shrink(nnc_group *group, size_t count) {
    nnc_mpi *mpi = group->context;
    MPI_Comm smaller;
    MPI_Comm_split(mpi->comm, group->rank < count ? 0 : MPI_UNDEFINED, (int)group->rank, &smaller);
    mpi->comm = smaller;
    group->count = count;
}

/* Nobody leaves before the last: meanwhile who is done sleeps. */
static void nnc_mpi_part(void) {
    MPI_Request request;
    int is_done = MPI_Ibarrier(MPI_COMM_WORLD, &request) != MPI_SUCCESS;
    for (long rounds = 0; !is_done && MPI_Test(&request, &is_done, MPI_STATUS_IGNORE) == MPI_SUCCESS; rounds++) {
        const struct timespec pause = {0, rounds < 100 ? 10000 : 10000000};
        nanosleep(&pause, NULL);
    }
}

/* The first process alone reports. */
static void nnc_mpi_be_silent(void) {
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        close(nowhere);
    }
}

NNC_API int nnc_main_mpi(const nnc_model *model, int argc, char **argv) {
    nnc_mpi mpi;
    int rank, count, given, status = NNC_EXIT_FAILED;
    memset(&mpi, 0, sizeof mpi);
    if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &given) != MPI_SUCCESS) { /* a team never calls MPI */
        fprintf(stderr, "%s: error: MPI cannot be started\n", model->name);
        return NNC_EXIT_FAILED;
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    if (count == 1) {
        status = nnc_main(model, argc, argv);
        MPI_Finalize();
        return status;
    }
    if (rank > 0) {
        nnc_mpi_be_silent();
    }
    mpi.comm = MPI_COMM_WORLD;
    mpi.program = argc > 0 ? argv[0] : model->name;
    mpi.group = (nnc_group){(size_t)rank,     (size_t)count,  0, NULL, &mpi, nnc_mpi_give, nnc_mpi_collect,
                            nnc_mpi_shrink};
    mpi.counts = calloc((size_t)count, sizeof *mpi.counts);
    mpi.places = calloc((size_t)count, sizeof *mpi.places);
    if (mpi.counts != NULL && mpi.places != NULL) {
        status = nnc_main_in(model, argc, argv, &mpi.group);
    }
    free(mpi.counts);
    free(mpi.places);
    free(mpi.packed);
    nnc_mpi_part();
    MPI_Finalize();
    return status;
}
#endif
