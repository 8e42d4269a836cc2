"""The job of `bench/fine-tuning-peer.ts` in PyTorch: reads the network and the activations that it wrote, trains three epochs and prints the seconds of the faster of the last two.

    pip install torch onnx

torch 2.13, onnx 1.23.
"""

import os
import sys
import time

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional

folder, *dims = sys.argv[1:]
batch, classes, epochs = 32, 5, 3
torch.set_num_threads(os.cpu_count())
graph = onnx.load(f"{folder}/network.onnx").graph
activations = numpy.fromfile(f"{folder}/activations.bin", dtype=numpy.uint8).reshape(-1, *map(int, dims))
values = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
trained = {"Conv": (1, 2), "Gemm": (1, 2)}
weights = [values[node.input[place]] for node in graph.node for place in trained.get(node.op_type, ())]
for weight in weights:
    weight.requires_grad_()
nodes = [(node, {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}) for node in graph.node]


def padded(x, pads, value):
    top, left, bottom, right = pads or (0, 0, 0, 0)
    return functional.pad(x, (left, right, top, bottom), value=value) if any((top, left, bottom, right)) else x


def run(x):
    made = {**values, graph.input[0].name: x}
    for node, attributes in nodes:
        inputs = [made[name] if name else None for name in node.input]
        made[node.output[0]] = compute(node.op_type, inputs, attributes)
    return made[graph.output[0].name]


def compute(op, inputs, attributes):
    x = inputs[0]
    if op == "DequantizeLinear":
        return (x.float() - inputs[2].float()) * inputs[1]
    if op == "Cast":
        return x.float()
    if op in ("Sub", "Mul", "Add"):
        return {"Sub": torch.sub, "Mul": torch.mul, "Add": torch.add}[op](*inputs)
    if op == "Conv":
        return functional.conv2d(padded(x, attributes.get("pads"), 0), *inputs[1:], stride=attributes.get("strides", 1))
    if op in ("Clip", "Relu"):
        return functional.relu(x) if op == "Relu" else torch.clamp(x, *inputs[1:])
    if op == "Concat":
        return torch.cat(inputs, attributes["axis"])
    if op == "MaxPool":
        return functional.max_pool2d(x, attributes["kernel_shape"], attributes["strides"])
    if op == "AveragePool":
        pads = attributes.get("pads", [0, 0, 0, 0])
        return functional.avg_pool2d(x, attributes["kernel_shape"], attributes["strides"], pads[:2], count_include_pad=False)
    if op == "ReduceMean":
        return x.mean(attributes["axes"], keepdim=bool(attributes.get("keepdims", 1)))
    if op == "Gemm":
        return functional.linear(x, inputs[1], inputs[2])
    raise ValueError(op)


steps = -(-len(activations) // batch)
optimizer = torch.optim.SGD(weights, lr=2e-3, momentum=0.9, nesterov=True, weight_decay=1e-4)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps * epochs, cycle_momentum=False)
labels = torch.arange(len(activations)) % classes
seconds = []
for epoch in range(epochs):
    start = time.time()
    order = numpy.random.default_rng(epoch).permutation(len(activations))
    for first in range(0, len(order), batch):
        rows = order[first : first + batch]
        loss = functional.cross_entropy(run(torch.from_numpy(activations[rows])), labels[rows], label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    seconds.append(time.time() - start)
print(min(seconds[1:]))
