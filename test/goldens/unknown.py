"""Writes unknown.json beside it: unknown scores of drawn rows by NumPy, and areas under ROC curves by scikit-learn."""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics import roc_auc_score

RIDGE = 1e-3
PRIOR_PHOTOS = 5
SIMILARITY_WEIGHT = 0.2
WITHIN_WEIGHT = 1
WITHIN_TOLERANCE = 1.5


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


def unit_taps(rows, taps):
    ends = np.cumsum(taps)
    return np.concatenate([unit(rows[:, end - size:end]) for size, end in zip(taps, ends)], axis=1) / np.sqrt(len(taps))


def fit_on(values, labels, classes, taps, directions):
    """Least squares in its primal form, and the subspaces by singular value decompositions."""
    mean = values.mean(axis=0)
    rows = unit_taps(values - mean, taps)
    targets = np.eye(classes)[labels]
    shares = targets.mean(axis=0)
    penalty = RIDGE * len(rows) * np.eye(rows.shape[1])
    weights = np.linalg.solve(rows.T @ rows + penalty, rows.T @ (targets - shares))
    basis = np.linalg.svd(rows, full_matrices=False)[2][:directions[0]]
    last_basis = np.linalg.svd(unit((values - mean)[:, -taps[-1]:]), full_matrices=False)[2][:directions[1]]

    def score(others):
        own = unit_taps(others - mean, taps)
        similarity = (own @ basis.T @ basis @ rows.T).max(axis=1)
        within = ((unit((others - mean)[:, -taps[-1]:]) @ last_basis.T) ** 2).sum(axis=1)
        return own @ weights + shares, similarity, within

    return score


def golden_case(seed, counts, taps, directions, folds):
    random = np.random.default_rng(seed)
    classes = len(counts)
    labels = np.repeat(np.arange(classes), counts)
    values = draw_rows(random, labels, taps, 2)
    others = draw_rows(random, random.integers(0, 8, 12), taps, 2)
    others[:3] = np.round(random.normal(0, 60, others[:3].shape) * 64) / 64
    order = random.permutation(len(labels))
    held_out = [sorted(order[fold::folds].tolist()) for fold in range(folds)]

    scores, similarity, within = np.zeros((len(labels), classes)), np.zeros(len(labels)), np.zeros(len(labels))
    for held in held_out:
        inside = np.setdiff1d(np.arange(len(labels)), held)
        score = fit_on(values[inside], labels[inside], classes, taps, directions)
        scores[held], similarity[held], within[held] = score(values[held])

    own = scores[np.arange(len(labels)), labels]

    def shrink(values):
        sums = np.array([values[labels == c].sum() for c in range(classes)])
        return (sums + PRIOR_PHOTOS * values.mean()) / (np.array(counts) + PRIOR_PHOTOS)

    means = shrink(own)
    deviations = np.sqrt(shrink((own - means[labels]) ** 2))

    def standardise(scores, others_similarity, others_within):
        nearest = ((means - scores) / deviations).min(axis=1)
        unlike = (similarity.mean() - others_similarity) / similarity.std()
        outside = (within.mean() - others_within) / within.std()
        return nearest + SIMILARITY_WEIGHT * unlike + WITHIN_WEIGHT * np.maximum(0, outside - WITHIN_TOLERANCE)

    final = fit_on(values, labels, classes, taps, directions)
    return {
        "columns": sum(taps),
        "taps": taps,
        "directions": directions,
        "labels": labels.tolist(),
        "values": values.ravel().tolist(),
        "heldOut": held_out,
        "scores": standardise(scores, similarity, within)[np.concatenate(held_out)].tolist(),
        "others": others.ravel().tolist(),
        "otherScores": standardise(*final(others)).tolist(),
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
        golden_case(1, [14, 9, 17], [7, 12], [4, 2], folds=4),
        golden_case(2, [12, 12], [16], [3, 3], folds=3),
    ],
    "auroc": [auroc_case(3, 40, 25, 2), auroc_case(4, 1, 30, 64), auroc_case(5, 200, 3, 8)],
}
out = Path(__file__).with_name("unknown.json")
out.write_text(json.dumps(golden) + "\n")
