"""Writes unknown.json beside it: unknown scores of drawn rows by NumPy, and areas under ROC curves by scikit-learn."""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics import roc_auc_score

RIDGE = 1e-3
PRIOR_PHOTOS = 5
SUBSPACE_WEIGHT = 0.2


def draw_rows(random, labels, taps, factors):
    """Rows around a centre for each class, which vary most along a few strong factors, and a tap that is much larger than the other."""
    columns = sum(taps)
    centres = np.random.default_rng(99).normal(0, 1, (8, columns))
    strong = np.random.default_rng(98).normal(0, 1.5, (factors, columns))
    rows = 0.8 * centres[labels] + random.normal(0, 1, (len(labels), factors)) @ strong
    rows += random.normal(0, 0.5, rows.shape)
    rows[:, taps[0]:] *= 20
    # Multiples of 1/64 are exact in float32 and short in JSON.
    return np.round((rows + 3) * 64) / 64


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def fit_on(scaled, labels, classes, last, directions):
    """Least squares in its primal form, and the subspace by a singular value decomposition."""
    mean = scaled.mean(axis=0)
    rows = unit(scaled - mean)
    targets = np.eye(classes)[labels]
    shares = targets.mean(axis=0)
    penalty = RIDGE * len(rows) * np.eye(rows.shape[1])
    weights = np.linalg.solve(rows.T @ rows + penalty, rows.T @ (targets - shares))
    basis = np.linalg.svd(unit((scaled - mean)[:, -last:]), full_matrices=False)[2][:directions]

    def score(others):
        within = ((unit((others - mean)[:, -last:]) @ basis.T) ** 2).sum(axis=1)
        return unit(others - mean) @ weights + shares, within

    return score


def golden_case(seed, counts, taps, directions, folds):
    random = np.random.default_rng(seed)
    classes = len(counts)
    labels = np.repeat(np.arange(classes), counts)
    values = draw_rows(random, labels, taps, directions)
    others = draw_rows(random, random.integers(0, 8, 12), taps, directions)
    scale = np.concatenate([
        np.full(size, np.sqrt(values[:, start:start + size].var(axis=0).sum() * len(taps)))
        for start, size in zip(np.cumsum([0, *taps[:-1]]), taps)
    ])
    scaled = values / scale
    order = random.permutation(len(labels))
    held_out = [sorted(order[fold::folds].tolist()) for fold in range(folds)]

    scores, within = np.zeros((len(labels), classes)), np.zeros(len(labels))
    for held in held_out:
        inside = np.setdiff1d(np.arange(len(labels)), held)
        score = fit_on(scaled[inside], labels[inside], classes, taps[-1], directions)
        scores[held], within[held] = score(scaled[held])

    own = scores[np.arange(len(labels)), labels]

    def shrink(values):
        sums = np.array([values[labels == c].sum() for c in range(classes)])
        return (sums + PRIOR_PHOTOS * values.mean()) / (np.array(counts) + PRIOR_PHOTOS)

    means = shrink(own)
    deviations = np.sqrt(shrink((own - means[labels]) ** 2))

    def standardise(scores, others_within):
        nearest = ((means - scores) / deviations).min(axis=1)
        return nearest + SUBSPACE_WEIGHT * (within.mean() - others_within) / within.std()

    final = fit_on(scaled, labels, classes, taps[-1], directions)
    return {
        "columns": sum(taps),
        "taps": taps,
        "directions": directions,
        "labels": labels.tolist(),
        "values": values.ravel().tolist(),
        "heldOut": held_out,
        "scores": standardise(scores, within)[np.concatenate(held_out)].tolist(),
        "others": others.ravel().tolist(),
        "otherScores": standardise(*final(others / scale)).tolist(),
    }


def auroc_case(seed, negatives, positives, steps):
    """Scores in a few steps, so that many are equal."""
    random = np.random.default_rng(seed)
    low = np.round(random.normal(0, 1, negatives) * steps) / steps
    high = np.round(random.normal(0.7, 1, positives) * steps) / steps
    truth = np.r_[np.zeros(negatives), np.ones(positives)]
    return {"negatives": low.tolist(), "positives": high.tolist(), "auroc": roc_auc_score(truth, np.r_[low, high])}


golden = {
    "madeWith": f"NumPy {np.__version__}, scikit-learn {sklearn.__version__}",
    "cases": [
        golden_case(1, [14, 9, 17], [7, 12], 3, folds=4),
        golden_case(2, [12, 12], [16], 2, folds=3),
    ],
    "auroc": [auroc_case(3, 40, 25, 2), auroc_case(4, 1, 30, 64), auroc_case(5, 200, 3, 8)],
}
out = Path(__file__).with_name("unknown.json")
out.write_text(json.dumps(golden) + "\n")
