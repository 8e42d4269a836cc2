"""Writes graphdef.json beside it: small frozen graphs with random weights, and what TensorFlow computes with them on drawn pictures.

    pip install tensorflow-cpu
    python test/goldens/graphdef.py [<folder of real networks, networks/graphdef>]

Three kinds: the operators of the 2015 Inception graph, written node by node as that file has them; a net as TF-slim writes it; one graph
for each other operator. With the folder, the values of its networks on drawn pictures too; without it, those that are there stay.
"""

import base64
import hashlib
import json
import os
import sys
import zlib
from pathlib import Path

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
v1.disable_control_flow_v2()
raw = tf.raw_ops
OUT = Path(__file__).with_name("graphdef.json")
TYPES = {np.dtype(np.float32): 1, np.dtype(np.int32): 3, np.dtype(np.int64): 9}


def draw(shape, seed):
    """Levels 0 to 255 by integer arithmetic, as `drawLevels` of the test draws them."""
    state, levels = seed, np.empty(int(np.prod(shape)), np.uint8)
    for index in range(levels.size):
        state = (state * 1664525 + 1013904223) % 2**32
        levels[index] = state >> 24
    return levels.reshape(shape)


def numbers(levels):
    return (levels.astype(np.float32) - 128) / np.float32(64)


def pack(array):
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 9)).decode()


def evaluate(graph_def, feeds, fetch):
    with tf.Graph().as_default():
        tf.import_graph_def(graph_def, name="")
        with v1.Session() as session:
            return session.run(fetch, feeds)


# --- the 2015 graph, node by node


class Writer:
    def __init__(self, producer):
        self.graph = v1.GraphDef()
        self.graph.versions.producer = producer
        self.random = np.random.default_rng(2015)

    def node(self, name, op, inputs=(), **attributes):
        node = self.graph.node.add(name=name, op=op, input=list(inputs))
        for key, value in attributes.items():
            attr = node.attr[key]
            if isinstance(value, np.ndarray):
                attr.tensor.CopyFrom(tf.make_tensor_proto(value))
            elif isinstance(value, bool):
                attr.b = value
            elif isinstance(value, int):
                attr.i = value
            elif isinstance(value, float):
                attr.f = value
            elif isinstance(value, bytes):
                attr.s = value
            elif isinstance(value, tf.DType):
                attr.type = value.as_datatype_enum
            elif isinstance(value, list):
                attr.list.i.extend(value)
            else:
                raise TypeError(key)
        return name

    def const(self, name, value):
        value = np.asarray(value)
        return self.node(name, "Const", value=value, dtype=tf.as_dtype(value.dtype))

    def normal(self, *shape):
        return self.random.normal(0, 1 / np.sqrt(np.prod(shape[:-1]) or 1), shape).astype(np.float32)

    def conv(self, name, source, kernel, channels, filters, stride=1, padding=b"SAME", scaled=True):
        """As the 2015 file has it: convolution, normalisation, a check of numbers, an identity that waits for it, ReLU."""
        weights = self.const(f"{name}/conv2d_params", self.normal(*kernel, channels, filters))
        conv = self.node(
            f"{name}/Conv2D", "Conv2D", [source, weights], T=tf.float32, strides=[1, stride, stride, 1], padding=padding, use_cudnn_on_gpu=True
        )
        constants = [
            self.const(f"{name}/batchnorm/moving_mean", self.normal(filters) * 0.1),
            self.const(f"{name}/batchnorm/moving_variance", self.random.uniform(0.5, 2, filters).astype(np.float32)),
            self.const(f"{name}/batchnorm/beta", self.random.normal(0.2, 0.3, filters).astype(np.float32)),
            self.const(f"{name}/batchnorm/gamma", self.random.uniform(0.5, 1.5, filters).astype(np.float32)),
        ]
        norm = self.node(
            f"{name}/batchnorm",
            "BatchNormWithGlobalNormalization",
            [conv, *constants],
            T=tf.float32,
            variance_epsilon=0.001,
            scale_after_normalization=scaled,
        )
        check = self.node(f"{name}/CheckNumerics", "CheckNumerics", [norm], T=tf.float32, message=b"conv")
        kept = self.node(f"{name}/control_dependency", "Identity", [norm, f"^{check}"], T=tf.float32)
        return self.node(name, "Relu", [kept], T=tf.float32)

    def pool(self, name, op, source, size, stride, padding, *controls):
        return self.node(
            name,
            op,
            [source, *controls],
            T=tf.float32,
            ksize=[1, size, size, 1],
            strides=[1, stride, stride, 1],
            padding=padding,
        )


def classic():
    w = Writer(producer=8)
    jpeg = w.node(
        "DecodeJpeg/contents", "Const", value=np.asarray(b"\xff\xd8 not needed", object), dtype=tf.string
    )
    image = w.node("DecodeJpeg", "DecodeJpeg", [jpeg], channels=3, ratio=1, fancy_upscaling=True)
    floats = w.node("Cast", "Cast", [image], SrcT=tf.uint8, DstT=tf.float32)
    batch = w.node("ExpandDims", "ExpandDims", [floats, w.const("ExpandDims/dim", np.int32(0))], T=tf.float32)
    size = w.const("ResizeBilinear/size", np.int32([37, 37]))
    resized = w.node("ResizeBilinear", "ResizeBilinear", [batch, size], T=tf.float32, align_corners=False)
    shifted = w.node("Sub", "Sub", [resized, w.const("Sub/y", np.float32(128))], T=tf.float32)
    x = w.node("Mul", "Mul", [shifted, w.const("Mul/y", np.float32(0.0078125))], T=tf.float32)
    x = w.conv("conv", x, (3, 3), 3, 8, 2, b"VALID")
    x = w.conv("conv_1", x, (3, 3), 8, 8, 1, b"VALID", scaled=False)
    x = w.pool("pool", "MaxPool", x, 3, 2, b"VALID", "^conv/CheckNumerics")
    a = w.conv("mixed/conv", x, (1, 1), 8, 6)
    b = w.conv("mixed/tower/conv_1", w.conv("mixed/tower/conv", x, (1, 1), 8, 5), (5, 5), 5, 6)
    c = w.conv("mixed/tower_1/conv", w.pool("mixed/tower_1/pool", "AvgPool", x, 3, 1, b"SAME"), (1, 1), 8, 4)
    d = w.pool("mixed/pool", "MaxPool", x, 3, 1, b"SAME")
    axis = w.const("mixed/join/concat_dim", np.int32(3))
    x = w.node("mixed/join", "Concat", [axis, a, b, c, d], T=tf.float32, N=4)
    x = w.conv("mixed_1/tower/conv", w.conv("mixed_1/conv", x, (1, 7), 24, 8), (7, 1), 8, 12)
    x = w.pool("pool_3", "AvgPool", x, 7, 1, b"VALID")
    w.node("ready", "NoOp", ["^conv_1/CheckNumerics", "^pool_3"])
    shape = w.const("pool_3/_reshape/shape", np.int32([1, 12]))
    x = w.node("pool_3/_reshape", "Reshape", [x, shape, "^ready"], T=tf.float32)
    product = w.node(
        "softmax/logits/MatMul",
        "MatMul",
        [x, w.const("softmax/weights", w.normal(12, 7))],
        T=tf.float32,
        transpose_a=False,
        transpose_b=False,
    )
    logits = w.node(
        "softmax/logits", "BiasAdd", [product, w.const("softmax/biases", w.normal(7))], T=tf.float32
    )
    w.node("softmax", "Softmax", [logits], T=tf.float32)
    levels = draw((1, 37, 37, 3), 1)
    feeds = {"ResizeBilinear:0": levels.astype(np.float32)}
    return {
        "graph": pack(np.frombuffer(w.graph.SerializeToString(deterministic=True), np.uint8)),
        "shape": [1, 37, 37, 3],
        "outputs": {
            name: pack(evaluate(w.graph, feeds, f"{name}:0"))
            for name in ["conv", "mixed/join", "pool_3/_reshape", "softmax"]
        },
        "scaled": pack(evaluate(w.graph, feeds, "Mul:0")),
    }


# --- graphs that TensorFlow's own functions write


def frozen(build, shape, dtype=tf.float32):
    with tf.Graph().as_default() as graph:
        graph.seed = 1
        tf.identity(build(v1.placeholder(dtype, [None, *shape], name="input")), name="output")
        return graph.as_graph_def()


def slim(x, dropout):
    random = np.random.default_rng(7)

    def normal(*shape):
        return random.normal(0, 1 / np.sqrt(np.prod(shape[:-1])), shape).astype(np.float32)

    def norm(value, op, name):
        channels = value.shape[-1]
        constants = [
            random.uniform(low, high, channels).astype(np.float32)
            for low, high in [(0.5, 1.5), (-0.5, 0.5), (-0.2, 0.2), (0.5, 2)]
        ]
        return op(
            x=value,
            scale=constants[0],
            offset=constants[1],
            mean=constants[2],
            variance=constants[3],
            epsilon=0.002,
            is_training=False,
            name=name,
        )[0]

    x = tf.nn.conv2d(x, normal(3, 3, 3, 8), [1, 2, 2, 1], "SAME", name="Conv2d_0/Conv2D")
    x = tf.nn.relu6(norm(x, raw.FusedBatchNormV3, "Conv2d_0/norm"), name="Conv2d_0/Relu6")
    x = tf.pad(x, [[0, 0], [1, 1], [0, 2], [0, 0]], name="Conv2d_1/Pad")
    x = tf.nn.depthwise_conv2d(x, normal(3, 3, 8, 1), [1, 2, 2, 1], "VALID", name="Conv2d_1/depthwise")
    x = tf.nn.relu6(norm(x, raw.FusedBatchNorm, "Conv2d_1/norm"), name="Conv2d_1/Relu6")
    x = raw.FakeQuantWithMinMaxVars(inputs=x, min=np.float32(0), max=np.float32(5.9), name="Conv2d_1/act_quant")
    weights = normal(1, 1, 8, 12)
    weights = raw.FakeQuantWithMinMaxVarsPerChannel(
        inputs=weights,
        min=weights.min((0, 1, 2)) * np.float32(0.9),
        max=weights.max((0, 1, 2)) * np.float32(0.8),
        narrow_range=True,
        name="Conv2d_2/weights_quant",
    )
    x = tf.nn.conv2d(x, weights, 1, "SAME", name="Conv2d_2/Conv2D")
    x = tf.nn.bias_add(x, normal(12), name="Conv2d_2/BiasAdd")
    x = tf.nn.relu(norm(x, raw.FusedBatchNormV2, "Conv2d_2/norm"), name="Conv2d_2/Relu")
    levels = random.integers(0, 256, (3, 3, 12, 16)).astype(np.uint8)
    weights = raw.Dequantize(
        input=tf.bitcast(tf.constant(levels, name="Conv2d_3/weights"), tf.quint8),
        min_range=-0.31,
        max_range=0.27,
        mode="MIN_FIRST",
    )
    x = tf.nn.relu(tf.nn.conv2d(x, weights, 1, "SAME", name="Conv2d_3/Conv2D"))
    if dropout == "old":
        mask = tf.floor(0.5 + raw.RandomUniform(shape=tf.shape(x), dtype=tf.float32), name="dropout/Floor")
        x = tf.multiply(tf.realdiv(x, 0.5), mask, name="dropout/mul")
    if dropout == "new":
        x = tf.nn.dropout(x, rate=0.5, name="dropout")
    x = tf.reduce_mean(x, [1, 2], keepdims=True, name="Logits/Mean")
    x = tf.nn.bias_add(tf.nn.conv2d(x, normal(1, 1, 16, 9), 1, "SAME"), normal(9))
    x = tf.squeeze(x, [1, 2], name="Logits/SpatialSqueeze")
    count = tf.shape(x)
    flat = tf.reshape(x, tf.stack([-1, tf.reduce_prod(count[1:])]), name="Predictions/Reshape")
    return tf.reshape(tf.nn.softmax(flat), count, name="Predictions/Reshape_1")


def unquantised(graph_def):
    """A Bitcast stands for weights that a file keeps as quint8 or qint8: makes them that."""
    fixed, bits, types = v1.GraphDef(), {}, {}
    for node in graph_def.node:
        if node.op == "Bitcast":
            bits[node.name] = node.input[0]
            types[node.input[0]] = node.attr["type"].type
    for node in graph_def.node:
        if node.op == "Bitcast":
            continue
        copy = fixed.node.add()
        copy.CopyFrom(node)
        for index, name in enumerate(node.input):
            copy.input[index] = bits.get(name, name)
        if node.name in types:
            copy.attr["dtype"].type = copy.attr["value"].tensor.dtype = types[node.name]
    fixed.versions.CopyFrom(graph_def.versions)
    return fixed


def slim_net():
    shape = [2, 33, 33, 3]
    x = numbers(draw(shape, 2))
    plain = unquantised(frozen(lambda value: slim(value, None), shape[1:]))
    graphs = {
        kind: unquantised(frozen(lambda value: slim(value, kind), shape[1:])) for kind in ["old", "new"]
    }
    names = ["Conv2d_1/Relu6", "Conv2d_1/act_quant", "Conv2d_2/Relu", "output"]
    return {
        "graphs": {
            kind: pack(np.frombuffer(graph.SerializeToString(deterministic=True), np.uint8)) for kind, graph in graphs.items()
        },
        "shape": shape,
        "outputs": {name: pack(evaluate(plain, {"input:0": x}, f"{name}:0")) for name in names},
    }


rng = np.random.default_rng(5)


def normal(*shape):
    return rng.normal(0, 0.5, shape).astype(np.float32)


def positive(*shape):
    return rng.uniform(0.5, 1.5, shape).astype(np.float32)


def flat(x, units=4):
    """A dense layer on a flattened picture."""
    size = int(np.prod(x.shape[1:]))
    return tf.matmul(tf.reshape(x, [-1, size]), normal(size, units))


def dilated(x, filters, depthwise=False):
    """As TensorFlow 1 writes atrous convolutions."""
    spread = raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[2, 3], [2, 2]])
    conv = tf.nn.depthwise_conv2d(spread, filters, [1, 1, 1, 1], "VALID") if depthwise else tf.nn.conv2d(spread, filters, 1, "VALID")
    return raw.BatchToSpaceND(input=conv, block_shape=[2, 2], crops=[[0, 1], [0, 0]])


def dequantised(mode, kind, **options):
    low, high = (0, 256) if kind == tf.quint8 else (-128, 128)
    values = rng.integers(low, high, (1, 1, 3, 4)).astype(np.uint8 if low == 0 else np.int8)
    # A Const of a quantised type, as a file has it: the Bitcast is taken out by `unquantised`.
    return raw.Dequantize(
        input=tf.bitcast(tf.constant(values), kind), min_range=-0.9, max_range=1.1, mode=mode, **options
    )


def norm_written_out(x):
    mean, variance, gamma = normal(3), positive(3), positive(3)
    inverse = tf.math.rsqrt(tf.constant(variance) + 0.001) * gamma
    return x * inverse + (normal(3) - mean * inverse)


def learned_size(x):
    size = tf.shape(x)[1:3] * 2
    return v1.image.resize_bilinear(x, size)


def halves(x):
    return tf.nn.conv2d(x, tf.cast(tf.constant(normal(2, 2, 3, 2).astype(np.float16)), tf.float32), 1, "SAME")


def both_phases(x):
    """A layer with its branch for training, as TensorFlow 1 freezes it."""
    phase = v1.placeholder_with_default(False, [], name="learning_phase")
    constants = [positive(3), normal(3), normal(3), positive(3)]

    def norm(training):
        scale, offset, mean, variance = constants
        empty = np.float32([])
        return raw.FusedBatchNorm(
            x=x,
            scale=scale,
            offset=offset,
            mean=empty if training else mean,
            variance=empty if training else variance,
            is_training=training,
        )[0]

    x = v1.cond(phase, lambda: norm(True), lambda: norm(False))
    return v1.cond(phase, lambda: tf.nn.dropout(x, rate=0.5), lambda: tf.identity(x)) * 2


S = [5, 6, 3]
OPERATORS = {
    "Conv2D, SAME, strides": lambda x: tf.nn.conv2d(x, normal(3, 2, 3, 4), [1, 2, 2, 1], "SAME"),
    "Conv2D, dilations": lambda x: tf.nn.conv2d(x, normal(2, 2, 3, 4), 1, "SAME", dilations=[1, 2, 3, 1]),
    "Conv2D, explicit paddings": lambda x: tf.nn.conv2d(x, normal(3, 3, 3, 4), 2, [[0, 0], [0, 2], [1, 0], [0, 0]]),
    "Conv2D, groups": lambda x: tf.nn.conv2d(tf.concat([x, x + 1], 3), normal(2, 2, 3, 4), 1, "VALID"),
    "Conv2D, half-precision weights": halves,
    "Conv2D between SpaceToBatchND and BatchToSpaceND": lambda x: dilated(x, normal(3, 3, 3, 4)),
    "DepthwiseConv2dNative between SpaceToBatchND and BatchToSpaceND": lambda x: dilated(x, normal(3, 3, 3, 2), True),
    "DepthwiseConv2dNative, multiplier 2": lambda x: tf.nn.depthwise_conv2d(x, normal(3, 3, 3, 2), [1, 2, 2, 1], "SAME"),
    "DepthwiseConv2dNative, dilations": lambda x: tf.nn.depthwise_conv2d(x, normal(2, 2, 3, 1), [1, 1, 1, 1], "SAME", dilations=[2, 2]),
    "Pad before Conv2D": lambda x: tf.nn.conv2d(tf.pad(x, [[0, 0], [0, 1], [2, 1], [0, 0]]), normal(3, 3, 3, 4), 2, "VALID"),
    "Pad before MaxPool": lambda x: tf.nn.max_pool2d(tf.pad(x - 3, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "VALID"),
    "Pad of channels": lambda x: tf.pad(x, [[0, 0], [0, 0], [0, 0], [1, 2]]),
    "PadV2": lambda x: tf.pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]], constant_values=-1.5),
    "MirrorPad": lambda x: tf.pad(x, [[0, 0], [2, 1], [1, 3], [0, 0]], "REFLECT"),
    "AvgPool, SAME": lambda x: tf.nn.avg_pool2d(x, [3, 2], [2, 1], "SAME"),
    "AvgPool, VALID": lambda x: tf.nn.avg_pool2d(x, 2, 2, "VALID"),
    "MaxPool, SAME": lambda x: tf.nn.max_pool2d(x, [2, 3], [2, 2], "SAME"),
    "LRN": lambda x: tf.nn.lrn(tf.concat([x, x * 2, x - 1], 3), 2, 1.5, 0.3, 0.75),
    "FusedBatchNorm of one pixel": lambda x: raw.FusedBatchNorm(
        x=tf.reduce_mean(x, [1, 2], keepdims=True), scale=positive(3), offset=normal(3), mean=normal(3), variance=positive(3), is_training=False
    )[0],
    "batch normalisation written out": norm_written_out,
    "Softmax of channels": lambda x: tf.nn.softmax(x),
    "LogSoftmax": lambda x: tf.nn.log_softmax(flat(x)),
    "Relu": lambda x: tf.nn.relu(x),
    "Relu6": lambda x: tf.nn.relu6(x * 5),
    "LeakyRelu": lambda x: tf.nn.leaky_relu(x, 0.3),
    "Elu": lambda x: tf.nn.elu(x),
    "Selu": lambda x: tf.nn.selu(x),
    "Sigmoid": lambda x: tf.sigmoid(x),
    "Tanh": lambda x: tf.tanh(x),
    "Softplus": lambda x: tf.nn.softplus(x),
    "Softsign": lambda x: tf.nn.softsign(x),
    "Abs, Sqrt": lambda x: tf.sqrt(tf.abs(x)),
    "Rsqrt": lambda x: tf.math.rsqrt(tf.square(x) + 0.5),
    "Exp, Log, Neg": lambda x: tf.math.log(tf.exp(-x) + 1),
    "Floor, Ceil, Round": lambda x: tf.floor(x) + 2 * tf.math.ceil(x) + 4 * tf.round(x * 1.3),
    "Erf": lambda x: tf.math.erf(x),
    "Reciprocal": lambda x: tf.math.reciprocal(tf.square(x) + 1),
    "swish": lambda x: x * tf.sigmoid(x),
    "hard swish": lambda x: x * tf.nn.relu6(x + 3) * (1 / 6),
    "Add of a vector": lambda x: raw.Add(x=x, y=normal(3)),
    "AddV2 of a picture": lambda x: x + normal(5, 6, 3),
    "AddN": lambda x: tf.add_n([x, x * 2, tf.nn.relu(x)]),
    "Sub from a constant": lambda x: 1.5 - x,
    "Mul by a column": lambda x: x * normal(5, 1, 1),
    "Mul by a gate": lambda x: x * tf.sigmoid(tf.reduce_mean(x, [1, 2], keepdims=True)),
    "RealDiv, Maximum, Minimum": lambda x: tf.minimum(tf.maximum(x, -0.5), 1) / positive(3),
    "Div by a value": lambda x: raw.Div(x=x, y=tf.abs(x) + 1),
    "Pow": lambda x: tf.pow(tf.abs(x) + 0.1, 1.7),
    "SquaredDifference": lambda x: tf.math.squared_difference(x, normal(3)),
    "L2 normalisation": lambda x: tf.nn.l2_normalize(flat(x, 6), 1),
    "Mean of both axes": lambda x: tf.reduce_mean(x, [1, 2]),
    "Mean of channels": lambda x: tf.reduce_mean(x, -1, keepdims=True),
    "Max of rows": lambda x: tf.reduce_max(x, 1),
    "Min": lambda x: tf.reduce_min(x, [1, 2], keepdims=True),
    "Sum of columns and channels": lambda x: tf.reduce_sum(x, [2, 3]),
    "Mean of no axis": lambda x: raw.Mean(input=x, axis=np.int32([])),
    "MatMul of a flattened picture": lambda x: flat(x),
    "MatMul after functions of a flattened picture": lambda x: tf.matmul(
        tf.nn.relu(tf.reshape(x, [-1, 90])) + normal(90), normal(90, 4)
    ),
    "MatMul, transposed": lambda x: tf.matmul(tf.reduce_mean(x, [1, 2]), normal(4, 3), transpose_b=True) + normal(4),
    "flattened picture as it is": lambda x: tf.reshape(x, [-1, 90]),
    "Reshape to rows": lambda x: tf.reshape(tf.nn.relu(x), [-1, 30, 3]) * normal(30, 3),
    "Reshape to another picture": lambda x: tf.nn.relu(tf.reshape(x, [-1, 3, 5, 6])),
    "Reshape forth and back": lambda x: tf.reshape(tf.reshape(x, [-1, 90]), [-1, 5, 6, 3]) * normal(3),
    "Reshape by shape arithmetic": lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0], tf.shape(x)[1] * tf.shape(x)[2], 3])),
    "Reshape by joined shapes": lambda x: tf.reshape(
        x, tf.concat([tf.shape(x)[:1], [tf.reduce_prod(tf.shape(x)[1:3]) // 2], tf.fill([1], 6)], 0)
    ),
    "Reshape by Slice, Gather, Range": lambda x: tf.reshape(
        x, tf.concat([tf.slice(tf.shape(x), [0], [1]), tf.gather(tf.shape(x), [3, 1]), tf.range(6, 7)], 0)
    ),
    "Reshape by Size, Rank, FloorMod": lambda x: tf.reshape(
        x, tf.stack([-1, raw.Size(input=normal(10)), raw.FloorMod(x=raw.Rank(input=x) + 15, y=10)])
    ),
    "Squeeze of every axis": lambda x: tf.squeeze(tf.reduce_mean(x, [1, 2], keepdims=True)),
    "ExpandDims": lambda x: tf.expand_dims(tf.reduce_mean(x, [1, 2]), 1) * 2,
    "Transpose to channels first": lambda x: tf.nn.relu(tf.transpose(x, [0, 3, 1, 2])),
    "Transpose forth and back": lambda x: tf.transpose(tf.nn.relu(tf.transpose(x, [0, 3, 1, 2])), [0, 2, 3, 1]) * normal(3),
    "Transpose of three axes": lambda x: tf.transpose(tf.reshape(x, [-1, 30, 3]), [0, 2, 1]),
    "Transpose of constants": lambda x: tf.nn.conv2d(x, tf.transpose(tf.constant(normal(4, 3, 2, 2)), [2, 3, 1, 0]), 1, "SAME"),
    "StridedSlice": lambda x: x[:, 1:-1, ::2, -2:],
    "StridedSlice of one row": lambda x: x[:, 2],
    "StridedSlice, ellipsis, new axis": lambda x: x[..., tf.newaxis, 1],
    "Slice": lambda x: tf.slice(x, [0, 1, 0, 1], [-1, 3, -1, 2]),
    "Split": lambda x: tf.add_n([part * (index + 1) for index, part in enumerate(tf.split(x, 3, 2))]),
    "SplitV": lambda x: tf.split(x, [1, -1], 3)[1],
    "Unpack": lambda x: tf.unstack(x, axis=3)[2],
    "Pack": lambda x: tf.stack([x[:, 0], x[:, 1] * 2, x[:, 3]], 2),
    "ConcatV2 of rows": lambda x: tf.concat([x, x * 2], 1),
    "ConcatV2 of columns": lambda x: tf.concat([x, x[:, :, 1:]], -2),
    "ConcatV2 of lists": lambda x: tf.concat([tf.reduce_mean(x, [1, 2]), tf.reduce_max(x, [1, 2])], 1),
    "ResizeBilinear": lambda x: v1.image.resize_bilinear(x, [7, 9]),
    "ResizeBilinear, shrinking": lambda x: v1.image.resize_bilinear(x, [3, 4]),
    "ResizeBilinear, corners aligned": lambda x: v1.image.resize_bilinear(x, [9, 4], align_corners=True),
    "ResizeBilinear, half-pixel centres": lambda x: v1.image.resize_bilinear(x, [8, 8], half_pixel_centers=True),
    "ResizeBilinear to a computed size": learned_size,
    "ResizeNearestNeighbor": lambda x: v1.image.resize_nearest_neighbor(x, [10, 12]),
    "ResizeNearestNeighbor, half-pixel centres": lambda x: v1.image.resize_nearest_neighbor(x, [7, 4], half_pixel_centers=True),
    "ResizeNearestNeighbor, corners aligned": lambda x: v1.image.resize_nearest_neighbor(x, [8, 3], align_corners=True),
    "FakeQuantWithMinMaxArgs": lambda x: raw.FakeQuantWithMinMaxArgs(inputs=x, min=-1.1, max=1.6, num_bits=8),
    "FakeQuantWithMinMaxVars, 4 bits, narrow": lambda x: raw.FakeQuantWithMinMaxVars(
        inputs=x, min=np.float32(-1.31), max=np.float32(1.73), num_bits=4, narrow_range=True
    ),
    "FakeQuantWithMinMaxVars of weights": lambda x: tf.nn.conv2d(
        x, raw.FakeQuantWithMinMaxVars(inputs=normal(2, 2, 3, 4), min=np.float32(-0.7), max=np.float32(0.9)), 1, "SAME"
    ),
    "Dequantize, MIN_COMBINED": lambda x: tf.nn.conv2d(x, dequantised("MIN_COMBINED", tf.quint8), 1, "SAME"),
    "Dequantize, MIN_COMBINED, signed": lambda x: tf.nn.conv2d(x, dequantised("MIN_COMBINED", tf.qint8), 1, "SAME"),
    "Dequantize, MIN_FIRST": lambda x: tf.nn.conv2d(x, dequantised("MIN_FIRST", tf.quint8), 1, "SAME"),
    "Dequantize, SCALED": lambda x: tf.nn.conv2d(x, dequantised("SCALED", tf.quint8), 1, "SAME"),
    "Dequantize, SCALED, signed": lambda x: tf.nn.conv2d(x, dequantised("SCALED", tf.qint8), 1, "SAME"),
    "Dequantize, SCALED, narrow": lambda x: tf.nn.conv2d(x, dequantised("SCALED", tf.qint8, narrow_range=True), 1, "SAME"),
    "Switch, Merge": both_phases,
    "CheckNumerics": lambda x: raw.CheckNumerics(tensor=tf.nn.elu(x), message="not finite") * 2,
    "StopGradient, PlaceholderWithDefault": lambda x: tf.stop_gradient(v1.placeholder_with_default(x, [None, *S])) * 2,
}


def operators():
    cases, x = {}, numbers(draw([2, *S], 3))
    for name, build in OPERATORS.items():
        graph = unquantised(frozen(build, S))
        try:
            value = evaluate(graph, {"input:0": x}, "output:0")
        except Exception as error:
            raise RuntimeError(name) from error
        assert np.isfinite(value).all() and np.unique(value).size > 3, name
        cases[name] = {
            "graph": pack(np.frombuffer(graph.SerializeToString(deterministic=True), np.uint8)),
            "dims": list(value.shape),
            "values": pack(value),
        }
    return {"shape": [2, *S], "cases": cases}


def heads():
    """What graphs do to levels before their first layer."""

    def slim_head(x):
        return (tf.image.convert_image_dtype(x, tf.float32) - 0.5) * 2.0

    built = {
        "convert_image_dtype, Sub, Mul": slim_head,
        "Cast, Sub, RealDiv by channel": lambda x: (tf.cast(x, tf.float32) - [123.68, 116.779, 103.939]) / [58.4, 57.1, 57.4],
        "Cast, Mul, AddV2": lambda x: tf.cast(x, tf.float32) * np.float32(1 / 127.5) + np.float32(-1),
        "Cast, Sub from a constant": lambda x: 255.0 - tf.cast(x, tf.float32),
    }
    levels = draw([1, 4, 5, 3], 4)
    cases = {}
    for name, build in built.items():
        graph = frozen(lambda x: tf.nn.elu(build(x)), [4, 5, 3], tf.uint8)
        cases[name] = {
            "graph": pack(np.frombuffer(graph.SerializeToString(deterministic=True), np.uint8)),
            "values": pack(evaluate(graph, {"input:0": levels}, "output:0")),
        }
    return {"shape": [1, 4, 5, 3], "cases": cases}


NETWORKS = {
    "mobilenet_v1_0.25_224/frozen_graph.pb": [
        "MobilenetV1/Logits/AvgPool_1a/AvgPool",
        "MobilenetV1/Predictions/Reshape_1",
    ],
    "retrained_glasses/retrained_graph.pb": ["final_result"],
}


def real_network(file, names):
    content = (Path(sys.argv[1]) / file).read_bytes()
    graph = v1.GraphDef.FromString(content)
    pictures = []
    for seed in [11, 12]:
        # Blocks of 8 × 8 pixels, as grain alone has next to no features.
        blocks = np.kron(draw((28, 28, 3), seed), np.ones((8, 8, 1), np.uint8))
        x = ((blocks.astype(np.float32) - np.float32(127.5)) / np.float32(127.5))[np.newaxis]
        values = {name: evaluate(graph, {"input:0": x}, f"{name}:0") for name in names}
        pictures.append(
            {
                "seed": seed,
                "outputs": {name: {"dims": list(value.shape), "values": pack(value)} for name, value in values.items()},
            }
        )
    return {"file": file, "sha256": hashlib.sha256(content).hexdigest(), "pictures": pictures}


if len(sys.argv) > 1:
    networks = [real_network(file, names) for file, names in NETWORKS.items()]
else:
    networks = json.loads(OUT.read_text())["networks"]
golden = {
    "madeWith": f"TensorFlow {tf.__version__}",
    "classic": classic(),
    "slim": slim_net(),
    "operators": operators(),
    "heads": heads(),
    "networks": networks,
}
OUT.write_text(json.dumps(golden, indent=1) + "\n")
