"""Writes compare.json beside it: statistics for comparing classifiers by NumPy and SciPy."""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import t as student


def corrected_t(values, test_share):
    """Nadeau and Bengio's corrected resampled t-test, with its interval."""
    count = len(values)
    error = np.sqrt(np.var(values, ddof=1) * (1 / count + test_share))
    low, high = student.interval(0.95, count - 1, loc=np.mean(values), scale=error)
    statistic = np.mean(values) / error
    return {
        "values": list(values),
        "testShare": test_share,
        "mean": float(np.mean(values)),
        "standardDeviation": float(np.std(values, ddof=1)),
        "interval95": [low, high],
        "pValue": float(2 * student.sf(abs(statistic), count - 1)),
    }


def exact_bootstrap(only_a, only_b, neither):
    """
    The bootstrap distribution of the mean of only_b ones, only_a minus ones and zeros, without any drawing: one drawn value takes
    -1, 0 or 1, and the sum of n of them has the n-fold convolution of that. Gives its 2.5 % and 97.5 % points.
    """
    n = only_a + only_b + neither
    one = np.array([only_a, neither, only_b]) / n
    total = np.array([1.0])
    for _ in range(n):
        total = np.convolve(total, one)
    below = np.cumsum(total)
    return [(int(np.searchsorted(below, share)) - n) / n for share in (0.025, 0.975)]


random = np.random.default_rng(20)
golden = {
    "madeWith": f"NumPy {np.__version__}, SciPy {scipy.__version__}",
    "student": [
        [t, degrees, float(2 * student.sf(t, degrees)), float(student.ppf(0.975, degrees))]
        for t, degrees in [(0.0, 1), (0.7, 1), (12.0, 1), (0.3, 2), (2.5, 2), (1.1, 3), (2.262, 9), (4.0, 9), (1.0, 30), (9.5, 99), (1.9, 500)]
    ],
    "corrected": [
        corrected_t([0.9, 0.93], 0.1),
        corrected_t(np.round(random.normal(0.92, 0.02, 10), 4).tolist(), 115 / 885),
        corrected_t(np.round(random.normal(-0.01, 0.03, 7), 4).tolist(), 0.25),
    ],
    "bootstrap": [
        {"onlyA": a, "onlyB": b, "neither": rest, "interval95": exact_bootstrap(a, b, rest)}
        for a, b, rest in [(3, 9, 103), (12, 4, 34), (0, 5, 95), (40, 61, 399)]
    ],
}
Path(__file__).with_name("compare.json").write_text(json.dumps(golden) + "\n")
