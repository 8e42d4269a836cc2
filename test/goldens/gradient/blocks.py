"""Writes *.onnx.gz and gradients.json beside it: small blocks of known networks with random weights as PyTorch exports them, each with a softmax
cross entropy behind it, and the loss and gradients that PyTorch computes for them in double precision.

    pip install torch onnx
    python test/goldens/gradient/blocks.py

torch 2.13, onnx 1.23.
"""

import gzip
import io
import json
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

warnings.filterwarnings("ignore")
here = Path(__file__).parent
CLASSES, ROWS = 3, 4


class ConvRelu(nn.Module):
    def __init__(self, *arguments, **options):
        super().__init__()
        self.conv = nn.Conv2d(*arguments, **options)

    def forward(self, x):
        return torch.relu(self.conv(x))


class Inception(nn.Module):
    """Branches as in the last blocks of Inception v3: 1x1, 1x3 beside 3x1, 1x7 and 7x1, an average pool, and a reduction with a maximum pool."""

    def __init__(self):
        super().__init__()
        self.one = ConvRelu(6, 4, 1)
        self.wide = nn.Sequential(ConvRelu(6, 4, 1), ConvRelu(4, 5, (1, 7), padding=(0, 3)), ConvRelu(5, 4, (7, 1), padding=(3, 0)))
        self.stem = ConvRelu(6, 4, 1)
        self.left, self.right = ConvRelu(4, 3, (1, 3), padding=(0, 1)), ConvRelu(4, 3, (3, 1), padding=(1, 0))
        self.pooled = ConvRelu(6, 2, 1)
        self.down = ConvRelu(16, 5, 3, stride=2)
        self.last = nn.Linear(21, CLASSES)

    def forward(self, x):
        stem = self.stem(x)
        pooled = self.pooled(functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False))
        x = torch.cat([self.one(x), self.wide(x), self.left(stem), self.right(stem), pooled], 1)
        x = torch.cat([self.down(x), functional.max_pool2d(x, 3, 2)], 1)
        return self.last(x.mean((2, 3)))


class MobileNetV2(nn.Module):
    """An inverted residual with depthwise convolution, BatchNorm and Clip, and one with a stride."""

    def __init__(self):
        super().__init__()

        def block(inputs, outputs, stride):
            wide = inputs * 2
            return nn.Sequential(
                nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
                nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
                nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
            )

        self.first, self.second = block(6, 6, 1), block(6, 8, 2)
        self.last = nn.Linear(8, CLASSES)

    def forward(self, x):
        x = self.second(x + self.first(x))
        return self.last(functional.adaptive_avg_pool2d(x, 1).flatten(1))


class MobileNetV3(nn.Module):
    """A block with squeeze and excitation: HardSwish, HardSigmoid."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Sequential(nn.Conv2d(6, 8, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.deep = nn.Sequential(nn.Conv2d(8, 8, 5, 2, 2, groups=8, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.squeeze, self.excite = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
        self.narrow = nn.Sequential(nn.Conv2d(8, 6, 1, bias=False), nn.BatchNorm2d(6))
        self.last = nn.Linear(6, CLASSES)

    def forward(self, x):
        x = self.deep(self.wide(x))
        gate = functional.hardsigmoid(self.excite(torch.relu(self.squeeze(functional.adaptive_avg_pool2d(x, 1)))))
        return self.last(functional.hardswish(self.narrow(x * gate)).mean((2, 3)))


class ResNet(nn.Module):
    """Maximum pool, a bottleneck with groups and a strided shortcut, and a basic block."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(6, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 1, 1))
        self.main = nn.Sequential(
            nn.Conv2d(4, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 4, 3, 2, 1, groups=2, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 8, 1, bias=False), nn.BatchNorm2d(8),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(4, 8, 1, 2, bias=False), nn.BatchNorm2d(8))
        self.basic = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 2, dilation=2, bias=False), nn.BatchNorm2d(8))
        self.last = nn.Linear(8, CLASSES)

    def forward(self, x):
        x = self.stem(x)
        x = torch.relu(self.main(x) + self.shortcut(x))
        x = torch.relu(x + self.basic(x))
        return self.last(torch.flatten(functional.adaptive_avg_pool2d(x, 1), 1))


class SqueezeNet(nn.Module):
    """Fire modules, a maximum pool that rounds up, and a convolution as the last layer."""

    def __init__(self):
        super().__init__()
        self.squeeze = nn.ModuleList([ConvRelu(6, 3, 1), ConvRelu(8, 3, 1)])
        self.one = nn.ModuleList([ConvRelu(3, 4, 1), ConvRelu(3, 4, 1)])
        self.three = nn.ModuleList([ConvRelu(3, 4, 3, padding=1), ConvRelu(3, 4, 3, padding=1)])
        self.last = ConvRelu(8, CLASSES, 1)

    def forward(self, x):
        for squeeze, one, three in zip(self.squeeze, self.one, self.three):
            x = squeeze(x)
            x = functional.max_pool2d(torch.cat([one(x), three(x)], 1), 3, 2, ceil_mode=True)
        return functional.adaptive_avg_pool2d(self.last(x), 1).flatten(1)


class Loss(nn.Module):
    """Softmax cross entropy of a network, averaged over the batch."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x, targets):
        logits = self.network(x)
        return logits, -(targets * functional.log_softmax(logits, 1)).sum(1).mean()


def randomise(network):
    generator = torch.Generator().manual_seed(1)
    for name, buffer in network.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(torch.randn(buffer.shape, generator=generator) * 0.1)
        if name.endswith("running_var"):
            buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    for name, parameter in network.named_parameters():
        fan = parameter[0].numel() if parameter.dim() > 1 else 1
        drawn = torch.randn(parameter.shape, generator=generator) * (1.5 / fan) ** 0.5
        parameter.data = drawn if parameter.dim() > 1 else parameter.data + drawn * 0.2
        # Few different values compress well, and are exact in float32.
        parameter.data = (parameter.data * 64).round() / 64
    return network.eval()


def export(network, x, targets):
    file = io.BytesIO()
    torch.onnx.export(
        network, (x, targets), file, opset_version=17, dynamo=False, do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE, input_names=["x", "targets"], output_names=["logits", "loss"],
        dynamic_axes={"x": {0: "N"}, "targets": {0: "N"}, "logits": {0: "N"}},
    )
    return file.getvalue()


entries = []
for kind in (Inception, MobileNetV2, MobileNetV3, ResNet, SqueezeNet):
    name = kind.__name__.lower()
    network = randomise(Loss(kind()))
    generator = torch.Generator().manual_seed(2)
    x = (torch.randn((ROWS, 6, 9, 9), generator=generator) * 64).round() / 64
    targets = functional.one_hot(torch.arange(ROWS) % CLASSES, CLASSES) * 0.9 + 0.1 / CLASSES
    (here / f"{name}.onnx.gz").write_bytes(gzip.compress(export(network, x, targets.float()), mtime=0))
    network.double()
    logits, loss = network(x.double(), targets.double())
    loss.backward()
    flat = lambda tensor: [float(f"{value:.6g}") for value in tensor.detach().flatten().tolist()]
    entries.append({
        "name": name, "x": flat(x), "targets": flat(targets), "logits": flat(logits), "loss": loss.item(),
        "gradients": {key: flat(parameter.grad) for key, parameter in network.named_parameters()},
    })
lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
(here / "gradients.json").write_text(f"[\n{lines}\n]\n")
