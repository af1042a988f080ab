# SPDX-License-Identifier: MIT-0
"""docs/scaling.md: what scaling.py measured, models of it, and what they predict."""
import math
import statistics

import numpy

from report import table

HEAD = """# Scaling

Written by `bench/scaling.py`, on {cores} cores of {processor}: microseconds of a step of training, medians with the
least and the greatest where there were several turns; networks as in `docs/performance.md`. What is compared took
turns. Started as `./model fit --threads N` and, of a model compiled by `nnc --mpi`, `mpirun -n N ./model fit`.
{busy}
## Threads, measured

`./model bench --threads N`.

"""

BUSY = """
**Rough figures:** the machine had other work meanwhile, a load of {load:.0f}. What is measured went before it, but
shares caches, memory and the host's cores with it: a column can be wrong by a third, and predictions by more.
"""

THREADS = """
A step of B samples in P threads takes t = (s B + u) / P, and where P > 1 also m P / 2: s is what a sample takes, u
what the weights take whatever the batch (the optimizer, transposed and packed kernels), m what two threads take to
meet behind all rounds of a step, to hand each other what the other has made last, and for what one of them makes
alone. All threads count down one number, so m grows with their number. Fitted to the table above:

"""

MORE_THREADS = """
### Prediction, not measured

What the model says of more cores than were there: steps of one thread in the time of one. It knows nothing of
memory that several processors share or of cores that are farther from each other than the two that were measured;
the columns behind the greatest number only cost. `fit` takes no more threads than pay for themselves (`--verbose 2`
says how many).

"""

RANKS = """
## Processes of MPI, measured

`mpirun -n R ./model fit --threads 1` on the same {cores} cores, so more than {cores} take turns on them and can gain
nothing: these columns say what it costs to have too many. All end in the same bits.

"""

TRAFFIC = """
What the processes give each other in a step, as `nnc --mpi --emit=plan` says, is no sum but values that one has made:
how often they meet, and what all of it is in bytes. Beside it, what a library would move that adds up gradients
(`MPI_Allreduce` in a ring moves twice what the weights take), in an order that depends on the number of processes.

"""

RANK_MODEL = """
The model: t = (s B + u) / R + G (a + l) ceil(log2 R) + V (R - 1) / R · (b + 1 / w), with s and u as for threads but of
one process under MPI, G meetings, V bytes, a what a meeting costs the processes, b what a byte costs them (packing,
copying, unpacking), l and w the latency and the bytes a second of the network, which are nothing for shared memory.
Nothing of it overlaps with computing. Fitted to one and two processes on this machine: a = {a:.1f} us, b = {b:.2f} ns.
Greatest error: {error:.0f} %.

"""

LINKS = """
### Checked against a network

Two processes in network namespaces, on a switch whose ports have a limited rate (`tc`, token buckets), through Open
MPI's TCP. Of that a = {a:.0f} us and b = {b:.2f} ns are fitted to the column without a limit; the others are
predictions, with what was measured behind them. {delay}

"""

NO_LINKS = """
It has not been checked against a network that is slower: `bench/scaling.py --links` does that, between network
namespaces.

"""

NO_DELAY = "The kernel had no `netem`, so no delay could be added: l is not checked."

PREDICTION = """
## Prediction of more processes, not measured

Each with one core like those here. Steps of one process in the time of one of R, from the model with a and b as on
this machine; from the **bold** ones on more processes do not pay (less than 5 % in all). What costs is that
everyone gets the values of all samples, so V grows with the batch as the work does: more processes help little once
the network takes most of the time. Where nothing is bold, one process is the fastest.

"""

NETWORKS = {"100 Gbit/s, 2 us": (1e11, 2e-6), "10 Gbit/s, 20 us": (1e10, 2e-5), "1 Gbit/s, 50 us": (1e9, 5e-5)}
MANY = (2, 4, 8, 16, 32, 64, 128, 256, 1000)
THREADS_MANY = (4, 8, 16, 32, 64, 128)
BATCHES = (128, 1024, 8192)


def spread(times):
    middle = f"{statistics.median(times):.0f}"
    return f"{middle} [{min(times):.0f}–{max(times):.0f}]" if len(times) > 1 else middle


def case_of(text):
    network, batch = text.split()
    return network, int(batch)


def fitted(rows):
    """Least squares of the relative errors of rows (coefficients…, measured); no coefficient is below 0."""
    numbers = numpy.array([[value / row[-1] for value in row[:-1]] for row in rows])
    used = list(range(numbers.shape[1]))
    while True:
        found, *_ = numpy.linalg.lstsq(numbers[:, used], numpy.ones(len(rows)), rcond=None)
        if min(found) >= 0:
            break
        used.pop(int(numpy.argmin(found)))
    result = numpy.zeros(numbers.shape[1])
    result[used] = found
    return result, max(abs(numbers @ result - 1))


def medians(measured, what):
    return {case: statistics.median(times) for case, times in measured.get(what, {}).items()}


def columns(measured, kind):
    numbers = sorted(int(what.split()[1]) for what in measured if what.startswith(kind + " "))
    one = medians(measured, f"{kind} {numbers[0]}")
    rows = []
    for case, time in one.items():
        more = [f"{time / medians(measured, f'{kind} {n}')[case]:.2f}" for n in numbers[1:]]
        rows.append([*case.split(), *(spread(measured[f"{kind} {n}"][case]) for n in numbers), *more])
    heads = [f"{n} {kind if n > 1 else kind[:-1]}" for n in numbers]
    return table(["", "batch", *heads, *(f"gain of {n}" for n in numbers[1:])], rows)


def thread_parts(measured):
    one, two = medians(measured, "threads 1"), medians(measured, "threads 2")
    fits, gains = [], []
    for network in dict.fromkeys(case_of(case)[0] for case in one):
        cases = [case for case in one if case_of(case)[0] == network]
        rows = [[case_of(case)[1] / p, 1 / p, p / 2 if p > 1 else 0, times[case]]
                for case in cases for p, times in ((1, one), (2, two))]
        (s, u, m), error = fitted(rows)
        fits.append([network, f"{s:.2f}", f"{u:.0f}", f"{m:.0f}", f"{100 * error:.0f} %"])
        for case in cases:
            alone = s * case_of(case)[1] + u
            gains.append([*case.split(), *(f"{alone / (alone / p + m * p / 2):.1f}" for p in THREADS_MANY)])
    return (THREADS + table(["", "s, us", "u, us", "m, us", "greatest error"], fits) + MORE_THREADS +
            table(["", "batch", *(f"{p} threads" for p in THREADS_MANY)], gains))


def moved(traffic, batch, ranks):
    """Meetings in a row, and bytes that each process is given."""
    meetings, each, always, _ = traffic
    return meetings * math.ceil(math.log2(ranks)), (each * batch + always) * (ranks - 1) / ranks


def communication(measured, times, alone):
    """a, b in us and us a byte, of two processes that take these times, and the greatest error."""
    rows = [[*moved(measured["traffic"][case], case_of(case)[1], 2), time - alone[case] / 2]
            for case, time in times.items()]
    rows = [row for row in rows if row[-1] > 0]
    (a, b), _ = fitted(rows)
    error = max(abs((alone[case] / 2 + a * moved(measured["traffic"][case], case_of(case)[1], 2)[0] +
                     b * moved(measured["traffic"][case], case_of(case)[1], 2)[1]) / time - 1)
                for case, time in times.items())
    return a, b, error


def link_part(measured, alone):
    free = medians(measured, "link no limit")
    a, b, _ = communication(measured, free, alone)
    limits = {"1 Gbit/s": (1e9, 0), "100 Mbit/s": (1e8, 0), "1 Gbit/s, 200 us": (1e9, 2e-4)}
    limits = {name: limit for name, limit in limits.items() if f"link {name}" in measured}
    rows = []
    for case in free:
        meetings, size = moved(measured["traffic"][case], case_of(case)[1], 2)
        row = [*case.split(), spread(measured["link no limit"][case])]
        for name, (bits, delay) in limits.items():
            said = alone[case] / 2 + meetings * (a + delay * 1e6) + size * (b + 8e6 / bits)
            row += [f"{said:.0f}", spread(measured[f"link {name}"][case])]
        rows.append(row)
    heads = [text for name in limits for text in (f"{name}: model", "measured")]
    delay = "A delay was added by `netem`." if measured.get("delay") else NO_DELAY
    return LINKS.format(a=a, b=b * 1e3, delay=delay) + table(["", "batch", "no limit", *heads], rows)


def prediction(measured, work, a, b):
    rows = []
    for network, (s, u) in work.items():
        traffic = [of_case for case, of_case in measured["traffic"].items() if case_of(case)[0] == network][-1]
        for name, (bits, latency) in NETWORKS.items():
            for batch in BATCHES:
                alone, gains = s * batch + u, []
                for ranks in (n for n in MANY if n <= batch):
                    meetings, size = moved(traffic, batch, ranks)
                    gains.append(alone / (alone / ranks + meetings * (a + latency * 1e6) + size * (b + 8e6 / bits)))
                enough = next(i for i, gain in enumerate(gains) if gain >= 0.95 * max(gains))
                bold = enough if max(gains) > 1.05 else None
                shown = [f"**{gain:.1f}**" if i == bold else f"{gain:.1f}" for i, gain in enumerate(gains)]
                rows.append([network, name, str(batch), *shown, *[""] * (len(MANY) - len(shown))])
    return PREDICTION + table(["", "network", "batch", *map(str, MANY)], rows)


def rank_parts(measured, cores):
    alone, two = medians(measured, "ranks 1"), medians(measured, "ranks 2")
    traffic, work = measured["traffic"], {}
    for network in dict.fromkeys(case_of(case)[0] for case in alone):
        (s, u), _ = fitted([[case_of(case)[1], 1, time] for case, time in alone.items()
                            if case_of(case)[0] == network])
        work[network] = s, u
    rows = [[*case.split(), str(meetings), f"{(each * case_of(case)[1] + always) / 1e6:.2f} MB",
             f"{2 * weights / 1e6:.2f} MB"] for case, (meetings, each, always, weights) in traffic.items()]
    a, b, error = communication(measured, two, alone)
    text = RANKS.format(cores=cores) + columns(measured, "ranks")
    text += TRAFFIC + table(["", "batch", "meetings", "bytes", "adding up gradients"], rows)
    text += RANK_MODEL.format(a=a, b=b * 1e3, error=100 * error)
    text += link_part(measured, alone) if "link no limit" in measured else NO_LINKS
    return text + prediction(measured, work, a, b)


def page(measured, cores, processor):
    busy = BUSY.format(load=measured["load"]) if measured.get("load", 0) > cores else ""
    text = HEAD.format(cores=cores, processor=processor, busy=busy)
    text += columns(measured, "threads") + thread_parts(measured)
    return text + rank_parts(measured, cores) if "ranks 1" in measured else text
