#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""numpy beside equipoise, on the recording of the benchmarks.

  equipoise_bench --export DIR         writes e.npy, i.npy (spike times in ticks, int64) and widths.npy (bin widths in ticks, int64)
  numpy_peer.py DIR [--repetitions N]  times the same work in numpy: best of N, CPU time, one thread

Items are counted as in equipoise_bench: BM_pyramid_counts one spike at one scale, both populations; BM_lag_moments one multiply-add of the
2 * 20 + 1 lags at one scale, on rows already binned; BM_surrogate_ensemble_r one surrogate: r at 10 ms with excitation dithered by 50 ms, or
with inhibition's bins shifted in a circle (ensemble_r_shift).
"""
import argparse
import os
import pathlib
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
try:
    import numpy as np
except ImportError:
    sys.exit("numpy is not there (Debian: python3-numpy)")

LAGS = 20


def best(work, repetitions):
    """The shortest CPU time of `work`, in ns."""
    shortest = None
    for _ in range(repetitions):
        begin = time.process_time_ns()
        work()
        taken = time.process_time_ns() - begin
        shortest = taken if shortest is None else min(shortest, taken)
    return shortest


def bin_all(trains, widths):
    return [[np.bincount(train // width) for width in widths] for train in trains]


def dot_products(e, i):
    """Sum over t of e[t] * i[t + lag], for every lag from -LAGS to LAGS."""
    n = len(e)
    out = []
    for lag in range(-min(LAGS, n - 1), min(LAGS, n - 1) + 1):
        out.append(np.dot(e[: n - lag], i[lag:]) if lag >= 0 else np.dot(e[-lag:], i[: n + lag]))
    return out


RATE_HZ = 30_000
SURROGATES = 10


def dithered(train, counts, random):
    """r of the dithered train's counts at 10 ms with the other population's."""
    width, half = RATE_HZ // 100, RATE_HZ // 20
    moved = np.clip((train + random.integers(-half, half + 1, len(train))) // width, 0, len(counts) - 1)
    return np.corrcoef(np.bincount(moved, minlength=len(counts)), counts)[0, 1]


def shifted(e, i, random):
    """The sum of products with i shifted by at least 10 s: all of r that a shift changes."""
    return np.dot(e, np.roll(i, int(random.integers(1_000, len(i) - 1_000))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="what equipoise_bench --export wrote")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()

    def read(name):
        path = options.folder / name
        if not path.exists():
            sys.exit(f"{path} is not there; write it with: equipoise_bench --export {options.folder}")
        return np.load(path)

    trains = [read("e.npy").astype(np.int64), read("i.npy").astype(np.int64)]
    widths = [int(w) for w in read("widths.npy")]
    spikes = sum(len(train) for train in trains)
    print(f"numpy {np.__version__}, {spikes} spikes, {len(widths)} scales, best of {options.repetitions}, CPU time, one thread")

    items = spikes * len(widths)
    ns = best(lambda: bin_all(trains, widths), options.repetitions)
    print(f"bincount(t // w)      {ns / 1e6:10.2f} ms  {ns / items:8.3f} ns/item  {items} items (spike x scale)")

    # float32 is what numpy multiplies quickest, though no longer exactly; the lengths are made equal once, outside the clock.
    rows = []
    for e, i in zip(*bin_all(trains, widths)):
        n = max(len(e), len(i))
        rows.append(tuple(np.pad(x, (0, n - len(x))).astype(np.float32) for x in (e, i)))
    items = sum(len(e) - abs(lag) for e, _ in rows for lag in range(-LAGS, LAGS + 1) if len(e) > abs(lag))
    ns = best(lambda: [dot_products(e, i) for e, i in rows], options.repetitions)
    print(f"{2 * LAGS + 1} dot products      {ns / 1e6:10.2f} ms  {ns / items:8.3f} ns/item  {items} items (multiply-add)")

    width = RATE_HZ // 100
    bins = max(int(train[-1]) for train in trains) // width + 1
    e, i = (np.bincount(train // width, minlength=bins).astype(np.float32) for train in trains)
    random = np.random.default_rng(1)
    for name, work in (("dithered ensemble", lambda: dithered(trains[0], i, random)), ("shifted bins", lambda: shifted(e, i, random))):
        ns = best(lambda: [work() for _ in range(SURROGATES)], options.repetitions)
        print(f"{name:20}  {ns / 1e6:10.2f} ms  {ns / SURROGATES:8.0f} ns/item  {SURROGATES} items (surrogate)")


if __name__ == "__main__":
    main()
