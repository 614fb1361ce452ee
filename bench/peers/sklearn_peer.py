#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""scikit-learn beside equipoise: a Gaussian mixture, k-means and silhouettes on the data of bench/mixture_bench.cpp.

  sklearn_peer.py [--repetitions N]  median of N, CPU time, one thread

Two Gaussians in two features, 20 % of the rows in the first, means (.50, .28) and (.70, .72), SD (.06, .03) and (.06, .05). The recipe is that of
equipoise_bench, the random numbers are numpy's. Both sides make 10 starts from k-means: equipoise runs starts that k-means brings to the same
partition once, scikit-learn runs them all. BM_mixture uses a tolerance of 1e-8 on the log-likelihood a row; scikit-learn's default is 1e-3, and both
are shown.
"""
import argparse
import os
import statistics
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
try:
    import numpy as np
    import sklearn
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_samples
    from sklearn.mixture import GaussianMixture
except ImportError:
    sys.exit("scikit-learn is not there (Debian: python3-sklearn)")
warnings.filterwarnings("ignore")


def rows(n):
    random = np.random.default_rng(1)
    first = np.arange(n) * 5 < n
    mean = np.where(first[:, None], [0.50, 0.28], [0.70, 0.72])
    sd = np.where(first[:, None], [0.06, 0.03], [0.06, 0.05])
    return mean + sd * random.standard_normal((n, 2))


def median(work, repetitions):
    """The median CPU time of `work`, in ms."""
    taken = []
    for _ in range(repetitions):
        begin = time.process_time_ns()
        work()
        taken.append(time.process_time_ns() - begin)
    return statistics.median(taken) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=7)
    options = parser.parse_args()
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, median of {options.repetitions}, CPU time, one thread")

    def show(name, work):
        print(f"{name:40} {median(work, options.repetitions):10.3f} ms")

    for n in (100, 10_000):
        x = rows(n)
        for tolerance in (1e-3, 1e-8):
            show(f"GaussianMixture, 10 starts, tol {tolerance:g}/{n}", lambda: GaussianMixture(2, covariance_type="full", n_init=10, tol=tolerance, random_state=0).fit(x))
        show(f"KMeans, 10 starts/{n}", lambda: KMeans(2, n_init=10, random_state=0).fit(x))
    x = rows(1_000)
    cluster = KMeans(2, n_init=10, random_state=0).fit(x).labels_
    show("silhouette_samples/1000", lambda: silhouette_samples(x, cluster))


if __name__ == "__main__":
    main()
