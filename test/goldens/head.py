"""Makes head.json: what scikit-learn, TensorFlow, PyTorch and a second implementation of the random source give.

python3 -m venv venv && venv/bin/pip install scikit-learn tensorflow-cpu torch && venv/bin/python test/goldens/head.py
"""
import json
import math
import pathlib

import numpy as np
import sklearn
import tensorflow as tf
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import NearestCentroid
from sklearn.preprocessing import normalize

ROWS, VALIDATION_ROWS, COLUMNS, CLASSES = 60, 15, 6, 3


def rounded(array, digits=9):
    return [float(f"%.{digits}g" % value) for value in np.asarray(array, dtype=np.float64).ravel()]


def logistic_cases():
    generator = np.random.default_rng(7)
    labels = generator.integers(0, CLASSES, ROWS)
    centres = generator.normal(size=(CLASSES, COLUMNS))
    features = (3 + 0.8 * centres[labels] + generator.normal(size=(ROWS, COLUMNS))).astype(np.float32)
    training = features[: ROWS - VALIDATION_ROWS].astype(np.float64)
    # Centred on the training rows' mean, their mean squared length 1.
    mean = training.mean(axis=0)
    scale = math.sqrt(((training - mean) ** 2).sum(axis=1).mean())
    scaled = (features.astype(np.float64) - mean) / scale
    fits = []
    for l2 in (0.1, 0.01, 0.0003):
        # scikit-learn minimises C * sum(loss) + 1/2 |w|^2, so that C = 1 / (rows * l2).
        model = LogisticRegression(C=1 / (ROWS * l2), tol=1e-12, max_iter=100000).fit(scaled, labels)
        fits.append({"l2": l2, "weights": rounded(model.coef_ / scale), "probabilities": rounded(model.predict_proba(scaled))})
    return {
        "classes": CLASSES, "columns": COLUMNS, "trainingRows": ROWS - VALIDATION_ROWS,
        "features": rounded(features), "labels": labels.tolist(), "fits": fits,
    }


def views_data(seed, photos, columns):
    """Photos in unequal classes with two views each to learn from, whose mean is judged; the last photos are validation."""
    generator = np.random.default_rng(seed)
    labels = np.sort(generator.choice(CLASSES, photos, p=[0.6, 0.3, 0.1]))
    labels[:CLASSES] = range(CLASSES)
    generator.shuffle(labels)
    centres = generator.normal(size=(CLASSES, columns))
    photo = 3 + 0.6 * centres[labels] + generator.normal(size=(photos, columns))
    views = photo[:, None, :] + 0.4 * generator.normal(size=(photos, 2, columns))
    return labels, views.astype(np.float32)


def scaling(rows, taps):
    """Mean and scale of rows: each tap has the same share of a mean squared length of 1."""
    mean = rows.mean(axis=0)
    ends = np.cumsum(taps)
    scales = [np.sqrt(((rows - mean)[:, end - size:end] ** 2).sum(axis=1).mean() * len(taps)) for end, size in zip(ends, taps)]
    return mean, np.repeat(scales, taps)


def balanced_weights(labels):
    return len(labels) / (len(np.unique(labels)) * np.bincount(labels)[labels])


def ridge_case(columns, taps, balanced):
    photos, validation = 24, 6
    labels, views = views_data(13, photos, columns)
    precise = views.astype(np.float64)
    mean, scale = scaling(precise[: photos - validation].reshape(-1, columns), taps)
    learn = ((precise - mean) / scale).reshape(-1, columns)
    judge = learn.reshape(photos, 2, columns).mean(axis=1)
    learn_labels = np.repeat(labels, 2)
    weights = balanced_weights(learn_labels) if balanced else np.ones(len(learn))
    l2, targets = 0.003, np.eye(CLASSES)[learn_labels]
    # scikit-learn minimises sum(w * error^2) + alpha * |W|^2, so that alpha = l2 * sum(w).
    model = Ridge(alpha=l2 * weights.sum(), tol=1e-12).fit(learn, targets, sample_weight=weights)
    left_out = []
    for photo in range(photos):
        keep = np.repeat(np.arange(photos) != photo, 2)
        part = Ridge(alpha=l2 * weights.sum(), tol=1e-12).fit(learn[keep], targets[keep], sample_weight=weights[keep])
        left_out.append(part.predict(judge[photo : photo + 1])[0])
    return {
        "classes": CLASSES, "columns": columns, "taps": taps, "photos": photos, "validation": validation, "l2": l2,
        "classWeights": "balanced" if balanced else "none", "views": rounded(views), "labels": labels.tolist(),
        "scores": rounded(model.predict(judge)), "leftOut": rounded(left_out),
    }


def centroid_case():
    photos, columns, taps = 40, 9, [3, 6]
    labels, views = views_data(17, photos, columns)
    rows = views[:, 0, :].astype(np.float64)
    ends = np.cumsum(taps)
    lengths = [np.sqrt((rows[:, end - size:end] ** 2).sum(axis=1).mean() * len(taps)) for end, size in zip(ends, taps)]
    scaled = rows / np.repeat(lengths, taps)
    centre = NearestCentroid().fit(scaled, labels).centroids_.mean(axis=0)
    unit = normalize(scaled - centre)
    directions = normalize(NearestCentroid().fit(unit, labels).centroids_)
    return {
        "classes": CLASSES, "columns": columns, "taps": taps, "features": rounded(rows), "labels": labels.tolist(),
        "cosines": rounded(unit @ directions.T),
    }


def balanced_case():
    labels, views = views_data(19, 50, COLUMNS)
    rows = views[:, 0, :].astype(np.float64)
    mean, scale = scaling(rows, [COLUMNS])
    l2 = 0.01
    model = LogisticRegression(C=1 / (len(rows) * l2), class_weight="balanced", tol=1e-12, max_iter=100000)
    model.fit((rows - mean) / scale, labels)
    return {
        "classes": CLASSES, "columns": COLUMNS, "l2": l2, "features": rounded(rows), "labels": labels.tolist(),
        "probabilities": rounded(model.predict_proba((rows - mean) / scale)),
    }


def adamw_case():
    """Steps of torch.optim.AdamW on dense-relu-dense with smoothed labels, mixed batches, row weights and a changing rate."""
    generator = np.random.default_rng(23)
    rows, columns, hidden, steps, batch, smoothing, decay = 12, 5, 4, 6, 3, 0.1, 0.05
    features = generator.normal(size=(rows, columns)).astype(np.float32)
    labels = generator.integers(0, CLASSES, rows)
    row_weights = generator.uniform(0.5, 2, rows).astype(np.float32)
    batches, partners = generator.integers(0, rows, (2, steps, batch))
    shares = generator.uniform(size=steps)
    rates = generator.uniform(0.01, 0.1, steps)
    start = [0.5 * generator.normal(size=shape) for shape in ((hidden, columns), (hidden,), (CLASSES, hidden), (CLASSES,))]
    w1, b1, w2, b2 = parameters = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in start]
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay)
    x, targets = torch.tensor(features, dtype=torch.float64), torch.eye(CLASSES, dtype=torch.float64)[labels]
    targets = targets * (1 - smoothing) + smoothing / CLASSES
    weights = torch.tensor(row_weights, dtype=torch.float64)

    def logits(rows):
        return torch.relu(rows @ w1.T + b1) @ w2.T + b2

    for own, other, share, rate in zip(batches, partners, shares, rates):
        optimizer.param_groups[0]["lr"] = rate
        log_probabilities = torch.log_softmax(logits(share * x[own] + (1 - share) * x[other]), dim=1)
        loss = -(share * weights[own] * (targets[own] * log_probabilities).sum(1)
                 + (1 - share) * weights[other] * (targets[other] * log_probabilities).sum(1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    flat = lambda values: rounded(np.concatenate([np.asarray(value).ravel() for value in values]))
    return {
        "classes": CLASSES, "columns": columns, "hidden": hidden, "steps": steps, "batch": batch, "smoothing": smoothing,
        "decay": decay, "features": rounded(features), "labels": labels.tolist(), "rowWeights": rounded(row_weights),
        "batches": batches.ravel().tolist(), "partners": partners.ravel().tolist(), "shares": rounded(shares), "rates": rounded(rates),
        "start": flat(start), "parameters": flat([value.detach().numpy() for value in parameters]),
        "logits": rounded(logits(x).detach().numpy()),
    }


def descent_case():
    generator = np.random.default_rng(11)
    rows, steps, batch, rate = 20, 7, 5, 0.5
    features = generator.uniform(size=(rows, COLUMNS)).astype(np.float32)
    labels = generator.integers(0, CLASSES, rows)
    batches = generator.integers(0, rows, (steps, batch))
    start = (0.1 * generator.normal(size=(COLUMNS, CLASSES))).astype(np.float32)
    weights, bias = tf.Variable(start), tf.Variable(tf.zeros(CLASSES))
    optimizer = tf.keras.optimizers.SGD(rate)
    for chosen in batches:
        with tf.GradientTape() as tape:
            logits = tf.matmul(features[chosen], weights) + bias
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels[chosen], logits))
        optimizer.apply_gradients(zip(tape.gradient(loss, [weights, bias]), [weights, bias]))
    logits = tf.matmul(features[batches[-1]], weights) + bias
    cross_entropy = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels[batches[-1]], logits))
    return {
        "classes": CLASSES, "columns": COLUMNS, "rate": rate, "steps": steps, "batch": batch,
        "features": rounded(features), "labels": labels.tolist(), "batches": batches.ravel().tolist(),
        "startWeights": rounded(start.T), "weights": rounded(weights.numpy().T), "bias": rounded(bias.numpy()),
        "lastBatchCrossEntropy": float(cross_entropy),
    }


def random_case(seed):
    mask = 0xFFFFFFFF

    def hashed(value):
        for character in seed:
            value = ((value ^ ord(character)) * 0x01000193) & mask
        value = ((value ^ (value >> 16)) * 0x85EBCA6B) & mask
        value = ((value ^ (value >> 13)) * 0xC2B2AE35) & mask
        return value ^ (value >> 16)

    a, b, c, counter = hashed(0x811C9DC5), hashed(0x9E3779B9), hashed(0x85EBCA6B), 1
    numbers = []
    for index in range(15 + 8):
        output = (a + b + counter) & mask
        counter = (counter + 1) & mask
        a, b, c = b ^ (b >> 9), (c + (c << 3)) & mask, ((((c << 21) | (c >> 11)) & mask) + output) & mask
        if index >= 15:
            numbers.append(output)
    return {"seed": seed, "numbers": numbers}


golden = {
    "madeWith": {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "tensorflow": tf.__version__, "torch": torch.__version__},
    "logistic": logistic_cases(),
    "descent": descent_case(),
    # Fewer rows than columns, more, and both taps and classes weighed.
    "ridge": [ridge_case(100, [100], False), ridge_case(12, [12], False), ridge_case(12, [4, 8], True)],
    "centroid": centroid_case(),
    "balanced": balanced_case(),
    "adamw": adamw_case(),
    "random": [random_case("0"), random_case("retrain/weights/42")],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
