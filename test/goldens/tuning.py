"""Writes tuning.json beside it: schedules, optimizers and a whole small fine-tuning by PyTorch.

python3 -m venv venv && venv/bin/pip install torch && venv/bin/python test/goldens/tuning.py
"""

import json
import math
from pathlib import Path

import torch
from torch import nn
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LinearLR, OneCycleLR, SequentialLR


def rates(total, optimizer, scheduler):
    found = []
    for _ in range(total):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def one_cycle(optimizer, rate, warm_up, total):
    return OneCycleLR(optimizer, max_lr=rate, total_steps=total, pct_start=warm_up, cycle_momentum=False)


def schedule(name, rate, warm_up, total):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    if name == "one-cycle":
        # The scheduler itself sets the first rate; a step after the last one is an error.
        scheduler = one_cycle(optimizer, rate, warm_up, total)
        found = [optimizer.param_groups[0]["lr"]]
        for _ in range(total - 1):
            optimizer.step()
            scheduler.step()
            found.append(optimizer.param_groups[0]["lr"])
    else:
        rising = round(warm_up * total)
        rest = (
            CosineAnnealingLR(optimizer, T_max=total - rising)
            if name == "cosine"
            else ConstantLR(optimizer, factor=1, total_iters=1)
        )
        if rising > 0:
            rest = SequentialLR(
                optimizer, [LinearLR(optimizer, start_factor=1 / 25, total_iters=rising), rest], milestones=[rising]
            )
        found = rates(total, optimizer, rest)
    return {"schedule": name, "learningRate": rate, "warmUp": warm_up, "total": total, "rates": found}


def draw(generator, *shape, scale=1.0):
    # Multiples of 1/64 are exact in float32 and short in JSON.
    return (torch.randn(*shape, generator=generator) * scale * 64).round() / 64


def optimizer_case(name, weight_decay, clip_norm):
    """Two parameters, the first decayed and the second at three times the rate, over given gradients."""
    generator = torch.Generator().manual_seed(7)
    start = [draw(generator, 2, 3), draw(generator, 3)]
    gradients = [[draw(generator, 2, 3), draw(generator, 3)] for _ in range(6)]
    parameters = [nn.Parameter(value.clone().double()) for value in start]
    groups = [
        {"params": [parameters[0]], "weight_decay": weight_decay, "lr": 0.02},
        {"params": [parameters[1]], "weight_decay": 0.0, "lr": 0.06},
    ]
    if name == "sgd":
        optimizer = torch.optim.SGD(groups, lr=0.02, momentum=0.9, nesterov=True)
    else:
        optimizer = torch.optim.AdamW(groups, lr=0.02, betas=(0.9, 0.999), eps=1e-8)
    after = []
    for step in gradients:
        for parameter, gradient in zip(parameters, step):
            # Sums over 4 rows are given, means are learned from.
            parameter.grad = gradient.double() / 4
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        optimizer.step()
        after.append([value for parameter in parameters for value in parameter.flatten().tolist()])
    flat = lambda tensors: [value for tensor in tensors for value in tensor.flatten().tolist()]
    return {
        "optimizer": name,
        "weightDecay": weight_decay,
        "clipNorm": clip_norm,
        "start": flat(start),
        "gradients": [flat(step) for step in gradients],
        "weights": after,
    }


def training(name, clip_norm):
    """Full batches, so that the order of the photos does not matter: five epochs of one step each."""
    generator = torch.Generator().manual_seed(11)
    columns, hidden, classes, count, epochs = 6, 8, 3, 23, 5
    x = draw(generator, count, columns)
    labels = [int(value) for value in torch.randint(classes, (count,), generator=generator)]
    start = {
        "w1": draw(generator, hidden, columns, scale=0.5),
        "b1": draw(generator, hidden, scale=0.1),
        "w2": draw(generator, classes, hidden, scale=0.5),
        "b2": draw(generator, classes, scale=0.1),
    }
    first, second = nn.Linear(columns, hidden).double(), nn.Linear(hidden, classes).double()
    with torch.no_grad():
        for target, source in zip([first.weight, first.bias, second.weight, second.bias], start.values()):
            target.copy_(source)
    rate, weight_decay = 0.1, 0.01
    groups = [
        {"params": [first.weight], "weight_decay": weight_decay, "lr": rate},
        {"params": [first.bias], "weight_decay": 0.0, "lr": rate},
        {"params": [second.weight], "weight_decay": weight_decay, "lr": rate * 2},
        {"params": [second.bias], "weight_decay": 0.0, "lr": rate * 2},
    ]
    if name == "sgd":
        optimizer = torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True)
    else:
        optimizer = torch.optim.AdamW(groups, lr=rate)
    scheduler = OneCycleLR(
        optimizer, max_lr=[rate, rate, 2 * rate, 2 * rate], total_steps=epochs, pct_start=0.4, cycle_momentum=False
    )
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.1)
    losses, found = [], []
    for epoch in range(epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss = loss_function(second(torch.relu(first(x.double()))), torch.tensor(labels))
        loss.backward()
        losses.append(loss.item())
        if clip_norm is not None:
            nn.utils.clip_grad_norm_([*first.parameters(), *second.parameters()], clip_norm)
        optimizer.step()
        if epoch + 1 < epochs:
            scheduler.step()
    parameters = {"w1": first.weight, "b1": first.bias, "w2": second.weight, "b2": second.bias}
    return {
        "optimizer": name,
        "learningRate": rate,
        "weightDecay": weight_decay,
        "warmUp": 0.4,
        "labelSmoothing": 0.1,
        "clipNorm": clip_norm,
        "epochs": epochs,
        "shape": {"columns": columns, "hidden": hidden, "classes": classes},
        "x": x.flatten().tolist(),
        "labels": labels,
        "start": {key: value.flatten().tolist() for key, value in start.items()},
        "rates": found,
        "losses": losses,
        "end": {key: value.flatten().tolist() for key, value in parameters.items()},
    }


def average_case(decay):
    """TensorFlow's moving average with `num_updates`, written out."""
    generator = torch.Generator().manual_seed(13)
    weights = [draw(generator, 4).tolist() for _ in range(12)]
    average = [float(value) for value in weights[0]]
    after = []
    for step, values in enumerate(weights[1:], start=1):
        kept = min(decay, (1 + step) / (10 + step))
        average = [kept * old + (1 - kept) * new for old, new in zip(average, values)]
        after.append(average)
    return {"decay": decay, "weights": weights, "averages": after}


def rounded(value):
    if isinstance(value, float):
        return value if math.isfinite(value) and float(f"{value:.9g}") == value else float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


golden = {
    "torch": torch.__version__.split("+")[0],
    "schedules": [
        schedule("one-cycle", 2e-3, 0.3, 20),
        schedule("one-cycle", 0.5, 0.25, 7),
        schedule("one-cycle", 1e-4, 0.0, 5),
        schedule("cosine", 2e-3, 0.2, 20),
        schedule("cosine", 0.5, 0.0, 7),
        schedule("constant", 1e-3, 0.3, 10),
    ],
    "optimizers": [
        optimizer_case("sgd", 0.1, None),
        optimizer_case("sgd", 0.0, 0.5),
        optimizer_case("adamw", 0.1, None),
        optimizer_case("adamw", 0.1, 0.25),
    ],
    "trainings": [training("sgd", None), training("adamw", 0.2)],
    "averages": [average_case(0.9), average_case(0.2)],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(rounded(golden), indent=1) + "\n")
