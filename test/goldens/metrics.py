"""Writes metrics.json beside it: the metrics of drawn scores by scikit-learn and SciPy (pip install scikit-learn)."""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import binomtest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)


def draw_case(seed, rows, classes, signal, unused):
    """Scores with some signal; the classes in `unused` never occur as labels, the last one is hardly ever predicted."""
    random = np.random.default_rng(seed)
    labels = random.choice([c for c in range(classes) if c not in unused], rows)
    logits = random.normal(0, 1, (rows, classes))
    logits[np.arange(rows), labels] += signal
    logits *= 2.5
    logits[:, -1] -= 8
    # Multiples of 1/64 are exact in float32 and short in JSON.
    return np.round(logits * 64) / 64, labels


def expected_calibration_error(probabilities, labels, bins=15):
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        members = (confidence > low) & (confidence <= high)
        if members.any():
            error += members.mean() * abs(correct[members].mean() - confidence[members].mean())
    return error


def fit_temperature(logits, labels):
    """Maximum a posteriori with a standard normal prior on the temperature's logarithm."""

    def objective(log_t):
        chosen = log_softmax(logits / np.exp(log_t), axis=1)[np.arange(len(labels)), labels]
        return -chosen.sum() + log_t**2 / 2

    found = minimize_scalar(objective, bounds=(np.log(0.05), np.log(20)), method="bounded", options={"xatol": 1e-10})
    return float(np.exp(found.x))


def measure(seed, rows, classes, signal, unused):
    logits, labels = draw_case(seed, rows, classes, signal, unused)
    every = list(range(classes))
    temperature = fit_temperature(logits, labels)
    probabilities = softmax(logits / temperature, axis=1)
    predicted = logits.argmax(axis=1)
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted, labels=every, zero_division=np.nan)
    present = sorted(set(labels.tolist()))
    macro = precision_recall_fscore_support(labels, predicted, labels=present, average="macro", zero_division=0)[:3]
    correct = int((predicted == labels).sum())
    interval = binomtest(correct, rows).proportion_ci(0.95, method="wilson")
    return {
        "logits": logits.ravel().tolist(),
        "labels": labels.tolist(),
        "classes": classes,
        "temperature": temperature,
        "accuracy": accuracy_score(labels, predicted),
        "interval95": [interval.low, interval.high],
        "topK": [
            accuracy_score(labels, predicted) if k == 1
            else 1.0 if k >= classes
            else top_k_accuracy_score(labels, logits, k=k, labels=every)
            for k in range(1, min(5, classes) + 1)
        ],
        "logLoss": log_loss(labels, probabilities, labels=every),
        "ece": expected_calibration_error(probabilities, labels),
        "eceUncalibrated": expected_calibration_error(softmax(logits, axis=1), labels),
        "macro": list(macro),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "confusion": confusion_matrix(labels, predicted, labels=every).tolist(),
    }


def without_nan(value):
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and np.isnan(value) else value


golden = {
    "madeWith": f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}",
    "cases": [
        measure(1, 60, 7, 2.5, unused=[2]),
        measure(2, 40, 3, 3.0, unused=[2]),
        measure(3, 25, 2, 4.0, unused=[]),
    ],
    "wilson": [
        [correct, n, *binomtest(correct, n).proportion_ci(0.95, method="wilson")]
        for correct, n in [(0, 5), (5, 5), (1, 3), (87, 93), (340, 367), (99_000, 100_000)]
    ],
    "mcnemar": [
        [a, b, binomtest(min(a, b), a + b, 0.5).pvalue]
        for a, b in [(0, 1), (3, 0), (7, 7), (12, 4), (40, 61), (1500, 1390)]
    ],
}
out = Path(__file__).with_name("metrics.json")
out.write_text(json.dumps(without_nan(golden)) + "\n")
