"""Writes the networks that bench/import-speed.ts compares: torchvision's as torch exports them, and Keras' MobileNetV2 as Keras exports it.

    pip install torch torchvision onnx tensorflow-cpu
    python bench/make-networks.py <folder>
    REGRAFT_BENCH_NETWORKS=<folder> npm run bench -- --only import-speed

Weights are random, with statistics of BatchNorm that a wrong folding would show: only the time matters. torch 2.13, torchvision 0.28,
Keras 3.15, TensorFlow 2.21.
"""

import os
import subprocess
import sys
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
SIZE = 224
OPSET = 17  # What onnxruntime 1.16 takes for sure.


def export_torchvision():
    import torch
    import torchvision

    for name in ("resnet18", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "convnext_tiny"):
        torch.manual_seed(1)
        network = getattr(torchvision.models, name)().eval()
        with torch.no_grad():
            for module in network.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.running_mean.normal_(0, 0.1)
                    module.running_var.uniform_(0.5, 2)
                    module.weight.uniform_(0.5, 1.5)
                    module.bias.normal_(0, 0.1)
        # The classic exporter with its defaults: it folds BatchNorm itself.
        torch.onnx.export(
            network,
            torch.randn(1, 3, SIZE, SIZE),
            str(folder / f"{name}.onnx"),
            opset_version=OPSET,
            dynamo=False,
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "N"}, "output": {0: "N"}},
        )
        print(name, flush=True)


def make_keras():
    import keras

    keras.utils.set_random_seed(1)
    return keras.applications.MobileNetV2(weights=None, input_shape=(SIZE, SIZE, 3), classifier_activation=None)


def export_tflite():
    """The file that is imported: by Keras' own way to TensorFlow Lite."""
    import tensorflow as tf

    network = make_keras()
    network.save_weights(folder / "keras_mobilenet_v2.weights.h5")
    (folder / "keras_mobilenet_v2.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(network).convert())
    print("keras_mobilenet_v2.tflite", flush=True)


def export_keras_onnx():
    """The same network and weights by Keras' own way to ONNX, which goes through torch."""
    import keras

    network = make_keras()
    network.load_weights(folder / "keras_mobilenet_v2.weights.h5")
    # Keras only exports what was called.
    network(keras.ops.zeros((1, SIZE, SIZE, 3)), training=False)
    network.export(str(folder / "keras_mobilenet_v2.onnx"), format="onnx", verbose=False, opset_version=OPSET)
    print("keras_mobilenet_v2.onnx", flush=True)


if __name__ == "__main__":
    if sys.argv[2:] == ["keras-onnx"]:
        export_keras_onnx()
    else:
        export_torchvision()
        os.environ["KERAS_BACKEND"] = "tensorflow"
        export_tflite()
        # A process has one backend of Keras.
        subprocess.run([sys.executable, __file__, str(folder), "keras-onnx"], env={**os.environ, "KERAS_BACKEND": "torch"}, check=True)
