"""Writes tfjs-keras.json beside it: small Keras 3 networks as the converter to TensorFlow.js writes them, and what Keras computes with them.

    pip install tensorflow-cpu==2.21.0
    python test/goldens/tfjs-keras.py

The converter itself needs packages that no longer install; it copies `model.to_json()` into modelTopology.model_config and the weights, named
by their paths, into one file.
"""

import base64
import json
from pathlib import Path

import keras
import numpy as np
from keras import layers

COUNT = 2


def pictures(shape):
    """The same as drawTfjsPictures in tfjs-pictures.ts."""
    index = np.arange(COUNT * int(np.prod(shape)))
    return ((index + 1) * 7919 % 1009 / 504.5 - 1).astype(np.float32).reshape(COUNT, *shape)


def fill(model, seed):
    random = np.random.default_rng(seed)
    for weight in model.weights:
        if weight.dtype != "float32":
            continue
        values = random.uniform(-0.5, 0.5, weight.shape)
        weight.assign(values + 1.2 if weight.name.endswith("variance") else values)
    for layer in model.layers:
        if isinstance(layer, layers.Normalization) and layer.input_mean is None:
            # It computes with copies of its weights, which loading a file makes anew.
            layer.finalize_state()


def golden(name, model, seed, folders=True):
    fill(model, seed)
    specs, data = [], b""
    for weight in model.weights:
        values = np.asarray(weight)
        # Paths name the networks that hold a layer; older versions leave them out.
        path = weight.path if folders else "/".join(weight.path.split("/")[-2:])
        dtype = "int32" if values.dtype == np.int32 else "float32"
        specs.append({"name": path, "shape": list(values.shape), "dtype": dtype})
        data += values.astype(f"<{'i' if dtype == 'int32' else 'f'}4").tobytes()
    shape = model.input_shape[1:]
    outputs = model.predict(pictures(shape), verbose=0)
    return {
        "name": name,
        "json": {
            "format": "layers-model",
            "generatedBy": f"keras v{keras.__version__}",
            "convertedBy": "TensorFlow.js Converter v4.22.0",
            "modelTopology": {
                "keras_version": keras.__version__,
                "backend": "tensorflow",
                "model_config": json.loads(model.to_json()),
            },
            "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": specs}],
        },
        "shards": {"group1-shard1of1.bin": base64.b64encode(data).decode()},
        "shape": list(shape),
        "outputs": [
            {"shape": list(values.shape), "values": base64.b64encode(values.astype("<f4").tobytes()).decode()}
            for values in (outputs if isinstance(outputs, list) else [outputs])
        ],
    }


def activations():
    image = keras.Input((5, 4, 3), name="image")
    scaled = layers.Rescaling([2.0, 3.0, 4.0], offset=[0.1, 0.0, -0.1], name="scaled")(image)
    names = (
        "relu relu6 sigmoid tanh softmax log_softmax elu selu softplus softsign exponential leaky_relu "
        "hard_sigmoid silu swish hard_silu gelu mish linear"
    ).split()
    branches = [layers.Activation(name, name=f"by_{name}")(scaled) for name in names]
    branches += [
        layers.ReLU(max_value=1.0, negative_slope=0.25, name="relu_slope")(scaled),
        layers.ReLU(max_value=1.5, negative_slope=0.25, threshold=0.5, name="relu_threshold")(scaled),
        layers.ReLU(threshold=0.5, name="relu_threshold_only")(scaled),
        layers.ReLU(max_value=1.5, threshold=0.5, name="relu_threshold_max")(scaled),
        layers.LeakyReLU(negative_slope=0.2, name="leaky")(scaled),
        layers.PReLU(shared_axes=[1, 2], name="prelu")(scaled),
        layers.ELU(alpha=0.7, name="elu_alpha")(scaled),
        layers.Softmax(axis=-1, name="softmax")(scaled),
        layers.Softmax(axis=1, name="softmax_rows")(scaled),
        layers.LayerNormalization(name="layer_norm")(scaled),
        layers.LayerNormalization(center=False, name="layer_norm_scale")(scaled),
        layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 0.5], name="normalized")(scaled),
        layers.SpatialDropout2D(0.5, name="spatial")(scaled),
        layers.RandomFlip(name="flipped")(scaled),
    ]
    return keras.Model(image, layers.Concatenate(name="joined")(branches), name="activations")


def windows():
    image = keras.Input((10, 11, 3), name="image")
    normal = layers.Normalization(axis=-1, name="normal")
    normal.build((None, 10, 11, 3))
    value = normal(image)
    value = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu", name="conv")(value)
    value = layers.Conv2D(6, 3, groups=3, padding="same", name="grouped")(value)
    value = layers.BatchNormalization(axis=-1, center=False, name="batch")(value)
    value = layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same", activation="silu", name="depth")(value)
    value = layers.SeparableConv2D(4, 3, depth_multiplier=2, padding="same", name="separable")(value)
    grown = layers.UpSampling2D(3, interpolation="bilinear", name="grown")(value)
    cropped = layers.Cropping2D(((1, 0), (2, 1)), name="cropped")(grown)
    pooled = layers.AveragePooling2D(3, strides=2, padding="same", name="pooled")(cropped)
    kept = layers.GlobalAveragePooling2D(keepdims=True, name="kept")(pooled)
    gate = layers.Conv2D(4, 1, activation="hard_sigmoid", name="gate")(kept)
    gated = layers.Multiply(name="gated")([pooled, gate])
    vector = layers.GlobalMaxPooling2D(name="vector")(gated)
    spread = layers.Add(name="spread")([gated, vector])
    difference = layers.Subtract(name="difference")([spread, gated])
    return keras.Model(image, [difference, layers.Dense(3, activation="softmax", name="classes")(vector)], name="windows")


def nested():
    """A network inside a network, called twice, and a Sequential at the end."""
    inner_image = keras.Input((None, None, 3), name="inner_image")
    inner = keras.Model(
        inner_image,
        layers.BatchNormalization(name="batch")(layers.Conv2D(3, 3, padding="same", name="conv")(inner_image)),
        name="inner",
    )
    image = keras.Input((6, 7, 3), name="image")
    once = inner(layers.Conv2D(3, 1, name="entry")(image))
    twice = inner(once)
    head = keras.Sequential(
        [keras.Input((6, 7, 3)), layers.Flatten(name="flat"), layers.Dropout(0.2), layers.Dense(4, "softmax", name="dense")],
        name="head",
    )
    return keras.Model(image, head(layers.Average(name="average")([once, twice])), name="nested")


def sequential():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3), name="image"),
            layers.Rescaling(0.5, offset=0.25, name="rescaled"),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.Flatten(name="flat"),
            layers.LayerNormalization(name="layer_norm"),
            layers.Dense(3, name="dense"),
        ],
        name="sequential",
    )


networks = [
    golden("activations", activations(), 1),
    golden("windows", windows(), 2),
    golden("nested", nested(), 3),
    golden("sequential", sequential(), 4, folders=False),
]
file = {"madeWith": f"Keras {keras.__version__}", "networks": networks}
Path(__file__).with_name("tfjs-keras.json").write_text(json.dumps(file, separators=(",", ":")) + "\n")
