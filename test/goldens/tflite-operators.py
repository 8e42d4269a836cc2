"""Writes tflite-operators.json beside it: small TensorFlow Lite networks and what the interpreter computes with them.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21 && venv/bin/python test/goldens/tflite-operators.py

Networks of the common families with a few channels and random weights (seeded), converted as float32, as float16, with a dynamic range
(int8 weights, float activations) and in full int8, and one network for each other operator. Pixels follow from a formula, which
the test has as well.
"""

import base64
import json
import zlib
from collections import Counter
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers as kl
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

SIZE, CLASSES = 32, 5
PICTURES = {"int8": 8}
OPERATOR_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def draw(index, size=SIZE):
    y, x, c = np.meshgrid(np.arange(size), np.arange(size), np.arange(3), indexing="ij")
    return ((x * x * 3 + y * 7 + x * y + c * 40 + index * 53) % 256).astype(np.uint8)[np.newaxis]


def as_floats(pixels):
    # Exact in float32 on either side.
    return pixels.astype(np.float32) / 128 - 1


# Networks of the families.


def norm(x, activation=None):
    x = kl.BatchNormalization()(x)
    return kl.Activation(activation)(x) if isinstance(activation, str) else activation(x) if activation else x


def relu6(x):
    return kl.ReLU(max_value=6.0)(x)


def hard_sigmoid(x):
    return kl.Rescaling(1 / 6)(relu6(kl.Rescaling(1.0, offset=3.0)(x)))


def hard_swish(x):
    return kl.Multiply()([x, hard_sigmoid(x)])


def strided_conv(x, filters, kernel=3, activation=relu6):
    # Keras pads strided convolutions by layers of their own.
    x = kl.ZeroPadding2D(((0, 1), (0, 1)))(x)
    return norm(kl.Conv2D(filters, kernel, 2, use_bias=False)(x), activation)


def head(x):
    features = kl.GlobalAveragePooling2D()(x)
    return [features, kl.Dense(CLASSES, activation="softmax")(features)]


def mobilenet_v1(x):
    x = strided_conv(x, 8)
    for stride, filters in ((1, 16), (2, 24), (1, 24)):
        if stride == 2:
            x = kl.ZeroPadding2D(((0, 1), (0, 1)))(x)
        x = norm(kl.DepthwiseConv2D(3, stride, "same" if stride == 1 else "valid", use_bias=False)(x), relu6)
        x = norm(kl.Conv2D(filters, 1, use_bias=False)(x), relu6)
    features = kl.GlobalAveragePooling2D(keepdims=True)(x)
    logits = kl.Conv2D(CLASSES, 1)(features)
    return [features, kl.Softmax()(kl.Reshape((CLASSES,))(logits))]


def inverted_residual(x, expansion, filters, stride, activation, gate=False, kernel=3):
    inputs = x
    x = norm(kl.Conv2D(expansion, 1, use_bias=False)(x), activation)
    x = norm(kl.DepthwiseConv2D(kernel, stride, "same", use_bias=False)(x), activation)
    if gate:
        squeezed = kl.GlobalAveragePooling2D(keepdims=True)(x)
        squeezed = kl.Conv2D(8, 1, activation="relu")(squeezed)
        x = kl.Multiply()([x, hard_sigmoid(kl.Conv2D(expansion, 1)(squeezed))])
    x = norm(kl.Conv2D(filters, 1, use_bias=False)(x))
    return kl.Add()([inputs, x]) if stride == 1 and inputs.shape[-1] == filters else x


def mobilenet_v2(x):
    x = strided_conv(x, 8)
    x = inverted_residual(x, 24, 12, 2, relu6)
    x = inverted_residual(x, 32, 12, 1, relu6)
    return head(norm(kl.Conv2D(32, 1, use_bias=False)(x), relu6))


def mobilenet_v3(x):
    x = norm(kl.Conv2D(8, 3, 2, "same", use_bias=False)(x), hard_swish)
    x = inverted_residual(x, 16, 8, 1, "relu", gate=True)
    x = inverted_residual(x, 24, 12, 2, hard_swish, gate=True, kernel=5)
    x = norm(kl.Conv2D(32, 1, use_bias=False)(x), hard_swish)
    x = kl.GlobalAveragePooling2D(keepdims=True)(x)
    features = hard_swish(kl.Conv2D(40, 1)(x))
    return [features, kl.Softmax()(kl.Flatten()(kl.Conv2D(CLASSES, 1)(features)))]


def efficientnet_lite(x):
    x = norm(kl.Conv2D(8, 3, 2, "same", use_bias=False)(x), relu6)
    x = inverted_residual(x, 32, 16, 2, relu6, kernel=5)
    x = inverted_residual(x, 64, 16, 1, relu6)
    x = norm(kl.Conv2D(64, 1, use_bias=False)(x), relu6)
    return head(kl.Dropout(0.2)(x))


def inception(x):
    def unit(x, filters, kernel, strides=1, padding="same"):
        return norm(kl.Conv2D(filters, kernel, strides, padding, use_bias=False)(x), "relu")

    x = unit(x, 8, 3, 2, "valid")
    x = kl.Concatenate()([kl.MaxPooling2D(3, 2, "valid")(x), unit(x, 6, 3, 2, "valid")])
    pooled = unit(kl.AveragePooling2D(3, 1, "same")(x), 4, 1)
    factored = unit(unit(unit(x, 6, 1), 6, (1, 7)), 6, (7, 1))
    x = kl.Concatenate()([unit(x, 6, 1), factored, pooled, kl.MaxPooling2D(3, 1, "same")(x)])
    x = kl.AveragePooling2D(x.shape[1:3], 1, "valid")(x)
    # A flattened picture of several positions is checked in resnet.
    features = kl.Flatten()(x)
    return [features, kl.Dense(CLASSES, activation="softmax")(features)]


def resnet(x):
    x = norm(kl.Conv2D(8, 7, 2)(kl.ZeroPadding2D(3)(x)), "relu")
    x = kl.MaxPooling2D(3, 2)(kl.ZeroPadding2D(1)(x))
    for filters, stride in ((8, 1), (12, 2)):
        shortcut = x if stride == 1 else norm(kl.Conv2D(filters, 1, stride)(x))
        y = norm(kl.Conv2D(filters, 1, stride)(x), "relu")
        y = norm(kl.Conv2D(filters, 3, 1, "same")(y), "relu")
        y = norm(kl.Conv2D(filters, 1)(y))
        x = kl.Activation("relu")(kl.Add()([shortcut, y]))
    return [kl.GlobalAveragePooling2D()(x), kl.Dense(CLASSES, activation="softmax")(kl.Flatten()(x))]


def build(family, seed):
    keras.backend.clear_session()
    inputs = keras.Input((SIZE, SIZE, 3), batch_size=1, name="pixels")
    model = keras.Model(inputs, family(inputs))
    random = np.random.default_rng(seed)
    for layer in model.layers:
        shapes = [weight.shape for weight in layer.get_weights()]
        if isinstance(layer, kl.BatchNormalization):
            count = shapes[0]
            weights = [
                random.uniform(0.8, 1.4, count), random.normal(0.2, 0.3, count),
                random.normal(0, 0.2, count), random.uniform(0.5, 1.5, count),
            ]
        else:
            # He's scale keeps activations at one size through the network.
            fan_in = [np.prod(shape[:-2] if isinstance(layer, kl.DepthwiseConv2D) else shape[:-1]) for shape in shapes]
            weights = [
                random.normal(0, np.sqrt(2 / fan), shape) if len(shape) > 1 else random.normal(0, 0.2, shape)
                for shape, fan in zip(shapes, fan_in)
            ]
        layer.set_weights([weight.astype(np.float32) for weight in weights])
    return model


# Single operators, each an output of its own.


def single_operators(pixels):
    f = pixels
    random = np.random.default_rng(77)
    weight = lambda *shape: tf.constant(random.normal(0, 0.4, shape), tf.float32)
    positive = tf.nn.sigmoid(f) + 0.5
    half = tf.nn.avg_pool2d(f, 2, 2, "VALID")
    flat = tf.reshape(half, [1, 4 * 4 * 3])
    return {
        "dilated": tf.nn.conv2d(f, weight(3, 2, 3, 4), 1, "SAME", dilations=[2, 3]),
        "depth_multiplier": tf.nn.depthwise_conv2d(f, weight(3, 3, 3, 2), [1, 2, 2, 1], "SAME"),
        "subtract": f - half[:, :1, :1, :],
        "multiply_constant": f * weight(3),
        "maximum": tf.maximum(f, tf.constant(0.25)),
        "minimum": tf.minimum(f, half[:, :1, :1, :]),
        "leaky_relu": tf.nn.leaky_relu(f, 0.3),
        "fused_relu_n1_to_1": tf.maximum(tf.minimum(f * 2, 1.0), -1.0),
        "logistic": tf.sigmoid(f),
        "tanh": tf.tanh(f),
        "hard_swish": f * tf.nn.relu6(f + 3) * (1 / 6),
        "prelu": tf.nn.relu(f) + -weight(1, 1, 3) * tf.nn.relu(-f),
        "transpose": tf.transpose(f, [0, 2, 1, 3]) * 2,
        "strided_slice": f[:, 1:7:2, ::3, 1],
        "slice": tf.slice(f, [0, 2, 0, 1], [1, 3, -1, 2]),
        "split": tf.concat(tf.split(f, 3, 3)[::-1], 3),
        "pad_value": tf.pad(f, [[0, 0], [1, 0], [0, 2], [0, 0]], constant_values=0.5),
        "mirror_pad": tf.pad(f, [[0, 0], [1, 2], [2, 1], [0, 0]], "REFLECT"),
        "resize_bilinear": tf.compat.v1.image.resize_bilinear(f, [11, 5], half_pixel_centers=True),
        "resize_corners": tf.compat.v1.image.resize_bilinear(f, [5, 14], align_corners=True),
        "resize_old": tf.compat.v1.image.resize_bilinear(f, [16, 12]),
        "resize_nearest": tf.compat.v1.image.resize_nearest_neighbor(f, [16, 5], half_pixel_centers=True),
        "sum": tf.reduce_sum(f, [1, 2]),
        "reduce_max": tf.reduce_max(f, [2], keepdims=True),
        "squeeze": tf.squeeze(tf.reduce_mean(f, [1, 2], keepdims=True), [1, 2]),
        "expand_dims": tf.expand_dims(flat[:, :7], 1),
        "flat": flat,
        "flat_relu": tf.nn.relu(flat),
        "dense_of_flat": tf.matmul(flat, weight(48, 6)) + weight(6),
        "concatenate_rows": tf.concat([f[:, :2], f], 1),
        "softmax": tf.nn.softmax(f * 3),
    }, {
        # The converter has no int8 kernel for these, or none that this network needs.
        "divide": f / positive,
        "square_root": tf.sqrt(positive) + tf.math.rsqrt(positive),
        "exponential": tf.exp(f),
        "squared_difference": tf.math.squared_difference(f, half[:, :1, :1, :]),
        "log_softmax": tf.nn.log_softmax(f),
        "elu": tf.nn.elu(f),
        "relu_n1_to_1": tf.maximum(tf.minimum(tf.math.log(positive * positive), 1.0), -1.0),
        "relu6": tf.nn.relu6(tf.exp(2 * f)),
        "l2_normalization": tf.math.l2_normalize(f, -1),
        "local_response": tf.nn.local_response_normalization(f, 2, 0.7, 0.3, 0.6),
        "average_rows": tf.nn.avg_pool2d(f, [1, 3], [1, 2], "SAME"),
    }


def operator_function(quantisable):
    @tf.function(input_signature=[tf.TensorSpec([1, 8, 8, 3], tf.float32, name="pixels")])
    def run(pixels):
        common, floating = single_operators(pixels)
        return common if quantisable else {**common, **floating}

    return run


def dynamic_batch_function():
    """Shapes are computed while it runs, as the batch is open."""
    random = np.random.default_rng(5)
    filters = tf.constant(random.normal(0, 0.3, (3, 3, 3, 4)), tf.float32)
    weights = tf.constant(random.normal(0, 0.3, (64, 5)), tf.float32)

    @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 3], tf.float32, name="pixels")])
    def run(pixels):
        x = tf.nn.relu(tf.nn.conv2d(pixels, filters, 2, "SAME"))
        shape = tf.shape(x)
        flat = tf.reshape(x, tf.stack([shape[0], shape[1] * shape[2] * 4]))
        return {"logits": tf.matmul(flat, weights), "wide": tf.reshape(x, tf.stack([shape[0], 2, 8, 4]))}

    return run


# Conversion and expected values.


def converter_of(source):
    if isinstance(source, keras.Model):
        return tf.lite.TFLiteConverter.from_keras_model(source)
    return tf.lite.TFLiteConverter.from_concrete_functions([source.get_concrete_function()], source)


def convert(source, form, size, io_type=tf.int8):
    converter = converter_of(source)
    if form != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if form == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if form == "int8":
        converter.representative_dataset = lambda: ([as_floats(draw(index, size))] for index in range(8))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = io_type
    return bytes(converter.convert())


def with_float_weights(file):
    """The same network with its int8 weights as float32: the interpreter's own kernels round activations to int8 as well."""
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(file))
    for tensor in model.subgraphs[0].tensors:
        data = model.buffers[tensor.buffer].data
        if tensor.type != schema.TensorType.INT8 or data is None:
            continue
        quantisation, rank = tensor.quantization, len(tensor.shape)
        levels = np.frombuffer(bytes(data), np.int8).reshape(tensor.shape).astype(np.float32)
        along = [1] * rank
        if len(quantisation.scale) > 1:
            along[quantisation.quantizedDimension] = -1
        scale = np.asarray(quantisation.scale, np.float32).reshape(along)
        real = ((levels - np.asarray(quantisation.zeroPoint).reshape(along)) * scale).astype(np.float32)
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(real.tobytes(), np.uint8)
        model.buffers.append(buffer)
        tensor.buffer, tensor.type, tensor.quantization = len(model.buffers) - 1, schema.TensorType.FLOAT32, None
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


Kernels = tf.lite.experimental.OpResolverType


def run(file, size, pictures, kernels=Kernels.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
    """Every output by its name as [pictures, ...]."""
    interpreter = tf.lite.Interpreter(model_content=file, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    outputs = {detail["name"]: [] for detail in interpreter.get_output_details()}
    for index in range(pictures):
        pixels = draw(index, size)
        fed = {np.uint8: pixels, np.int8: (pixels.astype(np.int16) - 128).astype(np.int8)}.get(source["dtype"])
        interpreter.set_tensor(source["index"], as_floats(pixels) if fed is None else fed)
        interpreter.invoke()
        for detail in interpreter.get_output_details():
            outputs[detail["name"]].append(interpreter.get_tensor(detail["index"])[0])
    return {name: np.stack(values) for name, values in outputs.items()}


def levels_of(file):
    """Scale and zero point of every output; of a float one behind DEQUANTIZE, those of what it dequantises."""
    graph = flatbuffer_utils.convert_bytearray_to_object(bytearray(file)).subgraphs[0]
    makers = {operator.outputs[0]: operator for operator in graph.operators}
    found = {}
    for index in graph.outputs:
        tensor = graph.tensors[index]
        origin = tensor if tensor.type != schema.TensorType.FLOAT32 else graph.tensors[makers[index].inputs[0]]
        quantisation = origin.quantization
        exact = quantisation is None or quantisation.scale is None
        found[tensor.name.decode()] = (0.0, 0) if exact else (float(quantisation.scale[0]), int(quantisation.zeroPoint[0]))
    return found


def describe(outputs, levels):
    return [
        {
            "name": name, "shape": list(values.shape[1:]), "type": values.dtype.name,
            "scale": levels[name][0], "zeroPoint": levels[name][1], "values": pack(values),
        }
        for name, values in outputs.items()
    ]


def agreement(file, size, pictures, outputs, levels):
    """The share of values on which the interpreter's own sets of kernels agree up to a step, the worst of them."""
    shares = []
    for kernels in (Kernels.BUILTIN_REF, Kernels.AUTO):
        others = run(file, size, pictures, kernels)
        steps = [
            np.abs(others[name].astype(np.float64) - values) / (levels[name][0] if values.dtype == np.float32 else 1)
            for name, values in outputs.items()
        ]
        shares.append(float(np.mean(np.concatenate([step.ravel() for step in steps]) <= 1.001)))
    return min(shares)


def pack(array):
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()


def operators_of(file):
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(file))
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    return dict(sorted(Counter(OPERATOR_NAMES[codes[operator.opcodeIndex]] for operator in model.subgraphs[0].operators).items()))


def entry(name, form, source, size=SIZE, io_type=tf.int8, pictures=None):
    file = convert(source, form, size, io_type)
    pictures = pictures or PICTURES.get(form, 3)
    outputs = run(with_float_weights(file) if form == "dynamic" else file, size, pictures)
    levels = levels_of(file) if form == "int8" else {name: (0.0, 0) for name in outputs}
    kernels = {"kernelAgreement": round(agreement(file, size, pictures, outputs, levels), 4)} if form == "int8" else {}
    print(f"{name} {form}: {len(file)} bytes, {operators_of(file)}, {kernels}")
    return {
        "name": name, "form": form, "size": size, "pictures": pictures, "operators": operators_of(file), **kernels,
        "file": pack(np.frombuffer(file, np.uint8)), "outputs": describe(outputs, levels),
    }


families = [
    (mobilenet_v1, ("float32", "int8"), tf.uint8),
    (mobilenet_v2, ("float16", "int8"), tf.int8),
    (mobilenet_v3, ("float32", "int8"), tf.int8),
    (efficientnet_lite, ("dynamic", "int8"), tf.uint8),
    (inception, ("float32", "int8"), tf.float32),
    (resnet, ("dynamic", "int8"), tf.int8),
]
networks = []
for seed, (family, forms, io_type) in enumerate(families):
    model = build(family, 100 + seed)
    networks += [entry(family.__name__, form, model, io_type=io_type) for form in forms]
networks.append(entry("operators", "float32", operator_function(False), 8, pictures=2))
networks.append(entry("operators", "int8", operator_function(True), 8, pictures=2))
networks.append(entry("dynamic_batch", "float32", dynamic_batch_function(), 8))
golden = {"madeWith": f"TensorFlow {tf.__version__}, Keras {keras.__version__}", "networks": networks}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
