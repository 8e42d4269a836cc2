"""Writes multi-label.json beside it: metrics, calibration, thresholds and weights for several labels a row by scikit-learn and SciPy.

python3 -m venv venv && venv/bin/pip install scikit-learn scipy && venv/bin/python test/goldens/multi-label.py
"""

import json
import math
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
)


def draw_case(seed, rows, prevalence, signal):
    """Scores with some signal, many of them equal; one column a class."""
    random = np.random.default_rng(seed)
    targets = (random.uniform(size=(rows, len(prevalence))) < prevalence).astype(int)
    logits = random.normal(-1, 2, targets.shape) + signal * targets
    # Multiples of 1/4 are exact in float32, short in JSON, and often equal.
    return np.round(logits * 4) / 4, targets


def nan_where_empty(function, truth, *rest):
    return float(function(truth, *rest)) if truth.any() else math.nan


def calibration_error(probabilities, targets, bins=15):
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        members = (probabilities > low) & (probabilities <= high)
        if members.any():
            error += members.mean() * abs(targets[members].mean() - probabilities[members].mean())
    return error


def calibrate(logits, targets):
    """Maximum a posteriori with standard normal priors on the temperature's logarithm and on the biases."""

    def objective(point):
        scaled = logits * math.exp(-point[0]) + point[1:]
        return (np.logaddexp(0, scaled) - targets * scaled).sum() + (point**2).sum() / 2

    found = minimize(objective, np.zeros(1 + logits.shape[1]), method="BFGS", options={"gtol": 1e-9, "maxiter": 10_000})
    return float(np.exp(found.x[0])), found.x[1:].tolist()


def choose_threshold(probabilities, truth):
    if min(truth.sum(), (1 - truth).sum()) < 5:
        return 0.5
    ordered = np.unique(np.append(probabilities, 0))[::-1]
    middles = (ordered[:-1] + ordered[1:]) / 2
    candidates = sorted({*middles[(middles > 0.05) & (middles < 0.95)], 0.05, 0.5, 0.95})
    return float(max(candidates, key=lambda t: (f1_score(truth, probabilities >= t, zero_division=0), -abs(t - 0.5), t)))


def measure(seed, rows, prevalence, signal, thresholds):
    logits, targets = draw_case(seed, rows, prevalence, signal)
    probabilities = expit(logits)
    named = (probabilities >= thresholds).astype(int)
    precision, recall, f1, support = precision_recall_fscore_support(targets, named, zero_division=np.nan)
    present = [label for label in range(len(prevalence)) if support[label] > 0]
    macro = precision_recall_fscore_support(targets, named, labels=present, average="macro", zero_division=0)[:3]
    micro = precision_recall_fscore_support(targets, named, average="micro", zero_division=np.nan)[:3]
    area = [nan_where_empty(average_precision_score, targets[:, c], logits[:, c]) for c in range(len(prevalence))]
    temperature, bias = calibrate(logits, targets)
    return {
        "logits": logits.ravel().tolist(),
        "targets": targets.ravel().tolist(),
        "thresholds": thresholds,
        "averagePrecision": area,
        "meanAveragePrecision": float(np.nanmean(area)),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "macro": list(macro),
        "micro": list(micro),
        "subsetAccuracy": accuracy_score(targets, named),
        "logLoss": log_loss(targets.ravel(), probabilities.ravel(), labels=[0, 1]),
        "ece": calibration_error(probabilities.ravel(), targets.ravel()),
        "calibration": {"temperature": temperature, "bias": bias},
        "chosenThresholds": [choose_threshold(probabilities[:, c], targets[:, c]) for c in range(len(prevalence))],
    }


def rounded(array, digits=9):
    return [float(f"%.{digits}g" % value) for value in np.asarray(array, dtype=np.float64).ravel()]


def logistic_case():
    rows, training_rows, columns, classes = 60, 45, 5, 3
    random = np.random.default_rng(5)
    targets = (random.uniform(size=(rows, classes)) < [0.5, 0.3, 0.2]).astype(int)
    centres = random.normal(size=(classes, columns))
    features = (2 + targets @ centres + random.normal(size=(rows, columns))).astype(np.float32)
    training = features[:training_rows].astype(np.float64)
    # Centred on the training rows' mean, their mean squared length 1.
    mean = training.mean(axis=0)
    scale = math.sqrt(((training - mean) ** 2).sum(axis=1).mean())
    scaled = (features.astype(np.float64) - mean) / scale
    fits = []
    for l2 in (0.03, 0.001):
        # scikit-learn minimises C * sum(loss) + 1/2 |w|^2, so that C = 1 / (rows * l2).
        models = [
            LogisticRegression(C=1 / (rows * l2), tol=1e-12, max_iter=100000).fit(scaled, targets[:, c])
            for c in range(classes)
        ]
        fits.append({
            "l2": l2,
            "weights": rounded([model.coef_ / scale for model in models]),
            "probabilities": rounded(np.stack([model.predict_proba(scaled)[:, 1] for model in models], axis=1)),
        })
    return {
        "classes": classes, "columns": columns, "trainingRows": training_rows,
        "features": rounded(features), "targets": targets.ravel().tolist(), "fits": fits,
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
        # The last class of the first is never shown, that of the second hardly ever named.
        measure(1, 60, [0.5, 0.3, 0.12, 0.0], 2.5, [0.5, 0.35, 0.2, 0.6]),
        measure(2, 40, [0.4, 0.6, 0.1], 4.0, [0.3, 0.5, 0.999]),
        measure(3, 30, [0.1, 0.9], 0.0, [0.5, 0.05]),
    ],
    "logistic": logistic_case(),
}
out = Path(__file__).with_suffix(".json")
out.write_text(json.dumps(without_nan(golden)) + "\n")
