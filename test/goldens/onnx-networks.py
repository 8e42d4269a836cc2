"""Writes onnx-networks/*.gz and onnx-networks.json beside it: small networks with random weights as PyTorch exports them, and what PyTorch
itself computes with them on pixels that both sides draw by one formula.

    pip install torch torchvision timm onnx onnxscript
    python test/goldens/onnx-networks.py

torch 2.13, torchvision 0.28.0, timm 1.0.29, onnx 1.23.
"""

import gzip
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import timm.models.convnext as convnext
import timm.models.resnet as resnet
import timm.models.vision_transformer as vision_transformer
import torch
from functools import partial
from onnx import TensorProto, helper, numpy_helper
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3

warnings.filterwarnings("ignore")
here = Path(__file__).parent
folder = here / "onnx-networks"
folder.mkdir(exist_ok=True)
for old in folder.iterdir():
    old.unlink()
CLASSES = 5
entries = []


def pixels(count, size):
    """Numbers from -2 to 2 that are exact in float32 on any machine."""
    index = np.arange(count * 3 * size * size, dtype=np.int64)
    return (((index * 7919) % 1009 - 504) / 252).astype(np.float32).reshape(count, 3, size, size)


def randomise(network):
    """Statistics and scales that a folded or forgotten BatchNorm would show."""
    generator = torch.Generator().manual_seed(1)
    for name, buffer in network.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(torch.randn(buffer.shape, generator=generator) * 0.1)
        if name.endswith("running_var"):
            buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    for name, parameter in network.named_parameters():
        if parameter.dim() == 1:
            parameter.data += torch.rand(parameter.shape, generator=generator) * 0.2
        # Few different values compress well.
        parameter.data = (parameter.data * 64).round() / 64
    return network.eval()


def build_resnet():
    return resnet.ResNet(resnet.BasicBlock, layers=(1, 1, 1, 1), channels=(4, 4, 8, 8), stem_type="deep", stem_width=4, num_classes=CLASSES)


def build_mobilenet():
    block = partial(InvertedResidualConfig, width_mult=1.0)
    blocks = [block(8, 3, 8, 8, True, "RE", 2, 1), block(8, 3, 16, 8, False, "HS", 1, 1), block(8, 5, 16, 8, True, "HS", 2, 1)]
    return MobileNetV3(blocks, last_channel=16, num_classes=CLASSES)


def build_efficientnet():
    block = partial(MBConvConfig, width_mult=1.0, depth_mult=1.0)
    blocks = [block(1, 3, 1, 8, 8, 1), block(2, 3, 2, 8, 8, 2)]
    return EfficientNet(blocks, dropout=0.2, num_classes=CLASSES)


def build_convnext():
    return convnext.ConvNeXt(num_classes=CLASSES, depths=(1, 1, 1, 1), dims=(4, 4, 8, 8), patch_size=2)


def build_transformer():
    return vision_transformer.VisionTransformer(
        img_size=32, patch_size=8, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2, num_classes=CLASSES
    )


builders = {
    "resnet": build_resnet,
    "mobilenet-v3": build_mobilenet,
    "efficientnet": build_efficientnet,
    "convnext": build_convnext,
    "transformer": build_transformer,
}


def make(kind):
    torch.manual_seed(0)
    return randomise(builders[kind]())


def compute(network, count, size=32, half=False):
    x = torch.from_numpy(pixels(count, size))
    with torch.no_grad():
        return network(x.half() if half else x).float().numpy()


def note(name, outputs, size=32, **more):
    entries.append({"name": name, "count": len(outputs), "size": size, "outputs": [float(f"{v:.9g}") for v in outputs.flatten()], **more})


def strip(path):
    """Notes of the exporter, with paths of the machine, are as large as the networks themselves."""
    model = onnx.load(path)
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    onnx.save(model, path)


def export(kind, opset, dynamo, dynamic, half=False, preserve=False):
    network = make(kind)
    name = f"{kind}-{'dynamo' if dynamo else 'classic'}-{opset}{'' if dynamic else '-fixed'}{'-half' if half else ''}"
    path = folder / f"{name}.onnx"
    if half:
        network = network.half()
    x = torch.from_numpy(pixels(2 if dynamic else 1, 32))
    x = x.half() if half else x
    options = {"opset_version": opset, "input_names": ["pixels"], "output_names": ["logits"], "dynamo": dynamo}
    if dynamo:
        shapes = ({0: torch.export.Dim("batch", min=1, max=64)},) if dynamic else None
        torch.onnx.export(network, (x,), path, dynamic_shapes=shapes, external_data=False, verbose=False, **options)
    else:
        axes = {"pixels": {0: "batch"}, "logits": {0: "batch"}} if dynamic else None
        # Without PRESERVE this exporter folds BatchNormalization itself.
        training = torch.onnx.TrainingMode.PRESERVE if preserve else torch.onnx.TrainingMode.EVAL
        torch.onnx.export(network, (x,), path, dynamic_axes=axes, training=training, **options)
    strip(path)
    note(name, compute(network, 2, half=half), **({"half": True} if half else {}))


for opset in (9, 11, 13, 17):
    export("resnet", opset, dynamo=False, dynamic=True, preserve=opset in (9, 13))
for opset in (18, 20, 22):
    export("resnet", opset, dynamo=True, dynamic=True)
export("resnet", 13, dynamo=False, dynamic=False)
export("resnet", 13, dynamo=False, dynamic=True, half=True)
export("mobilenet-v3", 11, dynamo=False, dynamic=True)
export("mobilenet-v3", 17, dynamo=False, dynamic=True)
export("mobilenet-v3", 20, dynamo=True, dynamic=True)
export("efficientnet", 13, dynamo=False, dynamic=True)
export("efficientnet", 22, dynamo=True, dynamic=False)
export("convnext", 17, dynamo=False, dynamic=True)
export("convnext", 20, dynamo=True, dynamic=True)
export("transformer", 17, dynamo=False, dynamic=True)
export("transformer", 18, dynamo=True, dynamic=True)
export("transformer", 20, dynamo=True, dynamic=False)

# The same network with its weights in a file beside it.
model = onnx.load(folder / "mobilenet-v3-classic-17.onnx")
onnx.save(model, folder / "mobilenet-v3-external.onnx", save_as_external_data=True, location="mobilenet-v3-external.data", size_threshold=64)
note("mobilenet-v3-external", compute(make("mobilenet-v3"), 2))

# As tf2onnx writes Keras networks: NHWC input, a Transpose before the first convolution, initializers, an unused operator set of another domain.
model = onnx.load(folder / "resnet-classic-13.onnx")
graph = model.graph
graph.node.insert(0, helper.make_node("Transpose", ["image"], ["pixels"], perm=[0, 3, 1, 2], name="to_nchw"))
graph.input[0].CopyFrom(helper.make_tensor_value_info("image", TensorProto.FLOAT, ["unk__7", 32, 32, 3]))
model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 2))
onnx.save(model, folder / "resnet-nhwc.onnx")
note("resnet-nhwc", compute(make("resnet"), 2), layout="NHWC")

# As exporters wrote before 2019: initializers are graph inputs too, and the values are in typed fields.
model = onnx.load(folder / "resnet-classic-9.onnx")
for tensor in model.graph.initializer:
    model.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    values = numpy_helper.to_array(tensor)
    tensor.ClearField("raw_data")
    field = {TensorProto.FLOAT: "float_data", TensorProto.INT64: "int64_data"}[tensor.data_type]
    getattr(tensor, field).extend(values.flatten().tolist())
onnx.save(model, folder / "resnet-typed-fields.onnx")
note("resnet-typed-fields", compute(make("resnet"), 2))

for path in sorted(folder.iterdir()):
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    path.unlink()
(here / "onnx-networks.json").write_text("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n")
