# SPDX-License-Identifier: MIT-0
"""docs/performance.md: tables of what bench.py measured."""
import statistics

import workloads

HEAD = """# Performance

Written by `make bench`. Each thread has a core of {processor} ({system}); nnc's C compiled by {compiler}, `{flags}`.
Rivals: {versions}. Medians of {turns} turns of about {seconds} s{conditions}, least and greatest in brackets; all took
turns within one run, so ratios hold better than figures. The bound is the measured peak of fused multiply-adds,
{peak:.0f} GFLOP/s a core; its share counts the multiplications and additions that the network's products have on paper.
Training is forwards, backwards and Adam, with dropout: nnc as `./model fit` through the runtime on shuffled samples of
a file, the rivals on batches that lie ready in memory. `scan`: steps in a loop inside the compiled function, likewise
`keras` (a `tf.function`).{fit}

| | |
|---|---|
"""


def number(value):
    return f"{value / 1e3:.1f}k" if value >= 1e4 else f"{value / 1e3:.2f}k" if value >= 1e3 else f"{value:.3g}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def spread(values, show):
    if not values:
        return ""
    shown = sorted(map(show, values), key=lambda text: float(text.rstrip("k")) * (1000 if text.endswith("k") else 1))
    return f"{show(statistics.median(values))} [{shown[0]}–{shown[-1]}]"


def best_rival(rates):
    rivals = {who: statistics.median(values) for who, values in rates.items() if who != "nnc"}
    return max(rivals, key=rivals.get) if rivals else None


def comparison(rates, peak, flops, show):
    """Cells: nnc, its ratio to the best rival, its share of the bound, every rival."""
    own, best = statistics.median(rates["nnc"]), best_rival(rates)
    ratio = f"**{own / statistics.median(rates[best]):.2f}** {best}" if best else ""
    return [spread(rates["nnc"], show), ratio, f"{100 * own * flops / (peak * 1e9):.0f} %"]


def rates_table(results, peak, flops_of, show_of):
    rivals = list(dict.fromkeys(who for *_, rates in results for who in rates if who != "nnc"))
    alone = {(name, batch): statistics.median(rates["nnc"]) for name, batch, threads, rates in results if threads == 1}
    rows = []
    for name, batch, threads, rates in results:
        show, one = show_of(batch), alone.get((name, batch))
        cells = comparison(rates, peak * threads, flops_of(workloads.WORKLOADS[name]), show)
        gain = f"{statistics.median(rates['nnc']) / one:.2f}" if one and threads > 1 else ""
        rows.append([name, str(batch), str(threads), *cells, gain,
                     *(spread(rates.get(who, []), show) for who in rivals)])
    return table(["", "batch", "threads", "nnc", "ratio to the best rival", "of the bound", "to one thread", *rivals],
                 rows)


def lost(kind, results):
    for name, batch, threads, rates in results:
        best = best_rival(rates)
        if best and statistics.median(rates[best]) > statistics.median(rates["nnc"]):
            ratio = statistics.median(rates["nnc"]) / statistics.median(rates[best])
            yield (f"- {kind} {name} at a batch of {batch} in {threads} thread{'s' * (threads > 1)}: {best} is ahead, "
                   f"nnc reaches {ratio:.2f} of it\n")


def starts_table(starts):
    rows = []
    for name, told in starts:
        for who, what in told.items():
            rows.append([name, who, f"{what['start']:.3g} s", f"{what['first']:.2g} s",
                         f"{what['memory'] / 1e6:.3g} MB", f"{what['size'] / 1e6:.3g} MB"])
    return table(["", "", "start to first prediction", "compiling", "memory", "size"], rows)


def chains_table(rows):
    lines = [[what, f"{layers:,}", f"{seconds:.2f}", f"{most / 1e6:.0f} MB"] for what, layers, seconds, most in rows]
    return table(["", "layers", "seconds", "memory"], lines)


def write_report(machine, fits, predictions, starts, nnc_itself):
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items()) or "none"
    fit = any("keras-fit" in rates for *_, rates in fits)
    about_fit = f" `keras-fit` is `model.fit`, in turns of {machine['fit_seconds']:g} s." if fit else ""
    text = HEAD.format(**{**machine, "versions": versions, "fit": about_fit})
    text += "".join(f"| {name} | {workload.title} |\n" for name, workload in workloads.WORKLOADS.items())
    peak = machine["peak"]
    if fits:
        text += "\n## Training, samples a second\n\n"
        text += rates_table(fits, peak, lambda workload: workload.training_flops(), lambda batch: number)
    if predictions:
        text += "\n## Prediction, microseconds a call\n\n"
        text += rates_table(predictions, peak, lambda workload: workload.flops,
                            lambda batch: lambda rate: f"{batch / rate * 1e6:.4g}")
    if starts:
        text += "\n## Start, memory, size\n\nOf predicting one sample. Compiling: of nnc the C compiler, once; of the "
        text += "rivals building, tracing and the first call, in every process.\nSize: the stripped program with its "
        text += "weights; the rivals' packages as installed.\n\n"
        text += starts_table(starts)
    if nnc_itself:
        text += "\n## nnc itself\n\nFrom the model file to the C, for training and prediction, of layers by turns.\n\n"
        text += chains_table(nnc_itself)
    if any(best_rival(rates) for *_, rates in fits + predictions):
        lines = [*lost("training", fits), *lost("predicting", predictions)]
        text += "\n## What is lost\n\n" + ("".join(lines) or "Nothing of what was measured here.\n")
    return text
