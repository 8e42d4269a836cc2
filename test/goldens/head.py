"""Makes head.json: what scikit-learn, TensorFlow and a second implementation of the random source give.

python3 -m venv venv && venv/bin/pip install scikit-learn tensorflow-cpu && venv/bin/python test/goldens/head.py
"""
import json
import math
import pathlib

import numpy as np
import sklearn
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

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
    "madeWith": {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "tensorflow": tf.__version__},
    "logistic": logistic_cases(),
    "descent": descent_case(),
    "random": [random_case("0"), random_case("retrain/weights/42")],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
