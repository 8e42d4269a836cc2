"""Writes tflite.json beside it: what the TensorFlow Lite interpreter computes with the embedded network on given pixels.

    npx tsx test/goldens/write-tflite-inputs.ts <folder of real data> /tmp/pixels
    pip install tensorflow-cpu
    python test/goldens/tflite.py <network>.tflite labels.txt /tmp/pixels

The pixels come from the TypeScript side, so that both compute on the very same ones: JPEG decoders differ.
"""

import base64
import hashlib
import json
import sys
import zlib
from pathlib import Path

import numpy as np
import tensorflow as tf

network, labels_file, pixels_folder = (Path(argument) for argument in sys.argv[1:4])
SIZE = 299
BOTTLENECK = "InceptionV3/Logits/AvgPool_1a_8x8/AvgPool"
BLOCKS = ["InceptionV3/InceptionV3/Mixed_5b/concat", "InceptionV3/InceptionV3/Mixed_6e/concat"]
# Values of the blocks are kept for the first inputs only: a row across the middle, all channels.
BLOCK_INPUTS = 3

# The built-in kernels, without the delegates that TensorFlow would choose by the machine.
interpreter = tf.lite.Interpreter(
    str(network),
    num_threads=2,
    experimental_preserve_all_tensors=True,
    experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
)
interpreter.allocate_tensors()
tensors = {tensor["name"]: tensor for tensor in interpreter.get_tensor_details()}
labels = labels_file.read_text().split("\n")


def value(name):
    return interpreter.get_tensor(tensors[name]["index"])


def quantisation(name):
    scale, zero_point = tensors[name]["quantization"]
    return {"name": name, "scale": scale, "zeroPoint": zero_point}


def pack(arrays):
    return base64.b64encode(zlib.compress(np.stack(arrays).tobytes(), 9)).decode()


def run(kind, block_inputs):
    names = json.loads((pixels_folder / f"{kind}.json").read_text())
    pictures = np.fromfile(pixels_folder / f"{kind}.rgb", np.uint8).reshape(len(names), SIZE, SIZE, 3)
    inputs, bottlenecks, rows = [], [], {block: [] for block in BLOCKS}
    for name, pixels in zip(names, pictures):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels[np.newaxis])
        interpreter.invoke()
        logits = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        # Logits have steps, so that several classes can share the first place.
        top = np.flatnonzero(logits == logits.max()).tolist()
        inputs.append(
            {
                "name": name,
                "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
                "top": top,
                "labels": [labels[index] for index in top],
            }
        )
        bottlenecks.append(value(BOTTLENECK).ravel())
        if len(inputs) <= block_inputs:
            for block in BLOCKS:
                whole = value(block)[0]
                rows[block].append(whole[whole.shape[0] // 2])
    kept = {"blocks": [{**quantisation(block), "rows": pack(rows[block])} for block in BLOCKS]} if block_inputs else {}
    return {"inputs": inputs, "bottlenecks": pack(bottlenecks), **kept}


golden = {
    "madeWith": f"TensorFlow {tf.__version__}",
    "network": hashlib.sha256(network.read_bytes()).hexdigest(),
    "bottleneck": quantisation(BOTTLENECK),
    "drawn": run("drawn", BLOCK_INPUTS),
    "photos": run("photos", 0),
}
Path(__file__).with_name("tflite.json").write_text(json.dumps(golden, indent=1) + "\n")
